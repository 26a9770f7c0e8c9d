"""What looking for races costs: programs that touch much shared memory, graded with the default budget.

Aims: a worker that makes 100,000 accesses is graded within 3 s, whether it repeats one, walks along an
array or jumps about in it; one that copies 64 MiB into shared memory within 5 s. Besides: operations per
second of a program whose every operation is announced.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import NotMeasuredError, machine, show
from grader.model.config import Config
from grader.model.exercise import Exercise, Part, Role, Scenario
from grader.model.verdict import Outcome, ScenarioResult
from grader.pipeline import Request, grade
from grader.reporters.progress import Silent

ACCESSES_AIM_S, COPY_AIM_S = 3.0, 5.0
WAYS = {
    "repeat": ("100,000 accesses to one place", ACCESSES_AIM_S),
    "walk": ("100,000 accesses along an array", ACCESSES_AIM_S),
    "jump": ("100,000 accesses all over an array", ACCESSES_AIM_S),
    "memcpy": ("64 MiB copied by memcpy", COPY_AIM_S),
    "loop": ("64 MiB copied byte by byte", COPY_AIM_S),
}
POSTS = 5_000
"""Each is two operations: its attempt, and its end."""


def graded(way: str, *, schedules: int | None = None) -> ScenarioResult:
    """Grade the program with one argument, as a submission of an exercise made for it.

    Raises:
        NotMeasuredError: it does not pass.
    """
    part = Part(role="heavy", by="submission", args=[way])
    scenario = Scenario.model_validate(
        {
            "id": "heavy",
            "title": "Heavy",
            "points": 1,
            "hint": "-",
            "cast": {"heavy": part},
            "steps": [
                {"start": "heavy"},
                {"exit": {"heavy": 0}},
                {"expect": {"part": "heavy", "lines": "right"}},
            ],
        }
    )
    exercise = Exercise(
        id="heavy",
        title="Heavy",
        summary="-",
        mechanisms=["mapping"],
        difficulty=1,
        hours=1,
        languages=["c"],
        roles={"heavy": Role(description="-")},
        scenarios=[scenario],
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(__file__).with_name("heavy.c")
        Path(folder, "heavy.c").write_bytes(source.read_bytes())
        request = Request(
            exercise=exercise,
            reference=Path(folder),
            submission=Path(folder),
            config=Config(),
            schedules=schedules,
        )
        (result,) = grade(request, Silent()).scenarios
    if result.outcome is not Outcome.PASSED:
        raise NotMeasuredError(f"heavy {way}: {result.outcome.value}: {result.findings} {result.explanation}")
    return result


def main() -> int:
    """Print the figures; return 1 if an aim is missed."""
    missed = 0
    for way, (what, aim) in WAYS.items():
        began = time.perf_counter()
        result = graded(way)
        took = time.perf_counter() - began
        missed |= show(f"{what}, {result.schedules} schedules, built and graded", took, aim, " s")
    took = graded(str(POSTS), schedules=1).time_s
    print(f"operations with hooks: {2 * POSTS / took:,.0f} a second   ({machine()})")
    return missed


if __name__ == "__main__":
    sys.exit(main())
