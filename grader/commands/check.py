"""`grader check` grades a submission; `grader recheck` judges stored runs again."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from grader import registry, store
from grader.commands import console, formatted
from grader.config import load_config
from grader.deciding import exit_status
from grader.model.config import Config
from grader.model.errors import UsageError
from grader.model.history import History
from grader.model.verdict import Verdict
from grader.pipeline import Request, grade
from grader.planning import HURRIED, TOGETHER
from grader.rejudging import rejudge
from grader.reporters import json, junit, terminal
from grader.reporters.progress import make_progress
from grader.search import REPLAY

_NOT_CHOSEN = frozenset({REPLAY, HURRIED, TOGETHER})
"""Strategies that are part of others: they must be told what to do."""


def run(options: argparse.Namespace) -> int:
    """Run `check` or `recheck`."""
    for report in (options.junit, options.json):
        _check_writable(report)
    show = console.stdout()
    if options.name == "recheck":
        folder = store.RunFolder(options.run)
        exercise = console.exercise(console.named(options.exercise, folder.load_plan().exercise))
        return _report(rejudge(exercise, folder), options, show, load_config())
    exercise = console.exercise(options.exercise)
    config = load_config(options.config)
    _check_strategy(options.strategy)
    request = Request(
        exercise=exercise,
        reference=console.reference(options.exercise),
        submission=options.submission,
        config=config,
        seed=options.seed,
        schedules=options.schedules,
        strategy=options.strategy,
        scenarios=options.scenario,
        jobs=options.jobs or 0,
        runs=Path(config.reports.runs),
        go_on=options.all,
    )
    if options.format:
        return formatted.check(request, options.format, reveal_hidden=options.reveal)
    with make_progress(console.stderr()) as progress:
        verdict = grade(request, progress)
    return _report(verdict, options, show, config)


def _check_strategy(name: str | None) -> None:
    schedulers = registry.load("grader.scheduling.strategies", "SCHEDULER")
    known = ["default", *(word for word in schedulers if word not in _NOT_CHOSEN)]
    if name is not None and name not in known:
        raise UsageError(f"there is no strategy '{name}'; choose {', '.join(known)}")


def _check_writable(path: Path | None) -> None:
    """Find out before the work, not after it."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file for the report")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def _report(verdict: Verdict, options: argparse.Namespace, show: Console, config: Config) -> int:
    histories = _histories(verdict) if options.verbose else None
    terminal.render(
        verdict,
        show,
        verbose=options.verbose,
        context_lines=config.reports.context_lines,
        reveal_hidden=options.reveal,
        histories=histories,
    )
    for path, render in ((options.junit, junit.render), (options.json, json.render)):
        if path is not None:
            formatted.write(path, render(verdict, reveal_hidden=options.reveal))
    status = exit_status(verdict)
    if status and options.exercise not in (None, verdict.exercise):
        note = f"`grader replay` and `recheck` need to know where it is: --exercise {options.exercise}"
        show.print(note, markup=False, soft_wrap=True)
    return status


def _histories(verdict: Verdict) -> dict[str, History]:
    if not verdict.run_dir:
        return {}
    return {
        scenario.id: store.read_history(Path(verdict.run_dir) / scenario.run)
        for scenario in verdict.scenarios
        if scenario.run
    }
