"""`grader selftest`: grade all solutions that come with exercises."""

from __future__ import annotations

import argparse

from grader.commands import console
from grader.config import load_config
from grader.model.errors import UsageError
from grader.reporters.progress import make_progress
from grader.reporters.selftest import render_selftest
from grader.selftest import selftest, solutions


def run(options: argparse.Namespace) -> int:
    """Print the table; 0 if all is as it should be, else 1."""
    if options.exercise:
        chosen = {options.exercise: console.exercise(options.exercise)}
    else:
        chosen = console.catalogue().exercises
    pairs = [(exercise, console.reference(name)) for name, exercise in chosen.items()]
    total = sum(options.only in s.name for _exercise, path in pairs for s in solutions(path))
    if not total:
        raise UsageError("there is nothing to test")
    rows = []
    with make_progress(console.stderr()) as progress:
        progress.scenario("grading the catalogue's own solutions", 1, 1, total)
        for row in selftest(
            pairs,
            load_config(),
            seed=options.seed,
            schedules=options.schedules,
            jobs=options.jobs or 0,
            only=options.only,
        ):
            rows.append(row)
            progress.schedule()
    render_selftest(rows, console.stdout())
    return 0 if all(row.ok for row in rows) else 1
