"""Progress is shown on a terminal, and nothing at all where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import Console

from grader.reporters.progress import Progress, make_progress

Screen = Callable[..., Console]
Shown = Callable[[Console], str]


def work(progress: Progress) -> None:
    progress.schedule()  # before anything began: ignored
    progress.stage("building")
    progress.scenario("a [red]nasty\x1b[31m title", 1, 2, 2)
    progress.schedule()
    progress.schedule()
    progress.scenario("the other", 2, 2, 1)


def test_without_a_terminal_nothing_is_printed(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    with make_progress(console) as progress:
        work(progress)
    assert shown(console) == ""


@pytest.mark.parametrize("width", [40, 80])
def test_terminal_shows_the_scenario_and_is_left_clean(width: int, screen: Screen, shown: Shown) -> None:
    console = screen(width, terminal=True)
    with make_progress(console) as progress:
        work(progress)
    text = shown(console)
    assert "2/2 the other" in text
    assert "\x1b[31m title" not in text
    assert text.endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # cursor back, line erased


def test_error_in_the_work_still_leaves_the_terminal_clean(screen: Screen, shown: Shown) -> None:
    console = screen(80, terminal=True)
    with pytest.raises(ValueError, match="broken"), make_progress(console) as progress:
        progress.stage("building")
        raise ValueError("broken")
    assert shown(console).endswith("\x1b[2K")
