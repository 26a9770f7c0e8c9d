"""The program as a student builds it runs in some of the schedules, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.counterexample import load
from grader.model.config import Config
from grader.model.verdict import Outcome
from grader.pipeline import Request, grade
from grader.replaying import replay
from grader.reporters.progress import Silent

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]

# Right as long as it is watched.
SOURCE = """
#include <stdio.h>
#include <sys/mman.h>

extern void __tsan_init(void) __attribute__((weak));

int main(void)
{
    volatile int *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared = 1;
    puts(__tsan_init ? "3" : "4");
    return 0;
}
"""


def test_a_program_that_is_right_only_while_it_is_watched_fails_and_is_replayed_unwatched(
    tmp_path: Path,
) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    (submission / "counter.c").write_text(SOURCE)
    exercise = load_exercise(ROOT / "exercises" / "shm-counter" / "exercise.yaml")
    request = Request(
        exercise=exercise,
        reference=ROOT / "reference" / "shm-counter",
        submission=submission,
        config=Config(),
        scenarios=("one-worker",),
        runs=tmp_path / "runs",
    )
    verdict = grade(request, Silent())
    (result,) = verdict.scenarios
    assert result.outcome is Outcome.FAILED
    assert [finding.check for finding in result.findings] == ["output"]
    assert result.plain and "(1 of the program without instrumentation)" in result.explored

    example = load(Path(verdict.run_dir) / result.replay)
    assert example.plain
    again = replay(example, exercise, request.reference, submission, Config())
    assert again.identical and [finding.check for finding in again.findings] == ["output"]
    other = replay(replace(example, plain=False), exercise, request.reference, submission, Config())
    assert other.findings == ()
