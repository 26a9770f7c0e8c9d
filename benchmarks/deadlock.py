"""How soon a deadlock is known: from the end of the build to the verdict, sandbox and judging included.

Aim: within 0.5 s. The submissions are the fifo-chat whose two sides open for reading first, and the
shm-counter whose semaphore starts at 0.
"""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks.measure import ROOT, NotMeasuredError, machine, show
from grader import pipeline
from grader.catalogue.load import load_exercise
from grader.executors.build import Build, build

AIM_S = 0.5
TURNS = 5
SUBMISSIONS = (
    ("fifo-chat", "together", "both-open-for-reading-first"),
    ("shm-counter", "one-worker", "starts-at-zero"),
)


class _Silent:
    """Progress that nobody watches."""

    def stage(self, text: str) -> None:
        """Something begins."""

    def scenario(self, title: str, number: int, total: int, schedules: int) -> None:
        """A scenario begins."""

    def schedule(self) -> None:
        """A schedule was run."""


def measure(exercise: str, scenario: str, mutant: str) -> float:
    """Return the seconds between the end of the build and the verdict.

    Raises:
        NotMeasuredError: what was found is no deadlock.
    """
    ends = [0.0]

    def timed(*arguments: object, **options: object) -> Build:
        result = build(*arguments, **options)  # type: ignore[arg-type]
        ends.append(time.perf_counter())
        return result

    request = pipeline.Request(
        exercise=load_exercise(ROOT / "exercises" / exercise / "exercise.yaml"),
        reference=ROOT / "reference" / exercise,
        submission=ROOT / "reference" / exercise / "rejected" / "deadlock" / mutant,
        schedules=1,
        scenarios=[scenario],
    )
    vars(pipeline)["build"] = timed
    try:
        verdict = pipeline.grade(request, _Silent())
    finally:
        vars(pipeline)["build"] = build
    took = time.perf_counter() - max(ends)
    checks = [finding.check for result in verdict.scenarios for finding in result.findings]
    if len(ends) == 1 or checks[:1] != ["deadlock"]:
        raise NotMeasuredError(f"no deadlock was found in {scenario} of {exercise}, but: {checks}")
    return took


def main() -> int:
    """Print the figures; return 1 if the aim is missed, 2 if it cannot be measured."""
    status = 0
    for exercise, scenario, mutant in SUBMISSIONS:
        try:
            figure = statistics.median(measure(exercise, scenario, mutant) for _ in range(TURNS))
        except NotMeasuredError as error:
            print(f"deadlock: {error}")
            return 2
        status |= show(f"a deadlock in {exercise}, from the end of the build", figure, AIM_S, " s")
    print(f"  {machine()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
