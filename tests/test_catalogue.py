"""Every solution that comes with an exercise gets what it deserves: the catalogue's own proof.

Right solutions are run under a sample of the schedules; mutants are never sampled.
"""

from __future__ import annotations

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


@cache
def exercise(name: str) -> Exercise:
    return load_exercise(_ROOT / "exercises" / name / "exercise.yaml")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_right_solutions_pass_and_each_mutant_fails_its_own_check_only(name: str, solution: Solution) -> None:
    row = grade_solution(exercise(name), _ROOT / "reference" / name, solution, Config(), schedules=_SAMPLE)

    assert row.got == row.expected
