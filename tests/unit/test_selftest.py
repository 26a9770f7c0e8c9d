"""The catalogue's own solutions: how far each is graded, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from grader import selftest
from grader.model.config import Config
from grader.model.exercise import Exercise
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.pipeline import Request
from grader.reporters.progress import Silent
from grader.reporters.selftest import Kind
from grader.selftest import Solution, grade_solution

EXERCISE = Exercise.model_validate(
    {
        "id": "demo",
        "title": "t",
        "summary": "s",
        "mechanisms": ["fifo"],
        "difficulty": 1,
        "hours": 1,
        "roles": {"client": {}},
        "scenarios": [
            {
                "id": "first",
                "title": "t",
                "points": 1,
                "hint": "h",
                "cast": {"alice": {"role": "client", "by": "submission"}},
                "steps": [{"start": "alice"}],
            }
        ],
    }
)

Budget: TypeAlias = tuple[int | None, int | None, str, bool]
"""Schedules, points for faults, the check that is enough, and whether a run is made twice."""


def result(name: str, *checks: str, advice: str = "") -> ScenarioResult:
    findings = [Finding(check=check, message="m", why="w") for check in checks]
    if advice:
        findings.append(Finding(check=advice, message="m", why="w", severity=Severity.ADVICE))
    return ScenarioResult(
        id=name,
        title=name,
        outcome=Outcome.FAILED if checks else Outcome.PASSED,
        points=0 if checks else 1,
        points_max=1,
        schedules=1,
        findings=tuple(findings),
    )


def grading(
    monkeypatch: pytest.MonkeyPatch, answers: Mapping[int | None, tuple[ScenarioResult, ...]]
) -> list[Budget]:
    """Let `grade` give these answers, by the schedules it is asked for; returns what it is asked for."""
    asked: list[Budget] = []

    def grade(request: Request, _progress: Silent) -> Verdict:
        asked.append((request.schedules, request.faults, request.enough, request.steady))
        return Verdict(
            exercise="demo",
            title="t",
            submission="s",
            isolation="full",
            seed=0,
            scenarios=answers[request.schedules],
        )

    monkeypatch.setattr(selftest, "grade", grade)
    return asked


def got(kind: Kind, check: str = "", *, schedules: int | None = 2) -> tuple[str, bool]:
    solution = Solution(kind=kind, name="one", path=Path("one"), check=check)
    row = grade_solution(EXERCISE, Path("reference"), solution, Config(), schedules=schedules)
    return row.got, row.ok


def test_a_mutant_that_is_caught_at_once_is_graded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = grading(monkeypatch, {1: (result("first"), result("second", "race"))})
    assert got("mutant", "race") == ("race", True)
    assert asked == [(1, 6, "", False)]


def test_a_mutant_is_graded_until_it_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = (result("first"), result("second"))
    asked = grading(monkeypatch, {1: calm, 2: calm, None: (result("first", "lost-wakeup"),)})
    assert got("mutant", "lost-wakeup") == ("lost-wakeup", True)
    assert asked == [
        (1, 6, "", False),
        (2, None, "lost-wakeup", False),
        (None, None, "lost-wakeup", False),
    ]


def test_what_few_schedules_have_shown_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for the expected check ends before the scenario that has failed by another one."""
    grading(
        monkeypatch,
        {
            1: (result("first"), result("second", "output")),
            2: (result("first", "race"),),
            None: (result("first", "race"),),
        },
    )
    assert got("mutant", "race") == ("output, race", False)


def test_a_mutant_that_nothing_catches_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = (result("first", advice="race"), result("second"))
    grading(monkeypatch, dict.fromkeys((1, 2, None), calm))
    assert got("mutant", "race") == ("passed", False)


@pytest.mark.parametrize(("kind", "steady"), [("reference", True), ("accepted", False)])
def test_a_right_solution_gets_a_sample(kind: Kind, steady: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = grading(monkeypatch, {2: (result("first"),)})
    assert got(kind) == ("passed", True)
    assert asked == [(2, 6, "", steady)]


@pytest.mark.parametrize(("sample", "schedules"), [(1, 1), (2, 1), (4, 2)])
def test_a_right_solution_in_python_gets_half_of_the_schedules(
    sample: int, schedules: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "client.py").touch()
    asked = grading(monkeypatch, {schedules: (result("first"),)})
    solution = Solution(kind="accepted", name="one", path=tmp_path)
    assert grade_solution(EXERCISE, Path("reference"), solution, Config(), schedules=sample).ok
    assert asked == [(schedules, 6, "", False)]


def test_each_solution_is_graded_once_what_takes_long_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("peers/c/a.c", "accepted/p/a.py", "rejected/race/x/a.c", "rejected/race/y/a.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    calm = (result("first"),)
    grading(monkeypatch, dict.fromkeys((1, 2, None), calm))
    rows = list(selftest.selftest([(EXERCISE, tmp_path)], Config(), schedules=2, jobs=1))
    assert [(row.kind, row.name, row.got) for row in rows] == [
        ("accepted", "p", "passed"),
        ("reference", "c", "passed"),
        ("mutant", "race/y", "passed"),
        ("mutant", "race/x", "passed"),
    ]


@pytest.mark.parametrize(("kind", "check"), [("reference", ""), ("accepted", ""), ("mutant", "race")])
def test_without_a_sample_all_get_the_whole(kind: Kind, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = grading(monkeypatch, {None: (result("first", *([check] if check else [])),)})
    assert got(kind, check, schedules=None) == (check or "passed", True)
    assert asked == [(None, None, "", not check)]
