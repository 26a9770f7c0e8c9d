"""The fixture `ipc`: test functions as scripts, under the grader, which leave nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.system.leftovers import marked
from tests.system.pytest_sessions import Done, run_pytest

pytestmark = pytest.mark.system

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"```python\n# exercises/note/test_note\.py\n(.*?)```", re.DOTALL)
MARKER = "a-program-of-the-tests-of-the-fixture-ipc"

OWN = f"""
import os, signal, time
import pytest

pytestmark = pytest.mark.ipc(roles=["idle"], stays=["idle"])
calls = []

def test_counted(ipc):
    calls.append(1)
    idle = ipc.start("idle", "two", "children")
    ipc.expect_blocked(idle)
    assert ipc.output(idle) == ""

def test_called_once_for_each_schedule_and_once_more():
    assert len(calls) > 2

def test_raises(ipc):
    idle = ipc.start("idle", "{MARKER}")
    ipc.expect_blocked(idle, "read")
    raise RuntimeError("mine")

@pytest.mark.timeout(5)
def test_hangs(ipc):
    idle = ipc.start("idle", "{MARKER}")
    ipc.expect_blocked(idle, "read")
    signal.pause()

def test_forgets(ipc):
    ipc.start("idle", "{MARKER}")

def test_after_all_that(ipc):
    idle = ipc.start("idle")
    ipc.signal(idle, signal.SIGTERM)
    ipc.expect_exit(idle, signal="TERM")

def test_misuses(ipc):
    ipc.signal("idle", "TERM")

def test_unknown(ipc):
    ipc.start("busy")
"""
DIES = f"""
import os
import pytest
from tests.system.leftovers import marked

@pytest.mark.ipc(roles=["idle"])
def test_dies(ipc):
    idle = ipc.start("idle", "{MARKER}")
    ipc.expect_blocked(idle, "read")
    os._exit(77 if marked("{MARKER}") else 1)
"""
_PATIENCE_S = 60.0
IDLE = "import os, sys\nos.read(0, 1)\n"


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the exercise that `grader new note` makes, and the example of docs/pytest.md."""
    site = tmp_path_factory.mktemp("note")
    for part, target in (("exercise", "exercises/note"), ("reference", "reference/note")):
        shutil.copytree(ROOT / "grader" / "skeleton" / part, site / target)
    path = site / "exercises" / "note" / "exercise.yaml"
    path.write_text(path.read_text().replace("EXERCISE", "note"))
    found = EXAMPLE.search((ROOT / "docs" / "pytest.md").read_text(encoding="utf-8"))
    assert found is not None
    (site / "exercises" / "note" / "test_note.py").write_text(found[1])
    (site / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    return site


def outcomes(done: Done) -> dict[str, str]:
    """Return what came of each test, by its name."""
    lines = (re.match(r"\S+::(\S+) ([A-Z]+) ", line) for line in done.out.splitlines())
    return {line[1]: line[2] for line in lines if line}


def graded(site: Path, solution: str) -> Done:
    """Run the example on a solution."""
    options = [f"--submission=reference/note/{solution}", "--schedules", "6", "-v"]
    return run_pytest(site, "exercises/note/test_note.py", *options)


def test_the_example_passes_a_right_solution(note: Path) -> None:
    done = graded(note, "accepted/python-os")
    assert outcomes(done) == {
        "test_the_reader_waits": "PASSED",
        "test_lines_stay_whole[2]": "PASSED",
        "test_lines_stay_whole[3]": "PASSED",
        "test_usage": "PASSED",
    }, done.out


def test_the_example_finds_what_only_some_schedules_show(note: Path) -> None:
    done = graded(note, "rejected/output/two-writes")
    assert outcomes(done) == {
        "test_the_reader_waits": "PASSED",
        "test_lines_stay_whole[2]": "FAILED",
        "test_lines_stay_whole[3]": "FAILED",
        "test_usage": "PASSED",
    }, done.out


def test_a_demand_that_is_not_met_is_told_as_a_student_reads_it(note: Path) -> None:
    done = graded(note, "rejected/blocking/does-not-wait")
    assert outcomes(done)["test_the_reader_waits"] == "FAILED"
    assert 'ipc.expect_blocked(reader, "open", "read", on="note.fifo")' in done.out
    assert "FAILED test-the-reader-waits: A reader that comes first waits for a writer." in done.out
    assert "Traceback" not in done.out


def with_functions(folder: Path, functions: str) -> None:
    """Write a submission, and test functions for it."""
    (folder / "handed-in").mkdir()
    (folder / "handed-in" / "idle.py").write_text(IDLE)
    (folder / "test_own.py").write_text(functions)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")


def test_when_pytest_dies_in_the_middle_nothing_is_left(tmp_path: Path) -> None:
    """It dies as with the method `thread` of pytest-timeout: at once, and cleans nothing up."""
    with_functions(tmp_path, DIES)
    assert run_pytest(tmp_path, "--submission=handed-in").status == 77
    deadline = time.monotonic() + _PATIENCE_S
    while marked(MARKER) and time.monotonic() < deadline:
        os.sched_yield()
    assert marked(MARKER) == []


def test_whatever_a_function_does_nothing_is_left(tmp_path: Path) -> None:
    with_functions(tmp_path, OWN)
    done = run_pytest(tmp_path, "--submission=handed-in", "--schedules", "3", "-v")
    assert marked(MARKER) == []
    assert outcomes(done) == {
        "test_counted": "PASSED",
        "test_called_once_for_each_schedule_and_once_more": "PASSED",
        "test_raises": "FAILED",
        "test_hangs": "FAILED",
        "test_forgets": "PASSED",
        "test_after_all_that": "PASSED",
        "test_misuses": "FAILED",
        "test_unknown": "FAILED",
    }, done.out
    assert "in the run under this schedule: fair, seed 0" in done.out
    assert "test_unknown: there is no program `busy`; there are idle" in done.out
    assert "UsageError: 'idle' is no process; `start` returns one" in done.out
