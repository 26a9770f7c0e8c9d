"""`grader replay`: a counterexample again, step by step."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from grader import counterexample
from grader.commands import console
from grader.config import load_config
from grader.model.errors import UsageError
from grader.replaying import replay
from grader.reporters.progress import make_progress
from grader.reporters.replay import heading, print_steps, steps

_SAME, _DIFFERENT = 0, 2


def run(options: argparse.Namespace) -> int:
    """Run a counterexample again and show it; status 0 if it came out as it was found."""
    example = counterexample.load(options.file)
    submission = options.submission or Path(example.submission)
    if options.submission is None and not submission.is_dir():
        raise UsageError(
            f"the submission was in {submission}, which is gone; name it: grader replay {options.file} PATH"
        )
    name = console.named(options.exercise, example.exercise)
    exercise = console.exercise(name)
    with make_progress(console.stderr()) as progress:
        progress.stage("building and running")
        replayed = replay(example, exercise, console.reference(name), submission, load_config(options.config))
    show = console.stdout()
    told = heading(exercise.id, example.scenario, len(example.switches), example.message, example.umask)
    show.print(told, markup=False)
    found = steps(replayed.history, replayed.findings, replayed.sources)
    waiting = options.step
    for _ in print_steps(found, replayed.findings, replayed.sources, show):
        if waiting:
            waiting = _wait(show)
    if replayed.identical:
        show.print("\nThe same history as when it was found, operation for operation.")
        return _SAME
    show.print(
        "\nThe history is another one than when it was found. A submission gives the same history only with "
        f"the same compiler and C library; it was found by version {example.grader} of the grader.",
        markup=False,
    )
    return _DIFFERENT


def _wait(show: Console) -> bool:
    """Wait for Enter; False at the end of input, or if the rest is wanted at once."""
    if sys.stdin.isatty():
        show.print("[dim]Enter: next operation, r: the rest[/] ", end="")
    line = sys.stdin.readline()
    return bool(line) and line.strip() != "r"
