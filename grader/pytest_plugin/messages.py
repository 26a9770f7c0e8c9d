"""What pytest and the process that grades say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.model.exercise import Part, Step
from grader.model.object import ObjectRef
from grader.model.verdict import Verdict
from grader.scenarios.live import Look


def placeholder(role: str) -> dict[str, Any]:
    """Return what a scenario must have, where a test function says it later.

    Args:
        role: any one that there is.
    """
    return {
        "points": 0,
        "cast": {"any": {"role": role, "by": "submission"}},
        "steps": [{"advance": 1}],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTask:
    """Grade scenarios of an exercise, in the order in which their ids will be sent.

    The answer to each id is the `Verdict` so far.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsTask:
    """Build programs, and perform what test functions do with them. Each function is a `Trial`.

    Attributes:
        exercise: its `exercise.yaml`; None: there is none, only roles.
        roles: names of the programs, if there is no exercise.
        submission: the student's folder.
    """

    exercise: Path | None
    roles: tuple[str, ...]
    submission: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Perform one test function, under several schedules.

    The answer is `Go` for each run, and at last the `Verdict`, or a `Mistake`.

    Attributes:
        scenario: what is said of it, by the keys of a scenario.
        seed, schedules: as the options of `grader check`.
    """

    scenario: Mapping[str, Any]
    seed: int
    schedules: int | None


@dataclass(frozen=True, slots=True)
class Go:
    """Call the function.

    Attributes:
        schedule: in words.
    """

    schedule: str


@dataclass(frozen=True, slots=True)
class Said:
    """The function's next step.

    Attributes:
        step: the step.
        parts: who is new in the cast.
    """

    step: Step | Look
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What is right in this run though a check would find it."""

    leaves: tuple[ObjectRef, ...] = ()
    stays: tuple[str, ...] = ()
    tolerates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A demand was met; of an output, by this text."""

    printed: str


@dataclass(frozen=True, slots=True)
class Over:
    """The run has ended before the function: something that it demands cannot come any more."""


@dataclass(frozen=True, slots=True)
class End:
    """The function has ended.

    Attributes:
        raised: by an error of its own, so that the runs prove nothing.
    """

    raised: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """The function says what cannot be.

    Attributes:
        text: what is wrong with it.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """It could not be done, and not through the submission's fault.

    Attributes:
        text: for the person at the terminal.
    """

    text: str


Answer = Verdict | Go | Met | Over | Mistake | Failure
"""What the process that grades says."""
