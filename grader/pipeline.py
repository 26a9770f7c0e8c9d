"""Grade one submission, stage by stage. Read this first.

exercise.yaml --load--> Exercise --plan--> [RunSpec] --run--> History --check--> [Finding]
              --decide--> Verdict --render--> Report
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from grader.building import build_all
from grader.deciding import decide, failed_build, history_file, skipped, unfinished
from grader.executors.build import Build
from grader.executors.tree import SourceTree, read_tree
from grader.exploration import Cause, Explorer, Pending
from grader.judging import Judged
from grader.keeping import keep_counterexample
from grader.model.config import Config
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.planning import RunSpec, make_plan
from grader.reporters import json as json_report
from grader.sandbox.doctor import choose_isolation
from grader.search import REPLAY, Budget, begin, search
from grader.store import RunFolder, StoredPlan, StoredRun


class Progress(Protocol):
    """Whom to tell how far the work is."""

    def stage(self, text: str) -> None:
        """Something begins that has no measure: reading, building."""

    def scenario(self, title: str, number: int, total: int, schedules: int) -> None:
        """A scenario begins, with so many schedules."""

    def schedule(self) -> None:
        """A schedule was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to grade, and how.

    Attributes:
        exercise: the exercise.
        reference: folder of its reference (`peers/<language>/`).
        submission: the student's folder.
        config: the site's settings.
        seed: of the first schedule of each script.
        schedules, strategy: override the exercise's and the site's.
        scenarios: only these; None: all.
        jobs: runs side by side; 0: as the site says.
        runs: where runs are stored; None: nowhere.
        go_on: do not stop a scenario at its first failing schedule.
        shrink: make a failing schedule small before it is shown.
        steady: make sure that a program does the same thing twice under one schedule.
        faults: points of each script at which its faults are tried; None: as the site says.
        enough: a check: once a scenario has failed by it, those behind are not looked at.
    """

    exercise: Exercise
    reference: Path
    submission: Path
    config: Config = field(default_factory=Config)
    seed: int = 0
    schedules: int | None = None
    strategy: str | None = None
    scenarios: Collection[str] | None = None
    jobs: int = 0
    runs: Path | None = None
    go_on: bool = False
    shrink: bool = True
    steady: bool = True
    faults: int | None = None
    enough: str = ""


def grade(
    request: Request,
    progress: Progress,
    so_far: Callable[[Verdict], None] = lambda _verdict: None,
    asked: Iterable[str] | None = None,
) -> Verdict:
    """Grade a submission.

    1. read the submission's files;
    2. plan which runs to make;
    3. build the submission and the reference's peers in a sandbox;
    4. make the runs, judge each history, stop a scenario at its first failure and make that one small;
    5. decide each scenario, and so the verdict.

    Plan, histories and verdict are stored as soon as each exists.

    Args:
        request: what to grade, and how.
        progress: whom to tell how far the work is.
        so_far: called before the first scenario and after each, with a verdict in which those to come are
            errors: for systems that want something even if they lose patience.
        asked: ids of the scenarios, as somebody asks for them, perhaps one by one; None: all, in the order of
            the exercise. The verdict has those that were asked for.

    Raises:
        SubmissionError: the submission cannot be read, or has none of the programs.
        UsageError: there is no such scenario, or the runs cannot be stored.
        HostError: the machine does not allow it.
    """
    progress.stage("reading the submission")
    tree: SourceTree = read_tree(request.submission, request.config.build)
    isolation: str = choose_isolation(request.config.isolation)
    plan: tuple[RunSpec, ...] = make_plan(
        request.exercise,
        request.config,
        seed=request.seed,
        schedules=request.schedules,
        strategy=request.strategy,
        scenario_ids=request.scenarios,
    )
    progress.stage("building")
    built, cause = build_all(request.exercise, request.reference, tree, plan, request.config, isolation)
    folder: RunFolder | None = _store_plan(request, plan, isolation)
    verdict = Verdict(
        exercise=request.exercise.id,
        title=request.exercise.title,
        submission=str(request.submission),
        isolation=isolation,
        seed=request.seed,
        build=built.findings,
        build_log=built.log,
        scenarios=tuple(unfinished(scenario) for scenario in _chosen(request)),
        sources=built.sources,
        run_dir=str(folder.path) if folder else "",
    )
    so_far(verdict)
    results: dict[str, ScenarioResult] = {}
    for found in _explore(request, plan, cause, built, folder, progress, asked):
        result = found
        if folder:
            result = keep_counterexample(request.exercise, request.submission, tree, folder, found)
        results[result.id] = result
        verdict = replace(verdict, scenarios=tuple(results.get(one.id, one) for one in verdict.scenarios))
        so_far(verdict)
    verdict = replace(verdict, scenarios=tuple(one for one in verdict.scenarios if one.id in results))
    if folder:
        folder.save_verdict(json_report.render(verdict, reveal_hidden=True))
    return verdict


def _store_plan(request: Request, plan: Sequence[RunSpec], isolation: str) -> RunFolder | None:
    if request.runs is None:
        return None
    folder = RunFolder.create(request.runs, request.exercise.id, request.config.reports.keep)
    if folder is not None:
        folder.save_plan(
            StoredPlan(
                exercise=request.exercise.id,
                submission=str(request.submission.absolute()),
                isolation=isolation,
                seed=request.seed,
                runs=tuple(_stored(spec) for spec in plan),
            )
        )
    return folder


def _stored(spec: RunSpec) -> StoredRun:
    return StoredRun(
        scenario=spec.scenario.id,
        script_index=spec.script_index,
        slot=spec.slot,
        strategy=spec.strategy,
        seed=spec.seed,
        file=history_file(spec),
    )


def _chosen(request: Request) -> list[Scenario]:
    return [
        scenario
        for scenario in request.exercise.scenarios
        if request.scenarios is None or scenario.id in request.scenarios
    ]


def _explore(
    request: Request,
    plan: Sequence[RunSpec],
    cause: Cause,
    built: Build,
    folder: RunFolder | None,
    progress: Progress,
    asked: Iterable[str] | None,
) -> Iterator[ScenarioResult]:
    jobs = request.jobs or request.config.exploration.jobs or os.cpu_count() or 1
    scenarios = {scenario.id: scenario for scenario in _chosen(request)}
    runs = {name: [spec for spec in plan if spec.scenario.id == name] for name in scenarios}
    results: dict[str, ScenarioResult] = {}
    with Explorer(cause, jobs) as explorer:
        firsts = {name: [] if _unbuilt(own, built) else begin(explorer, own) for name, own in runs.items()}
        for number, chosen in enumerate(scenarios if asked is None else asked, 1):
            scenario, own = scenarios[chosen], runs[chosen]
            progress.scenario(scenario.title, number, len(scenarios), len(own))
            unbuilt = _unbuilt(own, built)
            waits_for = [
                name
                for name in scenario.depends_on
                if name in results and results[name].outcome is not Outcome.PASSED
            ]
            if unbuilt:
                result = failed_build(scenario, unbuilt)
            elif waits_for:
                for pending in firsts[scenario.id]:
                    pending.cancel()
                result = skipped(scenario, waits_for)
            else:
                result = _run_scenario(
                    request, explorer, scenario, own, firsts[scenario.id], folder, progress
                )
            results[scenario.id] = result
            yield result
            if request.enough in failing(result):
                return


def failing(result: ScenarioResult) -> frozenset[str]:
    """Return the checks by which a scenario has failed."""
    errors = [finding for finding in result.findings if finding.severity is Severity.ERROR]
    return frozenset(e.check for e in errors) if result.outcome is Outcome.FAILED else frozenset()


def _unbuilt(plan: Sequence[RunSpec], built: Build) -> tuple[Finding, ...]:
    """Return why a scenario cannot be run: the roles it needs that were not built."""
    needed = {part.role for spec in plan for part in spec.script.cast.values() if part.by == "submission"}
    missing = sorted(needed - built.programs.keys())
    return (
        tuple(
            finding
            for finding in built.findings
            if finding.severity is Severity.ERROR and finding.part in (*missing, "")
        )
        if missing
        else ()
    )


def _run_scenario(
    request: Request,
    explorer: Explorer,
    scenario: Scenario,
    plan: Sequence[RunSpec],
    firsts: Sequence[Pending],
    folder: RunFolder | None,
    progress: Progress,
) -> ScenarioResult:
    began = time.monotonic()
    exploration = request.config.exploration
    budget = Budget(
        seconds=exploration.seconds,
        patience=exploration.patience,
        shrink=exploration.shrink if request.shrink else 0,
        faults=exploration.faults if request.faults is None else request.faults,
        go_on=request.go_on,
        steady=request.steady and explorer.repeatable,
    )

    def note(judged: Judged) -> None:
        progress.schedule()
        if folder and judged.history:
            folder.save_history(history_file(judged.spec), judged.history)

    found = search(explorer, plan, firsts, budget, note)
    if folder:
        folder.add_runs([_stored(judged.spec) for judged in found.made if judged.spec.fault is not None])
    if folder and found.shown is not None and found.shown.spec.strategy == REPLAY:
        folder.save_history(history_file(found.shown.spec), found.shown.history)
    return decide(scenario, found, time.monotonic() - began)
