"""How soon a deadlock is known: from the end of the build to the verdict, sandbox and judging included."""

Aim: within 0.5 s. The submission is the fifo-chat whose two sides open for reading first.
"""

from __future__ import annotations

import statistics
import sys
import time

from grader.catalogue.load import load_exercise
from grader.config import site_root
from grader.executors.build import build
from grader.executors.tree import read_tree
from grader.exploration import Cause, make_run
from grader.model.config import Config
from grader.planning import make_plan
from grader.sandbox.box import Box

TURNS = 10
AIM_S = 0.5


def main() -> None:
    """Print the median and the longest time to a verdict."""
    root, config = site_root(), Config()
    exercise = load_exercise(root / "exercises/fifo-chat/exercise.yaml")
    submission = root / "reference/fifo-chat/rejected/deadlock/both-open-for-reading-first"
    with Box("full", config.limits) as box:
        built = build(read_tree(submission, config.build), ["chat"], box, config.build, instrument=True)
    plan = [
        spec
        for spec in make_plan(exercise, config, schedules=1, strategy="fair")
        if all(part.by == "submission" for part in spec.script.cast.values())
    ]
    cause = Cause(plan=plan, programs=built.programs, peers={}, archive=built.archive, isolation="full")
    deadlocked = next(
        index
        for index in range(len(plan))
        if any(finding.check == "deadlock" for finding in make_run(cause, index).findings)
    )
    times = []
    for _ in range(TURNS):
        began = time.monotonic()
        make_run(cause, deadlocked)
        times.append(time.monotonic() - began)
    sys.stdout.write(
        f"deadlock: verdict after {statistics.median(times):.3f} s, at most {max(times):.3f} s "
        f"(aim: within {AIM_S} s)\n"
    )


if __name__ == "__main__":
    main()
