"""Every solution that comes with an exercise gets what it deserves: the catalogue's own proof.

Right solutions are run under a sample of the schedules; mutants are never sampled.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest

from grader.catalogue.load import load_exercise
from grader.config import site_root
from grader.model.config import Config
from grader.model.exercise import Exercise
from grader.selftest import Solution, grade_solution, solutions

pytestmark = pytest.mark.system

_SAMPLE = 2
"""Schedules of each script; of a Python solution half of them."""

_ROOT = site_root()
SOLUTIONS = [
    pytest.param(path.parent.name, solution, id=f"{path.parent.name}-{solution.name}")
    for path in sorted((_ROOT / "exercises").glob("*/exercise.yaml"))
    for solution in solutions(_ROOT / "reference" / path.parent.name)
]


@pytest.fixture(autouse=True, scope="module")
def own_core() -> Iterator[None]:
    """Stay on one core: a tracer that wanders takes a quarter longer when all cores are busy."""
    cores = os.sched_getaffinity(0)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdigit() and int(os.environ["PYTEST_XDIST_WORKER_COUNT"]) >= len(cores):
        os.sched_setaffinity(0, {sorted(cores)[int(worker) % len(cores)]})
    yield
    os.sched_setaffinity(0, cores)


@cache
def exercise(name: str) -> Exercise:
    return load_exercise(_ROOT / "exercises" / name / "exercise.yaml")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_right_solutions_pass_and_each_mutant_fails_its_own_check_only(name: str, solution: Solution) -> None:
    row = grade_solution(exercise(name), _ROOT / "reference" / name, solution, Config(), schedules=_SAMPLE)

    assert row.got == row.expected
