"""What becomes of a scenario, from all its runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.deciding import OVERLAP_RULE, decide
from grader.exploration import Judged
from grader.model.config import LimitsConfig
from grader.model.exercise import Scenario
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity
from grader.planning import RunSpec, Script
from grader.search import Found

FINDING = Finding(check="ordering", message="B came first.", why="w", read="man 7 sem_overview")
ADVICE = Finding(check="leftovers", message="m", why="w", read="r", severity=Severity.ADVICE)


def scenario(**more: Any) -> Scenario:
    plain = {
        "id": "turns",
        "title": "Turns",
        "points": 4,
        "hint": "Take turns.",
        "cast": {"p": {"role": "abc", "by": "submission"}},
        "steps": [{"start": "p"}],
    }
    return Scenario.model_validate({**plain, **more})


def run(slot: int = 0, **judged: Any) -> Judged:
    spec = RunSpec(
        exercise="abc",
        scenario=scenario(),
        script=Script(bindings={}, cast={}, steps=()),
        script_index=0,
        strategy=judged.pop("strategy", "fair"),
        seed=slot,
        limits=LimitsConfig(),
        slot=slot,
    )
    return Judged(spec=spec, history=b"kept", **judged)


def result(outcome: Outcome, **more: Any) -> ScenarioResult:
    return ScenarioResult(
        id="turns", title="Turns", outcome=outcome, points_max=4, run="turns-0-0.jsonl.gz", **more
    )


def test_a_scenario_passes_if_every_run_does() -> None:
    found = Found(made=(run(findings=(ADVICE,)), run(1, findings=(ADVICE,))), planned=2)
    assert decide(scenario(), found, 1.5) == result(
        Outcome.PASSED, points=4, schedules=2, explored="2 fair schedules", findings=(ADVICE,), time_s=1.5
    )


def test_what_did_not_fit_into_the_time_is_told() -> None:
    told = decide(scenario(), Found(made=(run(),), planned=3), 0).explored
    assert told == "1 fair schedule; explored in part: 2 more did not fit into the time"


def test_one_failing_run_fails_it_and_the_small_one_is_shown() -> None:
    failed = run(1, findings=(FINDING,))
    small = run(1, findings=(FINDING,), strategy="replay")
    found = Found(made=(run(), failed), planned=5, shown=small)
    shown = result(Outcome.FAILED, points=0, schedules=2, explored="2 fair schedules", findings=(FINDING,))
    assert decide(scenario(), found, 0) == replace(
        shown, seed=1, hint="Take turns.", run="turns-0-small.jsonl.gz"
    )


def test_a_program_that_does_not_repeat_itself_is_not_judged() -> None:
    found = Found(made=(run(findings=(FINDING,)),), planned=1, unsteady="operation 7 was `a` and `b`")
    decided = decide(scenario(), found, 0)
    assert (decided.outcome, decided.points, decided.findings, decided.explanation) == (
        Outcome.INCONCLUSIVE,
        0,
        (),
        "the program does not do the same thing under one schedule: operation 7 was `a` and `b`",
    )


def test_what_the_grader_could_not_do_is_an_error_and_what_proves_nothing_is_open() -> None:
    broken = decide(scenario(), Found(made=(run(), run(1, error="no space")), planned=2), 0)
    open_ = decide(scenario(), Found(made=(run(), run(1, undecided="too slow")), planned=2), 0)
    assert (broken.outcome, broken.explanation) == (Outcome.ERROR, "no space")
    assert (open_.outcome, open_.explanation) == (Outcome.INCONCLUSIVE, "too slow")


def test_an_overlap_must_be_reached_in_one_of_the_runs() -> None:
    shared = scenario(overlap={"enter": "in", "leave": "out", "least": 3})
    reached = decide(shared, Found(made=(run(inside=1), run(1, inside=3)), planned=2), 0)
    missed = decide(shared, Found(made=(run(inside=1), run(1, inside=2)), planned=2), 0)
    assert (reached.outcome, missed.outcome, missed.points) == (Outcome.PASSED, Outcome.FAILED, 0)
    assert missed.findings == (
        Finding(
            check="overlap",
            message="3 must be able to be inside at once, and in 2 schedules there were never more than 2.",
            why=OVERLAP_RULE,
            read="man 2 flock",
        ),
    )
