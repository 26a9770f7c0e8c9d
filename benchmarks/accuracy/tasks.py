"""What there is to measure: each scenario of each right solution, and each mutant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT
from grader.catalogue.load import load_exercise
from grader.counterexample import digest_of_exercise
from grader.model.exercise import Exercise
from grader.selftest import Solution, language_of, solutions

_NO_MATTER = frozenset({"batch", "commands", "exports", "reporters", "skeleton", "__pycache__"})
"""Folders of the grader that have no say in what becomes of a program."""

_FIRST_SEEDS = 10
"""Seeds that are measured of all solutions of a kind before the rest is of any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How thoroughly right solutions are graded.

    Attributes:
        seeds: random schedules of each script.
        faults: points of each script at which its faults are tried.
    """

    seeds: int
    faults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row to be measured.

    Attributes:
        exercise: the exercise.
        solution: one of those that come with it.
        language: of its programs.
        scenario: of a right solution: the one that is graded. Of a mutant all are.
        seeds: of a right solution: under which seeds.
        key: the same as long as nothing changes that could change what comes of it.
    """

    exercise: Exercise
    solution: Solution
    language: str
    scenario: str
    seeds: range
    key: str

    @property
    def name(self) -> str:
        """Say which solution, and of which exercise."""
        return f"{self.exercise.id} {self.solution.kind} {self.solution.name}"

    @property
    def reference(self) -> Path:
        """Return the folder of the exercise's reference."""
        return ROOT / "reference" / self.exercise.id


def tasks(budget: Budget) -> list[Task]:
    """Return all there is to measure, in an order in which every beginning tells much.

    Right solutions in C under a few seeds, all mutants, then the other seeds, and Python, which is slow.
    """
    grader = digest_of_folder(ROOT / "grader", but=_NO_MATTER)
    found = [
        task
        for folder in sorted((ROOT / "exercises").glob("*/exercise.yaml"))
        for task in _of_exercise(load_exercise(folder), budget, grader)
    ]
    return sorted(found, key=_turn)


def _turn(task: Task) -> tuple[int, int, bool, str]:
    if task.solution.check:
        return 1, 0, False, task.key  # as good as by chance, so that some of each check come soon
    python = task.language == "python"
    return 2 * (python or task.seeds.start > 0), python, task.solution.kind != "reference", ""


def _of_exercise(exercise: Exercise, budget: Budget, grader: str) -> Iterator[Task]:
    reference = ROOT / "reference" / exercise.id
    peers = digest_of_folder(reference / "peers")
    first = min(_FIRST_SEEDS, budget.seeds)
    blocks = [seeds for seeds in (range(first), range(first, budget.seeds)) if seeds]
    for solution in solutions(reference):
        own = (grader, peers, digest_of_folder(solution.path))
        if solution.check:
            yield _task(exercise, solution, "", range(0), (*own, digest_of_exercise(exercise)))
            continue
        for seeds in blocks:
            for scenario in exercise.scenarios:
                alone = exercise.model_copy(update={"scenarios": [scenario]})
                parts = (*own, digest_of_exercise(alone), str(seeds), str(budget.faults))
                yield _task(exercise, solution, scenario.id, seeds, parts)


def _task(exercise: Exercise, solution: Solution, scenario: str, seeds: range, parts: Sequence[str]) -> Task:
    names = (exercise.id, solution.kind, solution.name, scenario)
    return Task(
        exercise=exercise,
        solution=solution,
        language=language_of(solution.path),
        scenario=scenario,
        seeds=seeds,
        key=hashlib.sha256("\0".join((*names, *parts)).encode()).hexdigest(),
    )


def digest_of_folder(folder: Path, but: frozenset[str] = frozenset()) -> str:
    """Return what tells the files below a folder from any others: their names and contents.

    Args:
        folder: the folder; one that does not exist is empty.
        but: names of folders that do not count.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not but & set(inside.parts) and path.suffix != ".pyc":
            digest.update(f"{inside}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
