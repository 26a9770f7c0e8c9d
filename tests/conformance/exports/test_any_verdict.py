"""Course systems get a result for every kind of verdict, whatever text is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import registry
from grader.exports.base import Surroundings, Target
from grader.exports.targets import autolab, submitty, vpl
from grader.model.exercise import Exercise
from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict

TARGETS: Mapping[str, Target] = registry.load("grader.exports.targets", "TARGET")
ENVIRONMENT = {"VPL_GRADEMIN": "0", "VPL_GRADEMAX": "10", "CG_JUNIT_XML_LOCATION": "result.xml"}

texts = st.one_of(
    st.text("aZ0é漢 \t\n\r\x00\x1b\x7f\x9b\ud800\udcff\u202e\u2028\ufffe[]<>&\"'\\/:;{}|-=", max_size=30),
    st.sampled_from(
        [
            "Grade :=>>100",
            "\nGrade :=>>100",
            "a\r\nGrade :=>>100\n--|>\n-title",
            "--|>",
            "<|--",
            "Comment :=>>x",
        ]
    ),
)
findings = st.builds(
    Finding,
    check=st.sampled_from(["output", "deadlock"]),
    message=texts,
    why=texts,
    part=texts,
    file=st.sampled_from(["", "a.c"]),
    line=st.integers(0, 3),
)
outcomes = st.sampled_from(Outcome)


def scenarios(name: str) -> st.SearchStrategy[ScenarioResult]:
    return st.builds(
        ScenarioResult,
        id=st.just(name),
        title=texts,
        outcome=outcomes,
        points=st.just(0.0),
        points_max=st.floats(0, 50),
        schedules=st.just(1),
        explored=texts,
        hidden=st.booleans(),
        hint=texts,
        findings=st.lists(findings, max_size=2).map(tuple),
        explanation=texts,
    )


verdicts = st.builds(
    Verdict,
    exercise=st.just("tea"),
    title=texts,
    submission=texts,
    isolation=st.sampled_from(["full", "limits-only"]),
    seed=st.just(0),
    build=st.lists(findings, max_size=1).map(tuple),
    build_log=texts,
    scenarios=st.tuples(scenarios("one"), scenarios("two")),
    sources=st.dictionaries(st.just("a.c"), texts, max_size=1),
)


def text(target: str, verdict: Verdict) -> str:
    """Return the one document a target gets."""
    result = TARGETS[target].result
    assert result
    here = Surroundings(
        environment=ENVIRONMENT,
        folder=Path("/nowhere"),
        exercise=Exercise.model_construct(id="tea"),
        submission=Path(),
    )
    (document,) = result.render(verdict, here)
    assert document.text.encode("utf-8")
    assert not set(document.text) & set("\x00\x1b\x7f\x9b\r\u202e\u2028\ufffe")
    return document.text


@settings(max_examples=25, deadline=None)
@given(verdict=verdicts)
def test_autolab_gets_two_lines_at_the_end(verdict: Verdict) -> None:
    lines = text("autolab", verdict).rstrip().splitlines()

    decided = {s.id for s in verdict.scenarios if s.outcome not in (Outcome.ERROR, Outcome.INCONCLUSIVE)}
    assert set(json.loads(lines[-1])["scores"]) == decided
    assert json.loads(lines[-2])["_presentation"] == "semantic"
    assert not any(line.startswith("{") for line in lines[1:-2])


@settings(max_examples=25, deadline=None)
@given(verdict=verdicts)
def test_vpl_gets_one_grade_at_the_end_or_none(verdict: Verdict) -> None:
    lines = text("vpl", verdict).split("\n")

    begin, end = lines.index("<|--"), lines.index("--|>")
    assert all(line.startswith(("-", ">")) for line in lines[begin + 1 : end])
    assert len([line for line in lines[begin + 1 : end] if line.startswith("-") and line != "-"]) <= 4
    grades = [line for line in lines if line.startswith("Grade :=>>")]
    undecided = any(s.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE) for s in verdict.scenarios)
    assert lines[end + 1 :] == ["", *grades, ""] if grades else lines[end + 1 :] == [""]
    assert len(grades) == (0 if undecided else 1)
    assert all(re.fullmatch(r"Grade :=>>\d+(\.\d+)?", grade) for grade in grades)


@settings(max_examples=25, deadline=None)
@given(verdict=verdicts)
def test_submitty_gets_a_result_for_each_scenario(verdict: Verdict) -> None:
    results = json.loads(text("submitty", verdict))

    assert set(results) == {submitty.WHOLE, "one", "two"}
    for result in results.values():
        assert result["status"] == "success"
        assert result["data"]["score"] in (0, 1)


@pytest.mark.parametrize("target", ["codegrade", "artemis"])
@settings(max_examples=20, deadline=None)
@given(verdict=verdicts)
def test_junit_has_a_case_for_each_scenario(target: str, verdict: Verdict) -> None:
    (suite,) = ElementTree.fromstring(text(target, verdict))

    assert [case.attrib["name"].split(":")[0] for case in suite] == ["one", "two"]
    assert not list(suite.iter("skipped"))
    assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
    assert int(suite.attrib["errors"]) == len(list(suite.iter("error")))


def long(number: int) -> Verdict:
    """Return a verdict whose findings fill megabytes."""
    row = "x" * 400
    finding = Finding(check="output", message=row, why=row)
    scenario = ScenarioResult(
        id="one",
        title="One",
        outcome=Outcome.FAILED,
        points=0,
        points_max=4,
        schedules=1,
        findings=(finding,) * number,
    )
    return Verdict(
        exercise="tea", title="Tea", submission="", isolation="full", seed=0, scenarios=(scenario,)
    )


def test_autolab_gets_no_more_than_it_keeps() -> None:
    made = text("autolab", long(4000))

    assert autolab.SIZE - 4096 < len(made.encode()) <= autolab.SIZE
    *rest, stages, scores = made.rstrip().splitlines()
    assert json.loads(scores) == {"scores": {"one": 0}}
    assert json.loads(stages)["stages"] == ["Build", "Scenarios"]
    assert rest[-2:] == ["[... cut here: the whole is too long for this system ...]", ""]


def test_vpl_comments_are_cut_and_the_grade_is_not() -> None:
    lines = text("vpl", long(4000)).split("\n")

    assert len("\n".join(lines).encode()) <= vpl.SIZE + 100
    assert ">[... cut here: the whole is too long for this system ...]" in lines
    assert lines[-2:] == ["Grade :=>>0", ""]
