"""What becomes of a scenario, from all its runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.checkers import compose
from grader.deciding import decide
from grader.judging import Judged
from grader.model.config import LimitsConfig
from grader.model.exercise import Scenario
from grader.model.history import ObjectKind
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity
from grader.planning import RunSpec, Script
from grader.search import Found
from grader.store import compress
from tests.unit.checkers.history_builder import Story

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
    assert told == "1 fair schedule; explored in part: 2 more did not fit into the budget"


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


OVERLAP = {"enter": "in", "leave": "out", "least": 3}


def overlapped(slot: int = 0, **judged: Any) -> Judged:
    made = run(slot, **judged)
    return replace(made, spec=replace(made.spec, scenario=scenario(overlap=OVERLAP)))


def test_an_overlap_must_be_reached_in_one_of_the_runs() -> None:
    reached = decide(
        scenario(overlap=OVERLAP), Found(made=(overlapped(inside=1), overlapped(1, inside=3)), planned=2), 0
    )
    assert reached.outcome is Outcome.PASSED


def test_an_overlap_that_was_not_reached_is_no_fault_unless_it_is_proven() -> None:
    made = (overlapped(inside=1), overlapped(1, inside=2))
    missed = decide(scenario(overlap=OVERLAP), Found(made=made, planned=2), 0)
    assert (missed.outcome, missed.points, missed.findings) == (Outcome.INCONCLUSIVE, 0, ())
    assert missed.explanation.startswith(
        "3 must be able to be inside at once; in 2 schedules there were never"
    )
    proof = Finding(check="overlap", message="m", why="w", read="r")
    shown = overlapped(1, findings=(proof,), strategy="replay")
    failed = decide(scenario(overlap=OVERLAP), Found(made=made, planned=2, shown=shown), 0)
    assert (failed.outcome, failed.findings, failed.run) == (
        Outcome.FAILED,
        (proof,),
        "turns-0-small.jsonl.gz",
    )


def test_if_nobody_ever_passes_one_who_sleeps_it_is_a_fault() -> None:
    passing = {"enter": "in", "past_waiting": True}
    made = overlapped(inside=1)
    made = replace(made, spec=replace(made.spec, scenario=scenario(overlap=passing)))
    decided = decide(scenario(overlap=passing), Found(made=(made,), planned=1), 0)
    assert (decided.outcome, [finding.check for finding in decided.findings]) == (Outcome.FAILED, ["overlap"])


def test_a_mistake_that_is_to_be_shown_must_be_made_in_one_of_the_runs() -> None:
    showing = scenario(shows=["race"])
    (shown,) = compose.to_be_shown([replace(FINDING, check="race")], showing.shows)

    decided = decide(showing, Found(made=(run(), run(1, findings=(shown,))), planned=2), 0)
    assert (decided.outcome, decided.findings) == (Outcome.PASSED, (shown,))

    seen = [replace(run(slot, findings=(ADVICE,)), history=compress(Story().history)) for slot in (0, 1)]
    hidden = decide(showing, Found(made=tuple(seen), planned=2), 0)
    assert (hidden.outcome, [(f.check, f.message) for f in hidden.findings]) == (
        Outcome.FAILED,
        [("race", "This is to show a mistake (race), and in 2 schedules there was none.")],
    )

    early = decide(showing, Found(made=(run(),), planned=2), 0)
    assert early.outcome is Outcome.INCONCLUSIVE


def test_what_a_program_does_unseen_may_be_the_mistake_that_is_to_be_shown() -> None:
    s = Story()
    s.call(10, "mmap", s.object(ObjectKind.SHARED_MEMORY, "/total"), fd=3, length=4)
    unseen = replace(run(), history=compress(s.history))
    decided = decide(scenario(shows=["race"]), Found(made=(unseen,), planned=1), 0)
    assert (decided.outcome, decided.findings) == (Outcome.INCONCLUSIVE, ())
