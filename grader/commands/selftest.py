"""`grader selftest`: grade all solutions that come with exercises."""

from __future__ import annotations

import argparse

from grader.commands import console
from grader.config import load_config
from grader.model.errors import UsageError
from grader.reporters.progress import make_progress
from grader.reporters.selftest import SelftestRow, render_catalogue, render_selftest
from grader.selftest import selftest, solutions


def run(options: argparse.Namespace) -> int:
    """Print the table; 0 if all is as it should be, else 1."""
    if options.all and options.exercises:
        raise UsageError("say --all, or which exercises, not both")
    if options.exercises:
        chosen = {name: console.exercise(name) for name in options.exercises}
    else:
        chosen = dict(console.catalogue().exercises)
    pairs = [(exercise, console.reference(name)) for name, exercise in chosen.items()]
    order = [
        (exercise.id, solution.kind, solution.name)
        for exercise, path in pairs
        for solution in solutions(path)
        if options.only in solution.name
    ]
    if not order:
        raise UsageError("there is nothing to test")
    rows: list[SelftestRow] = []
    with make_progress(console.stderr()) as progress:
        progress.scenario("grading the catalogue's own solutions", 1, 1, len(order))
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
    rows.sort(key=lambda row: order.index((row.exercise, row.kind, row.name)))
    render = render_selftest if options.verbose or len(chosen) == 1 else render_catalogue
    render(rows, console.stdout())
    return 0 if all(row.ok for row in rows) else 1
