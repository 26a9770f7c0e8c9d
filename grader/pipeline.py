"""Grade one submission, stage by stage. Read this first.

exercise.yaml --load--> Exercise --plan--> [RunSpec] --run--> History --check--> [Finding]
              --decide--> Verdict --render--> Report
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.checkers import compose
from grader.executors.base import Program
from grader.executors.build import Build, build
from grader.executors.tree import SourceTree, read_tree
from grader.exploration import Cause, Explorer, Judged
from grader.model.config import Config
from grader.model.errors import InternalError, SubmissionError, UsageError
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.planning import RunSpec, expand, make_plan
from grader.reporters import json as json_report
from grader.sandbox.doctor import choose_isolation
from grader.sandbox.zygote import open_box
from grader.store import SUFFIX, RunFolder, StoredPlan, StoredRun


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


def grade(request: Request, progress: Progress) -> Verdict:
    """Grade a submission.

    1. read the submission's files;
    2. plan which runs to make;
    3. build the submission and the reference's peers in a sandbox;
    4. make the runs, judge each history, stop a scenario at its first failure;
    5. decide each scenario, and so the verdict.

    Plan, histories and verdict are stored as soon as each exists.

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
    built, peers = _build(request, tree, plan, isolation)
    folder: RunFolder | None = _store_plan(request, plan, isolation)
    cause = Cause(
        plan=plan,
        programs=built.programs,
        peers=peers,
        archive=built.archive,
        isolation=isolation,
        tolerates=request.exercise.tolerates,
    )
    results: list[ScenarioResult] = _explore(request, cause, built, folder, progress)
    verdict = Verdict(
        exercise=request.exercise.id,
        title=request.exercise.title,
        submission=str(request.submission),
        isolation=isolation,
        seed=request.seed,
        build=built.findings,
        build_log=built.log,
        scenarios=tuple(results),
        sources=built.sources,
        run_dir=str(folder.path) if folder else "",
    )
    if folder:
        folder.save_verdict(json_report.render(verdict, reveal_hidden=True))
    return verdict


def _build(
    request: Request, tree: SourceTree, plan: Sequence[RunSpec], isolation: str
) -> tuple[Build, Mapping[str, Program]]:
    """Build the submission, and the peers that some scenario needs, side by side."""
    config, roles = request.config, list(request.exercise.roles)
    wanted = sorted(
        {p.role for spec in plan for p in spec.script.cast.values() if p.by == "reference"},
    )

    def peers() -> Mapping[str, Program]:
        return build_peers(request.reference, wanted, config, isolation) if wanted else {}

    with ThreadPoolExecutor(1) as side, open_box(isolation, config.limits) as box:
        future = side.submit(peers)
        built = build(tree, roles, box, config.build, instrument=True)
        return built, future.result()


_peers_built: dict[tuple[Path, tuple[str, ...]], Mapping[str, Program]] = {}


def build_peers(
    reference: Path, roles: Sequence[str], config: Config, isolation: str
) -> Mapping[str, Program]:
    """Build the reference's programs for roles; C where there is C, for its source stays outside then.

    Raises:
        InternalError: the reference does not build; that is the exercise's fault, not the submission's.
    """
    key = (reference, tuple(roles))
    if key in _peers_built:
        return _peers_built[key]
    missing = list(roles)
    programs: dict[str, Program] = {}
    for language in ("c", "python"):
        folder = reference / "peers" / language
        if missing and folder.is_dir():
            tree = read_tree(folder, config.build)
            with open_box(isolation, config.limits) as box:
                built = build(tree, missing, box, config.build, instrument=False)
            programs |= {role: _standalone(program, tree) for role, program in built.programs.items()}
            missing = [role for role in missing if role not in programs]
    if missing:
        raise InternalError(
            f"the reference's {', '.join(missing)} cannot be built from {reference / 'peers'}"
        )
    _peers_built[key] = programs
    return programs


def _standalone(program: Program, tree: SourceTree) -> Program:
    """Return a peer whose executable travels with it: no file of it may be seen in the sandbox."""
    if program.binary:
        return program
    return Program(
        role=program.role,
        language=program.language,
        argv=program.argv,
        binary=tree.files[f"{program.role}.py"],
        env=program.env,
    )


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
                runs=tuple(
                    StoredRun(
                        scenario=spec.scenario.id,
                        script_index=spec.script_index,
                        strategy=spec.strategy,
                        seed=spec.seed,
                        file=_history_file(spec),
                    )
                    for spec in plan
                ),
            )
        )
    return folder


def _history_file(spec: RunSpec) -> str:
    return f"{spec.scenario.id}-{spec.script_index}-{spec.strategy}-{spec.seed}{SUFFIX}"


def _explore(
    request: Request, cause: Cause, built: Build, folder: RunFolder | None, progress: Progress
) -> list[ScenarioResult]:
    jobs = request.jobs or request.config.exploration.jobs or os.cpu_count() or 1
    scenarios = [
        scenario
        for scenario in request.exercise.scenarios
        if request.scenarios is None or scenario.id in request.scenarios
    ]
    indices = {
        scenario.id: [i for i, spec in enumerate(cause.plan) if spec.scenario.id == scenario.id]
        for scenario in scenarios
    }
    results: dict[str, ScenarioResult] = {}
    with Explorer(cause, jobs) as explorer:
        for scenario in scenarios:
            if not _unbuilt(cause, indices[scenario.id], built):
                explorer.prepare(indices[scenario.id])
        for number, scenario in enumerate(scenarios, 1):
            own = indices[scenario.id]
            progress.scenario(scenario.title, number, len(scenarios), len(own))
            unbuilt = _unbuilt(cause, own, built)
            waits_for = [
                name
                for name in scenario.depends_on
                if name in results and results[name].outcome is not Outcome.PASSED
            ]
            if unbuilt:
                result = _failed_build(scenario, unbuilt)
            elif waits_for:
                explorer.drop(own)
                result = _skipped(scenario, waits_for)
            else:
                result = _run_scenario(request, cause, scenario, own, explorer, folder, progress)
            results[scenario.id] = result
    return list(results.values())


def _unbuilt(cause: Cause, indices: Sequence[int], built: Build) -> tuple[Finding, ...]:
    """Return why a scenario cannot be run: the roles it needs that were not built."""
    needed = {
        part.role
        for index in indices
        for part in cause.plan[index].script.cast.values()
        if part.by == "submission"
    }
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


def _failed_build(scenario: Scenario, findings: tuple[Finding, ...]) -> ScenarioResult:
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=Outcome.FAILED,
        points=0,
        points_max=scenario.points,
        schedules=0,
        hidden=scenario.hidden,
        hint="",
        findings=findings,
    )


def _skipped(scenario: Scenario, waits_for: Sequence[str]) -> ScenarioResult:
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=Outcome.SKIPPED,
        points=0,
        points_max=scenario.points,
        schedules=0,
        hidden=scenario.hidden,
        explanation=f"needs {' and '.join(waits_for)}, which did not pass",
    )


def _run_scenario(
    request: Request,
    cause: Cause,
    scenario: Scenario,
    indices: Sequence[int],
    explorer: Explorer,
    folder: RunFolder | None,
    progress: Progress,
) -> ScenarioResult:
    began = time.monotonic()
    budget_s = request.config.exploration.seconds
    made: list[Judged] = []

    def enough(judged: Judged) -> bool:
        if request.go_on:
            return False
        return judged.failed or bool(judged.error) or time.monotonic() - began > budget_s

    for judged in explorer.results(indices, stop_after=enough):
        made.append(judged)
        progress.schedule()
        if folder and judged.history:
            folder.save_history(_history_file(cause.plan[judged.index]), judged.history)
    return decide(scenario, [(cause.plan[j.index], j) for j in made], len(indices), time.monotonic() - began)


def decide(
    scenario: Scenario, made: Sequence[tuple[RunSpec, Judged]], planned: int, time_s: float
) -> ScenarioResult:
    """Decide a scenario from all its runs: points are all or nothing.

    Args:
        scenario: what was run.
        made: the runs, in the order of the plan.
        planned: how many were to be made.
        time_s: how long they took.
    """
    failed = next(((spec, judged) for spec, judged in made if judged.failed), None)
    broken = next(((spec, judged) for spec, judged in made if judged.error), None)
    open_ = next(((spec, judged) for spec, judged in made if judged.undecided), None)
    shown = failed or broken or open_ or (made[0] if made else None)
    if failed:
        outcome, explanation = Outcome.FAILED, ""
    elif broken:
        outcome, explanation = Outcome.ERROR, broken[1].error
    elif open_:
        outcome, explanation = Outcome.INCONCLUSIVE, open_[1].undecided
    else:
        outcome, explanation = Outcome.PASSED, ""
    explored = _explored([spec for spec, _judged in made])
    if outcome is Outcome.PASSED and len(made) < planned:
        explored += f"; explored in part: {planned - len(made)} more did not fit into the time"
    advice: tuple[Finding, ...] = ()
    if not failed:
        advice = tuple(dict.fromkeys(finding for _spec, judged in made for finding in judged.findings))
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=outcome,
        points=scenario.points if outcome is Outcome.PASSED else 0,
        points_max=scenario.points,
        schedules=len(made),
        explored=explored,
        hidden=scenario.hidden,
        hint=scenario.hint if outcome is Outcome.FAILED else "",
        findings=failed[1].findings if failed else advice,
        explanation=explanation,
        run=_history_file(shown[0]) if shown and shown[1].history else "",
        seed=shown[0].seed if shown else 0,
        time_s=time_s,
    )


def _explored(specs: Sequence[RunSpec]) -> str:
    counts = Counter(spec.strategy for spec in specs)
    parts = [f"{count} {name}" for name, count in counts.items()]
    plural = "" if len(specs) == 1 else "s"
    return f"{' and '.join(parts)} schedule{plural}" if parts else ""


def rejudge(exercise: Exercise, folder: RunFolder) -> Verdict:
    """Judge stored runs again, without running anything.

    Raises:
        UsageError: the folder holds no stored runs, or runs of scenarios that the exercise no longer has.
    """
    plan = folder.load_plan()
    results = []
    for scenario in exercise.scenarios:
        made = []
        for stored in plan.runs:
            if stored.scenario != scenario.id:
                continue
            history = folder.load_history(stored.file)
            if history is None:
                continue
            spec = _stored_spec(exercise, scenario, stored)
            findings = compose.judge(history, spec, exercise.tolerates)
            judged = Judged(
                index=0,
                findings=tuple(findings),
                history=b"stored",
                undecided=compose.undecided(history, findings),
            )
            made.append((spec, judged))
        if made:
            results.append(decide(scenario, made, len(made), 0.0))
    if not results:
        raise UsageError(f"{folder.path} holds no finished run of {exercise.id}")
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        submission=plan.submission,
        isolation=plan.isolation,
        seed=plan.seed,
        scenarios=tuple(results),
        sources=_sources_again(plan.submission),
        run_dir=str(folder.path),
    )


def _stored_spec(exercise: Exercise, scenario: Scenario, stored: StoredRun) -> RunSpec:
    if stored.script_index >= len(expand(scenario)):
        raise UsageError(f"the scenario {scenario.id!r} has changed since this was run")
    plan = make_plan(
        exercise,
        Config(),
        seed=stored.seed,
        schedules=1,
        strategy=stored.strategy,
        scenario_ids=[scenario.id],
    )
    return plan[stored.script_index]


def _sources_again(path: str) -> dict[str, str]:
    """Return the submission's texts as they are now, for excerpts; nothing if it is gone."""
    try:
        tree = read_tree(Path(path), Config().build)
    except (SubmissionError, UsageError):
        return {}
    return {
        name: data.decode(errors="replace")
        for name, data in tree.files.items()
        if name.endswith((".c", ".h", ".py"))
    }
