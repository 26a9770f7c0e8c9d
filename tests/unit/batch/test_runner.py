"""Everything is graded once, whatever happens in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.simulated import EXERCISE, batch_of, grade, write_class
from grader.batch.grading import MismatchError
from grader.batch.journal import Journal, JournalError
from grader.batch.model import Entry, Result, Status, Task
from grader.batch.runner import run_batch
from grader.model.errors import HostError, UsageError


class Here(AbstractContextManager["Here"]):
    """Grades in this process, when asked."""

    def __init__(self, function: Callable[[Task], Result] = grade) -> None:
        self.graded: list[str] = []
        self.function = function

    def __exit__(self, *_: object) -> None:
        pass

    def width(self) -> int:
        return 2

    def submit(self, task: Task) -> Future[Result]:
        future: Future[Result] = Future()
        self.graded.append(task.label)
        try:
            future.set_result(self.function(task))
        except Exception as error:
            future.set_exception(error)
        return future


class Seen:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.total = 0
        self.before: list[Status] = []
        self.results: list[tuple[str, Status]] = []

    def begin(self, total: int) -> None:
        self.total = total

    def known(self, status: Status) -> None:
        self.before.append(status)

    def result(self, entry: Entry, result: Result) -> None:
        self.results.append((entry.label, result.status))


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    for name, answer in {"ada": "10 of 10", "bob": "7 of 10", "eve": "error", "una": "undecided"}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "answer").write_text(answer)
    (folder / "zoe").mkdir()
    return folder


ALL = [
    ("ada", Status.GRADED),
    ("bob", Status.GRADED),
    ("eve", Status.ERROR),
    ("una", Status.UNDECIDED),
    ("zoe", Status.UNREADABLE),
]


def run(folder: Path, out: Path, engine: Here | None = None, **how: bool) -> tuple[list[str], Seen]:
    engine, seen = engine or Here(), Seen()
    with Journal(out, write=True) as journal:
        run_batch(batch_of(folder, **how), journal, engine, seen)
    return engine.graded, seen


def statuses(out: Path) -> list[tuple[str, Status]]:
    with Journal(out, write=False) as journal:
        return [(row.entry.label, row.result.status) for row in journal.rows(EXERCISE)]


def count(out: Path) -> int:
    with sqlite3.connect(out / "journal.sqlite") as database:
        return int(database.execute("SELECT count(*) FROM results").fetchone()[0])


def test_each_entry_gets_a_result_and_a_second_run_has_nothing_to_do(answers: Path, tmp_path: Path) -> None:
    graded, seen = run(answers, tmp_path / "out")
    assert (graded, sorted(seen.results)) == (["ada", "bob", "eve", "una"], ALL)
    graded, seen = run(answers, tmp_path / "out")
    assert (graded, seen.results) == ([], [])
    assert sorted(seen.before) == sorted(status for _, status in ALL)
    assert (statuses(tmp_path / "out"), count(tmp_path / "out")) == (ALL, 5)


def test_what_changed_is_graded_again_and_nothing_else(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")
    (answers / "bob" / "answer").write_text("9 of 10")
    (answers / "zoe" / "answer").write_text("1 of 10")
    (answers / "new").mkdir()
    (answers / "new" / "answer").write_text("2 of 10")
    graded, _ = run(answers, tmp_path / "out")
    assert graded == ["bob", "new", "zoe"]
    with Journal(tmp_path / "out", write=False) as journal:
        points = {row.entry.label: row.result.points for row in journal.rows(EXERCISE)}
    assert (points["ada"], points["bob"], points["zoe"], points["new"]) == (10, 9, 1, 2)


def test_what_was_changed_back_keeps_its_first_result(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")
    for answer, graded in (("9 of 10", ["bob"]), ("7 of 10", [])):
        (answers / "bob" / "answer").write_text(answer)
        assert run(answers, tmp_path / "out")[0] == graded
    with Journal(tmp_path / "out", write=False) as journal:
        assert [r.result.points for r in journal.rows(EXERCISE) if r.entry.label == "bob"] == [7]


def test_what_was_taken_away_is_no_longer_in_the_class(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")
    (answers / "zoe").rmdir()
    run(answers, tmp_path / "out")
    assert statuses(tmp_path / "out") == ALL[:-1]


def test_errors_are_graded_again_only_if_asked(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")
    assert run(answers, tmp_path / "out", retry_errors=True)[0] == ["eve", "una"]


def test_force_grades_all_again_and_goes_on_where_it_was_killed(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")

    def killed(task: Task) -> Result:
        if task.label == "eve":
            raise KeyboardInterrupt
        return grade(task)

    engine = Here(killed)
    with pytest.raises(KeyboardInterrupt):
        run(answers, tmp_path / "out", engine, force=True)
    assert engine.graded == ["ada", "bob", "eve"]
    # What was handed out and not collected is graded again; what was noted is not.
    done = count(tmp_path / "out") - 5
    assert run(answers, tmp_path / "out", force=True)[0] == ["ada", "bob", "eve", "una"][done:]
    assert run(answers, tmp_path / "out", force=True)[0] == ["ada", "bob", "eve", "una"]
    assert run(answers, tmp_path / "out")[0] == []


def test_two_batches_cannot_write_into_one_folder(answers: Path, tmp_path: Path) -> None:
    with Journal(tmp_path / "out", write=True):
        with pytest.raises(UsageError, match=r"another batch is at work in .*/out"):
            Journal(tmp_path / "out", write=True)
        Journal(tmp_path / "out", write=False).close()
    run(answers, tmp_path / "out")


def test_an_engine_that_loses_a_grading_is_an_error_of_ours(answers: Path, tmp_path: Path) -> None:
    def lost(task: Task) -> Result:
        raise ConnectionError("the worker is gone") if task.label == "bob" else ZeroDivisionError

    run(answers, tmp_path / "out", Here(lost))
    with Journal(tmp_path / "out", write=False) as journal:
        reasons = {row.entry.label: row.result.reason for row in journal.rows(EXERCISE)}
    assert reasons["bob"] == "ConnectionError: the worker is gone"
    assert dict(statuses(tmp_path / "out"))["bob"] is Status.ERROR


def test_another_grader_elsewhere_ends_the_batch(answers: Path, tmp_path: Path) -> None:
    def other(_: Task) -> Result:
        raise MismatchError("a worker runs another grader")

    with pytest.raises(MismatchError):
        run(answers, tmp_path / "out", Here(other))
    assert run(answers, tmp_path / "out")[0] == ["ada", "bob", "eve", "una"]


def test_an_engine_that_gives_up_ends_the_batch_and_blames_nobody(answers: Path, tmp_path: Path) -> None:
    def gone(task: Task) -> Result:
        if task.label == "bob":
            raise CancelledError
        return grade(task)

    with pytest.raises(HostError, match="the same command goes on from there"):
        run(answers, tmp_path / "out", Here(gone))
    run(answers, tmp_path / "out")
    assert statuses(tmp_path / "out") == ALL


def test_never_more_is_handed_out_than_can_begin_soon(tmp_path: Path) -> None:
    write_class(tmp_path / "submissions", 50)
    waiting = 0
    most = 0

    class Slow(Here):
        def submit(self, task: Task) -> Future[Result]:
            nonlocal waiting, most
            waiting += 1
            most = max(most, waiting)
            return super().submit(task)

    class Counting(Seen):
        def result(self, entry: Entry, result: Result) -> None:
            nonlocal waiting
            waiting -= 1

    with Journal(tmp_path / "out", write=True) as journal:
        run_batch(batch_of(tmp_path / "submissions"), journal, Slow(), Counting())
    assert most == 4


def test_a_journal_that_cannot_grow_ends_the_batch_and_loses_nothing(answers: Path, tmp_path: Path) -> None:
    write_class(answers, 200)
    with Journal(tmp_path / "out", write=True) as journal:
        journal._database.execute("PRAGMA max_page_count = 40")
        with pytest.raises(
            JournalError, match=r"database or disk is full.*the same command goes on from there"
        ):
            run_batch(batch_of(answers), journal, Here(), Seen())
    kept = count(tmp_path / "out")
    assert 0 < kept < 205
    run(answers, tmp_path / "out")
    assert count(tmp_path / "out") == 205


def test_an_older_journal_is_not_misread(tmp_path: Path) -> None:
    with Journal(tmp_path, write=True) as journal:
        journal.note("version", "0")
    with pytest.raises(UsageError, match="written by another version of the grader"):
        Journal(tmp_path, write=False)


def test_another_seed_is_another_grading(answers: Path, tmp_path: Path) -> None:
    run(answers, tmp_path / "out")
    engine = Here()
    with Journal(tmp_path / "out", write=True) as journal:
        run_batch(replace(batch_of(answers), seed=1), journal, engine, Seen())
    assert engine.graded == ["ada", "bob", "eve", "una"]
