"""JUnit for systems that count cases."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.exports.base import Surroundings
from grader.exports.cases import counted
from grader.model.exercise import Exercise
from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict

FOUND = Finding(check="race", message="two writes", why="They must be in order.")


def result(name: str, outcome: Outcome, points_max: float = 2, **changes: object) -> ScenarioResult:
    values: dict[str, object] = {
        "title": "T",
        "points": points_max if outcome is Outcome.PASSED else 0,
        "schedules": 1,
        "findings": (FOUND,) if outcome is Outcome.FAILED else (),
        **changes,
    }
    return ScenarioResult(id=name, outcome=outcome, points_max=points_max, **values)  # type: ignore[arg-type]


def suite(
    *scenarios: ScenarioResult, isolation: str = "full", weights: bool = False, in_message: bool = False
) -> ElementTree.Element:
    verdict = Verdict(
        exercise="chat", title="Chat", submission=".", isolation=isolation, seed=0, scenarios=scenarios
    )
    exercise = Exercise.model_construct(id="chat")
    here = Surroundings(environment={}, folder=Path(), exercise=exercise, submission=Path())
    root = ElementTree.fromstring(counted(verdict, here, weights=weights, in_message=in_message))
    assert [child.tag for child in root] == ["testsuite"]
    assert {name: root.get(name, root[0].get(name)) for name in COUNTS} == {
        name: root[0].get(name) for name in COUNTS
    }
    return root[0]


COUNTS = ("tests", "failures", "errors")


def counts(of: ElementTree.Element) -> dict[str, str | None]:
    return {name: of.get(name) for name in (*COUNTS, "skipped")}


def test_what_was_skipped_is_a_failure_that_says_why() -> None:
    made = suite(result("a", Outcome.FAILED), result("b", Outcome.SKIPPED, explanation="needs a"))

    assert counts(made) == {"tests": "2", "failures": "2", "errors": "0", "skipped": "0"}
    failure = made[1][0]
    assert (failure.tag, failure.attrib, failure.text) == (
        "failure",
        {"message": "needs a", "type": "skipped"},
        "needs a",
    )


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.INCONCLUSIVE])
def test_what_was_not_decided_is_an_error_that_asks_for_a_person(outcome: Outcome) -> None:
    made = suite(result("a", outcome, explanation="out of time"), result("b", Outcome.PASSED))

    assert counts(made) == {"tests": "2", "failures": "0", "errors": "1", "skipped": "0"}
    assert made[0][0].text == (
        "This was not decided, and is not the submission's fault: a person has to decide.\nout of time"
    )
    assert list(made[1]) == []


def test_weights_are_points() -> None:
    made = suite(result("a", Outcome.PASSED, 2.5), result("b", Outcome.FAILED, 10), weights=True)

    assert [case.get("weight") for case in made] == ["2.5", "10"]


def test_the_message_holds_everything_where_nothing_else_is_shown() -> None:
    failure = suite(result("a", Outcome.FAILED), in_message=True)[0][0]

    assert failure.get("message") == failure.text == "race: two writes\n  why   They must be in order."


def test_each_case_that_did_not_pass_says_how_programs_were_kept_apart() -> None:
    made = suite(result("a", Outcome.FAILED), result("b", Outcome.PASSED), isolation="limits-only")

    assert "'limits-only'" in (made[0][0].text or "")
    assert list(made[1]) == []


def test_hidden_scenarios_say_that_they_failed_and_no_more() -> None:
    failure = suite(result("a", Outcome.FAILED, hidden=True), in_message=True)[0][0]

    assert failure.get("message") == failure.text == "a hidden scenario failed"
