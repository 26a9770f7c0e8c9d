"""Does the catalogue hold what it promises? Grades every solution that comes with an exercise.

References and accepted variants must get full marks; every mutant must fail the check its folder names, and
no other.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TypeAlias

from grader.deciding import skipped
from grader.exploration import begin_worker
from grader.model.config import Config
from grader.model.errors import GraderError
from grader.model.exercise import Exercise
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.pipeline import Request, failing, grade
from grader.reporters.progress import Silent
from grader.reporters.selftest import Kind, SelftestRow

_FAULT_SAMPLE = 6
"""Points for faults that are tried of a right solution where its schedules are a sample, too."""

_SECOND_LOOK = 2
"""Schedules of each script for a mutant that the fair one has not shown; then it gets the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A solution that comes with an exercise.

    Attributes:
        kind: reference, accepted or mutant.
        name: of the variant, e.g. `c-threads`, or `deadlock/both-read-first`.
        path: its folder.
        check: of a mutant: the check that must catch it; else empty.
    """

    kind: Kind
    name: str
    path: Path
    check: str = ""


Task: TypeAlias = tuple[Exercise, Path, Solution, Config, int, int | None]
"""What `grade_solution` is given, in the order of its parameters."""


def solutions(reference: Path) -> Iterator[Solution]:
    """Yield the solutions below reference/<exercise>, references first."""
    for language in _folders(reference / "peers"):
        yield Solution(kind="reference", name=language.name, path=language)
    for variant in _folders(reference / "accepted"):
        yield Solution(kind="accepted", name=variant.name, path=variant)
    for check in _folders(reference / "rejected"):
        for mutant in _folders(check):
            yield Solution(kind="mutant", name=f"{check.name}/{mutant.name}", path=mutant, check=check.name)


def _folders(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if entry.is_dir()) if path.is_dir() else []


def selftest(
    exercises: Sequence[tuple[Exercise, Path]],
    config: Config,
    *,
    seed: int = 0,
    schedules: int | None = None,
    jobs: int = 0,
    only: str = "",
) -> Iterator[SelftestRow]:
    """Grade all solutions of exercises and yield a row for each when it is there, the longest first.

    Args:
        exercises: each with the folder of its reference.
        config: the site's settings.
        seed: of the first schedule.
        schedules: as for `grade_solution`.
        jobs: solutions graded at the same time; 0: one for each core.
        only: only solutions with this in their name.
    """
    tasks = [
        (exercise, reference, solution, config, seed, schedules)
        for exercise, reference in exercises
        for solution in solutions(reference)
        if only in solution.name
    ]
    workers = jobs or os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    begun = context.Value("i", 0)
    crowded = workers >= len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(
        workers, context, initializer=_begin, initargs=(os.getpid(), begun if crowded else None)
    ) as pool:
        waiting = [pool.submit(_grade_one, task) for task in sorted(tasks, key=_turn)]
        for done in as_completed(waiting):
            yield done.result()


def _begin(parent: int, begun: Synchronized[int] | None) -> None:
    """Begin a worker, on a core of its own where there is work for all: one that wanders takes longer."""
    begin_worker(parent)
    if begun is not None:
        cores = sorted(os.sched_getaffinity(0))
        with begun.get_lock():
            core = cores[begun.value % len(cores)]
            begun.value += 1
        os.sched_setaffinity(0, {core})


def _turn(task: Task) -> tuple[bool, bool]:
    """Sort what takes long to the beginning: at the end all cores shall have something to do."""
    solution = task[2]
    return bool(solution.check), language_of(solution.path) != "python"


def _grade_one(task: Task) -> SelftestRow:
    exercise, reference, solution, config, seed, schedules = task
    return grade_solution(exercise, reference, solution, config, seed=seed, schedules=schedules)


def grade_solution(
    exercise: Exercise,
    reference: Path,
    solution: Solution,
    config: Config,
    *,
    seed: int = 0,
    schedules: int | None = None,
) -> SelftestRow:
    """Grade one solution that comes with an exercise.

    Args:
        exercise: the exercise.
        reference: the folder of its reference.
        solution: one of those in there.
        config: the site's settings.
        seed: of the first schedule.
        schedules: a sample: of a right solution so many schedules of each script, half of them if it is in
            Python, whose runs are long; and few of the points for faults. A mutant has as many as it takes to
            be caught, beginning with one. None: no sample; each has the whole of what a submission would get.
    """
    began = time.monotonic()
    row = SelftestRow(
        exercise=exercise.id,
        kind=solution.kind,
        name=solution.name,
        language=language_of(solution.path),
        expected=solution.check or Outcome.PASSED.value,
        got="",
        seconds=0.0,
        ok=False,
    )
    request = Request(
        exercise=exercise,
        reference=reference,
        submission=solution.path,
        config=config,
        seed=seed,
        jobs=1,
        shrink=False,
        steady=solution.kind == "reference" or (schedules is None and not solution.check),
    )
    try:
        got = outcome_of(_verdict(request, solution.check, schedules))
    except GraderError as error:
        got = f"error: {error}"
    return replace(row, got=got, ok=got == row.expected, seconds=time.monotonic() - began)


def _verdict(request: Request, check: str, schedules: int | None) -> Verdict:
    """Grade a solution as far as it takes: a mutant's `check` may fail in few schedules only."""
    if schedules is None:
        return grade(request, Silent())
    if not check:
        python = language_of(request.submission) == "python"
        sample = math.ceil(schedules / 2) if python else schedules
        return grade(replace(request, schedules=sample, faults=_FAULT_SAMPLE), Silent())
    verdict = grade(replace(request, schedules=1, faults=_FAULT_SAMPLE), Silent())
    for few in (_SECOND_LOOK, None):
        if outcome_of(verdict) == check:
            break
        again = grade(replace(request, schedules=few, enough=check), Silent())
        looked_at = {scenario.id: scenario for scenario in again.scenarios}
        scenarios = [looked_at.get(scenario.id, scenario) for scenario in verdict.scenarios]
        verdict = replace(again, scenarios=tuple(_skipping(request.exercise, scenarios)))
    return verdict


def _skipping(exercise: Exercise, results: Sequence[ScenarioResult]) -> Iterator[ScenarioResult]:
    """Yield the results of several looks as one would have had them: what needs a failed one is skipped."""
    lost: set[str] = set()
    for result in results:
        scenario = exercise.scenario(result.id)
        waits_for = [name for name in scenario.depends_on if name in lost] if scenario else []
        if scenario and waits_for:
            lost.add(result.id)
            yield skipped(scenario, waits_for)
        else:
            lost |= set() if result.outcome is Outcome.PASSED else {result.id}
            yield result


def outcome_of(verdict: Verdict) -> str:
    """Say in a few words what became of a solution: `passed`, or the checks that failed it."""
    if verdict.outcome is Outcome.PASSED and verdict.points == verdict.points_max:
        return Outcome.PASSED.value
    checks = {check for scenario in verdict.scenarios for check in failing(scenario)}
    others = sorted(
        f"{scenario.id}: {scenario.explanation}"
        for scenario in verdict.scenarios
        if scenario.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE)
    )
    return ", ".join([*sorted(checks), *others]) or verdict.outcome.value


def language_of(path: Path) -> str:
    """Return the language of a solution by its files: c, python or make."""
    if (path / "Makefile").exists():
        return "make"
    return "python" if any(path.glob("*.py")) and not any(path.glob("*.c")) else "c"
