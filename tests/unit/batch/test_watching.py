"""How far a batch is, on a terminal and in a log."""

from __future__ import annotations

import io

from rich.console import Console

from grader.batch.model import Entry, Result, Status
from grader.batch.watching import Watcher


def entry(label: str) -> Entry:
    return Entry(exercise="ex", label=label, students=(), paths=())


def watched(*, terminal: bool) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=120, color_system=None)
    with Watcher(console) as watch:
        watch.begin(4)
        watch.known(Status.GRADED)
        watch.result(entry("ada"), Result(status=Status.GRADED, points=7, points_max=10, seconds=1.25))
        watch.result(entry("[b]\x1b"), Result(status=Status.UNREADABLE, reason="it is\nempty"))
    return file.getvalue()


def test_a_log_has_a_line_for_each_result_and_none_of_its_own_making() -> None:
    assert watched(terminal=False) == (
        "4 submissions\nada ex: 7 of 10 points, 1.2 s\n[b]\\x1b ex: unreadable: it is\\nempty\n"
    )


def test_a_terminal_shows_what_is_done_waiting_failing_and_how_long_it_takes() -> None:
    shown = watched(terminal=True)
    assert "3 done, 1 waiting, 1 with points lost, 1 unreadable" in shown
    assert " a minute, " in shown
    assert " left" in shown
