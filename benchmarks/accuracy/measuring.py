"""Measures one task: grades a mutant, or makes the runs of a scenario with a right solution."""

from __future__ import annotations

import time
from dataclasses import replace

from benchmarks.accuracy.journal import Row
from benchmarks.accuracy.tasks import Budget, Task
from grader.building import build_all
from grader.deciding import decide
from grader.executors.build import Build
from grader.executors.tree import read_tree
from grader.exploration import Cause, Explorer
from grader.judging import Judged
from grader.model.config import Config, ExplorationConfig
from grader.model.errors import GraderError
from grader.model.verdict import Outcome, Severity
from grader.planning import DEFAULT, RANDOM, RunSpec, make_plan
from grader.sandbox.doctor import choose_isolation
from grader.search import Budget as SearchBudget
from grader.search import begin, search
from grader.selftest import grade_solution

_NO_HURRY_S = 24 * 3600.0
_CONFIG = Config(exploration=ExplorationConfig(seconds=_NO_HURRY_S))
"""As a site that sets nothing, but all schedules are made, however slow the machine is."""

_SAMPLE = 2
"""Schedules with which a mutant's grading begins; it has the whole where these do not show it."""

_FOR_OVERLAP = 4
"""Schedules of each script that are made for the overlap a scenario demands."""

_TEXT_MAX = 400


class Measuring:
    """Measures tasks; what was built for one is kept for the next, if that is of the same solution.

    Args:
        budget: how thoroughly right solutions are graded.
        jobs: runs made side by side.
    """

    def __init__(self, budget: Budget, jobs: int) -> None:
        self._budget = budget
        self._jobs = jobs
        self._isolation = choose_isolation(_CONFIG.isolation)
        self._built: tuple[tuple[object, ...], tuple[Build, Cause]] | None = None

    def measure(self, task: Task) -> Row:
        """Measure a task."""
        began = time.monotonic()
        try:
            row = self._mutant(task) if task.solution.check else self._right(task)
        except GraderError as error:
            row = Row(key=task.key, got=Outcome.ERROR.value, undecided=(str(error)[:_TEXT_MAX],))
        return replace(row, seconds=round(time.monotonic() - began, 1))

    def _mutant(self, task: Task) -> Row:
        row = grade_solution(task.exercise, task.reference, task.solution, _CONFIG, schedules=_SAMPLE)
        return Row(key=task.key, got=row.got)

    def _right(self, task: Task) -> Row:
        plan = self._plan(task)
        built, cause = self._build(task)
        scenario = task.exercise.scenario(task.scenario)
        if scenario is None or (built.findings and not built.programs):
            told = tuple(f"build: {finding.message}"[:_TEXT_MAX] for finding in built.findings)
            return Row(key=task.key, got=Outcome.FAILED.value, accused=told)
        budget = SearchBudget(
            seconds=_NO_HURRY_S, shrink=0, faults=0 if task.seeds.start else self._budget.faults, go_on=True
        )
        with Explorer(cause, self._jobs) as explorer:
            found = search(explorer, plan, begin(explorer, plan), budget, lambda _judged: None)
        result = decide(scenario, found, 0.0)
        accused = [_accusation(judged) for judged in found.made if judged.failed]
        undecided = [_doubt(judged) for judged in found.made if judged.error or judged.undecided]
        if result.outcome is Outcome.FAILED and not accused:
            accused = [f"all: {finding.check}: {finding.message}"[:_TEXT_MAX] for finding in result.findings]
        if result.outcome in (Outcome.INCONCLUSIVE, Outcome.ERROR) and not undecided:
            undecided = [f"all: {result.explanation}"[:_TEXT_MAX]]
        return Row(
            key=task.key,
            runs=len(found.made),
            got=result.outcome.value,
            accused=tuple(accused),
            undecided=tuple(undecided),
        )

    def _plan(self, task: Task) -> list[RunSpec]:
        """Plan a random schedule for each seed, and some more where an overlap has to be looked for."""
        seeds = task.seeds
        plan = make_plan(
            task.exercise,
            _CONFIG,
            seed=seeds.start,
            schedules=len(seeds),
            strategy=RANDOM,
            scenario_ids=[task.scenario],
        )
        more = [
            replace(spec, strategy=DEFAULT, slot=len(seeds) + number, seed=seeds.stop + number)
            for spec in plan
            if spec.slot == 0 and spec.scenario.overlap is not None
            for number in range(_FOR_OVERLAP)
        ]
        return [*plan, *more]

    def _build(self, task: Task) -> tuple[Build, Cause]:
        key = (task.exercise.id, task.solution)
        if self._built is None or self._built[0] != key:
            plan = make_plan(task.exercise, _CONFIG, schedules=_SAMPLE, strategy=RANDOM)
            tree = read_tree(task.solution.path, _CONFIG.build)
            built = build_all(task.exercise, task.reference, tree, plan, _CONFIG, self._isolation)
            self._built = (key, built)
        return self._built[1]


def _accusation(judged: Judged) -> str:
    finding = next(finding for finding in judged.findings if finding.severity is Severity.ERROR)
    return f"{_where(judged.spec)}: {finding.check}: {finding.message}"[:_TEXT_MAX]


def _doubt(judged: Judged) -> str:
    return f"{_where(judged.spec)}: {judged.error or judged.undecided}"[:_TEXT_MAX]


def _where(spec: RunSpec) -> str:
    fault = f", {spec.fault}" if spec.fault is not None else ""
    return f"script {spec.script_index}, seed {spec.seed}{', plain' if spec.plain else ''}{fault}"
