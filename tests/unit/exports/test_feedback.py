"""What is said to students in plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.exports import feedback
from grader.exports.base import Surroundings
from grader.model.exercise import Exercise
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict

FOUND = Finding(
    check="deadlock",
    message="alice waits for bob",
    why="Whoever waits must be woken.",
    part="alice",
    pid=3,
    file="chat.c",
    line=2,
)


def scenario(**changes: object) -> ScenarioResult:
    values: dict[str, object] = {
        "id": "meet",
        "title": "They meet",
        "outcome": Outcome.FAILED,
        "points": 0,
        "points_max": 4,
        "schedules": 1,
        "explored": "1 fair schedule",
        "hint": "Who opens first?",
        "findings": (FOUND,),
        "run": "meet-0-0.jsonl.gz",
    }
    return ScenarioResult(**{**values, **changes})  # type: ignore[arg-type]


def verdict(*scenarios: ScenarioResult, **changes: object) -> Verdict:
    values: dict[str, object] = {
        "exercise": "chat",
        "title": "Chat",
        "submission": "work",
        "isolation": "full",
        "seed": 0,
        "scenarios": scenarios,
        "sources": {"chat.c": "one\ntwo\nthree\n"},
        "run_dir": "runs/chat-0001",
    }
    return Verdict(**{**values, **changes})  # type: ignore[arg-type]


def shown(of: Verdict) -> Verdict:
    exercise = Exercise.model_construct(id="chat")
    return feedback.shown(
        of, Surroundings(environment={}, folder=Path(), exercise=exercise, submission=Path())
    )


def test_a_report_says_what_was_found_and_not_where_runs_are_kept() -> None:
    passed = scenario(id="alone", title="One alone", outcome=Outcome.PASSED, points=4, findings=())

    assert feedback.report(shown(verdict(passed, scenario()))) == (
        "Chat (chat)\n"
        "\n"
        "alone: One alone: passed, 4 of 4 points\n"
        "\n"
        "meet: They meet: failed, 0 of 4 points\n"
        "    deadlock: alice waits for bob\n"
        "      at    alice (pid 3), chat.c:2\n"
        "          1 | one\n"
        "        > 2 | two\n"
        "          3 | three\n"
        "      why   Whoever waits must be woken.\n"
        "      hint  Who opens first?\n"
        "      tried 1 fair schedule\n"
        "\n"
        "1 of 2 scenarios passed, 1 failed; 4 of 8 points.\n"
    )


def test_a_report_says_who_decides_and_how_programs_were_kept_apart() -> None:
    open_ = scenario(outcome=Outcome.INCONCLUSIVE, findings=(), explanation="it took too long")

    told = list(feedback.notes(shown(verdict(open_, isolation="limits-only"))))

    assert told[0] == "0 of 1 scenario passed, 1 inconclusive; 0 of 4 points."
    assert "a person has to decide on 4 of the points" in told[1]
    assert "'limits-only'" in told[2]
    assert len(list(feedback.notes(shown(verdict(open_, isolation="none"))))) == 2


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PASSED])
def test_hidden_scenarios_say_how_they_came_out_and_no_more(outcome: Outcome) -> None:
    whole = shown(verdict(scenario(hidden=True, outcome=outcome, explanation="secret")))

    said = feedback.details(whole, whole.scenarios[0])

    assert said.startswith("A hidden scenario ")
    assert "alice" not in feedback.report(whole)
    assert "secret" not in feedback.report(whole)


def test_a_gist_is_one_line_with_the_place_said_once() -> None:
    whole = shown(verdict(scenario()))
    placed = FOUND.message + " at chat.c:2"

    assert feedback.gist(whole, whole.scenarios[0]) == (
        "deadlock: alice waits for bob (alice (pid 3), chat.c:2) Hint: Who opens first?"
    )
    again = scenario(findings=(Finding(check="deadlock", message=placed, why="", file="chat.c", line=2),))
    assert feedback.gist(whole, again) == "deadlock: alice waits for bob at chat.c:2 Hint: Who opens first?"


def test_what_the_build_did_is_told_only_if_it_said_something() -> None:
    problem = Finding(check="build", message="chat.c:1: error", why="", severity=Severity.ERROR)

    assert feedback.build_text(verdict(build_log="$ gcc chat.c\n")) == ""
    assert feedback.build_text(verdict(build_log="$ gcc chat.c\nwarning\x1b[31m\n")) == (
        "$ gcc chat.c\nwarning\\x1b[31m"
    )
    assert feedback.build_text(verdict(build=(problem,))) == "build: chat.c:1: error"


def test_a_submission_that_does_not_build_says_so_once() -> None:
    problem = Finding(check="build", message="chat.c:1: error", why="")
    whole = shown(verdict(scenario(findings=(problem,)), build=(problem,)))

    assert feedback.details(whole, whole.scenarios[0]) == "It was not run: see what is said of the build."
    assert feedback.report(whole).count("chat.c:1: error") == 1


def test_what_is_too_long_is_cut_between_lines_with_a_note() -> None:
    text = "".join(f"{number} {'ä' * 40}\n" for number in range(100))

    cut = feedback.cut(text, 1000, ">")

    assert feedback.cut(text, 100_000) == text
    assert len(cut.encode()) <= 1000
    kept, note = cut.rstrip("\n").rsplit("\n", 1)
    assert text.startswith(kept + "\n")
    assert note == ">[... cut here: the whole is too long for this system ...]"


@pytest.mark.parametrize(("points", "number"), [(0.1 + 0.2, 0.3), (2.0, 2), (2.5, 2.5), (1 / 3, 0.333333)])
def test_points_are_numbers_as_people_write_them(points: float, number: float) -> None:
    assert feedback.number(points) == number
    assert isinstance(feedback.number(points), type(number))
