"""`python -m benchmarks.accuracy`: how often the grader is right, by the catalogue's own solutions.

Right solutions under many random schedules, and every mutant. It takes hours; it can be stopped at any time
and goes on where it was. What has changed since, and nothing else, is measured again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.journal import Journal, Row, read
from benchmarks.accuracy.measuring import Measuring
from benchmarks.accuracy.page import write_page
from benchmarks.accuracy.tasks import Budget, Task, tasks
from benchmarks.measure import ROOT, NotMeasuredError
from grader.model.verdict import Outcome

PAGE = ROOT / "docs" / "accuracy.md"
FOLDER = ROOT / "build" / "accuracy"

_SHOWN = 3


def main() -> int:
    """Measure what is missing and write the page; 0, or 2 if it cannot be measured."""
    options = _options()
    budget = Budget(seeds=options.seeds, faults=options.faults)
    todo = [task for task in tasks(budget) if options.only in task.name]
    try:
        if options.page:
            write_page(options.page_file, tasks(budget), read(options.folder), budget)
            return 0
        _measure(todo, options, budget)
    except NotMeasuredError as error:
        print(f"accuracy: {error}")
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here")
    write_page(options.page_file, tasks(budget), read(options.folder), budget)
    return 0


def _measure(todo: Sequence[Task], options: argparse.Namespace, budget: Budget) -> None:
    with Journal(options.folder) as journal:
        measuring = Measuring(budget, options.jobs)
        missing = [task for task in todo if task.key not in journal.rows]
        print(f"{len(todo) - len(missing)} of {len(todo)} rows are measured", flush=True)
        for number, task in enumerate(missing, len(todo) - len(missing) + 1):
            row = measuring.measure(task)
            journal.add(row)
            print(f"{time.strftime('%H:%M:%S')} {number}/{len(todo)} {_told(task, row)}", flush=True)


def _told(task: Task, row: Row) -> str:
    wanted = task.solution.check or Outcome.PASSED.value
    lines = [f"{' '.join((task.name, task.scenario)).strip()}: {row.got}, {row.seconds} s"]
    if row.got != wanted or row.accused or row.undecided:
        lines += [f"NOT {wanted}", *row.accused[:_SHOWN], *row.undecided[:_SHOWN]]
    return "\n    ".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, default=50, help="random schedules of each script (50)")
    parser.add_argument("--faults", type=int, default=6, help="points for faults of each script (6)")
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side (2)")
    parser.add_argument("--only", default="", help="only rows with this in their name; mind the spaces")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the journal is (build/accuracy)")
    parser.add_argument("--page", action="store_true", help="only write the page from what is measured")
    parser.add_argument("--page-file", type=Path, default=PAGE, help="the page (docs/accuracy.md)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
