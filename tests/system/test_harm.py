"""The run that is kept of a race shows what it spoils."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.counterexample import load
from grader.model.config import Config
from grader.pipeline import Request, grade
from grader.replaying import replay
from grader.reporters.progress import Silent

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", ["no-semaphore", "reads-outside-the-lock"])
def test_a_lost_update_is_seen_in_the_run_that_is_kept(mutant: str, tmp_path: Path) -> None:
    exercise = load_exercise(ROOT / "exercises" / "shm-counter" / "exercise.yaml")
    reference = ROOT / "reference" / "shm-counter"
    submission = reference / "rejected" / "race" / mutant
    request = Request(
        exercise=exercise,
        reference=reference,
        submission=submission,
        scenarios=("several-workers",),
        runs=tmp_path,
    )
    verdict = grade(request, Silent())
    (result,) = verdict.scenarios
    (race,) = result.findings
    assert (race.check, [effect.check for effect in race.effects]) == ("race", ["output"])
    assert result.schedules == 1  # found in the first, harmless schedule
    again = replay(load(Path(verdict.run_dir) / result.replay), exercise, reference, submission, Config())
    assert again.identical
    assert [effect.check for finding in again.findings for effect in finding.effects] == ["output"]
