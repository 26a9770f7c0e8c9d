"""What pytest and the process that grades say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTask:
    """Grade scenarios of an exercise, in the order in which their ids will be sent.

    Attributes:
        exercise: its `exercise.yaml`.
        submission: the student's folder.
        scenarios: the ids that may be asked for.
        seed, schedules: as the options of `grader check`; None: what the exercise or the site says.
        jobs: runs side by side; 0: as the site says.
    """

    exercise: Path
    submission: Path
    scenarios: tuple[str, ...]
    seed: int
    schedules: int | None
    jobs: int


@dataclass(frozen=True, slots=True)
class Failure:
    """It could not be done, and not through the submission's fault.

    Attributes:
        text: for the person at the terminal.
    """

    text: str


Answer = Verdict | Failure
"""What comes back for each scenario that was asked for: the verdict so far."""
