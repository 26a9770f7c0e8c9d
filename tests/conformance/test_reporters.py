"""Every registered report format accepts every kind of verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import registry
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.reporters.base import Reporter

REPORTERS: dict[str, Reporter] = {
    name: reporter for name, reporter in registry.load("grader.reporters", "REPORTER").items() if reporter
}

SECRET = "unmistakable-secret"

texts = st.text("aZ0é漢 \t\n\r\x00\x1b\x7f\x9b\ud800\udcff\u202e\ufffe[]<>&\"'\\/:;{}", max_size=30)
floats = st.floats(0, 1000)
lines = st.integers(0, 5)


def findings(effects: st.SearchStrategy[tuple[Finding, ...]]) -> st.SearchStrategy[Finding]:
    return st.builds(
        Finding,
        check=st.sampled_from(["output", "deadlock", "build", "race"]),
        message=texts,
        why=texts,
        read=texts,
        severity=st.sampled_from(Severity),
        part=texts,
        pid=lines,
        ops=st.lists(lines, max_size=2).map(tuple),
        file=st.sampled_from(["", "a.c", "b.py", "no such file"]),
        line=lines,
        effects=effects,
    )


inner = st.lists(findings(st.just(())), max_size=2).map(tuple)
found = st.lists(findings(inner), max_size=3).map(tuple)

scenarios = st.builds(
    ScenarioResult,
    id=st.sampled_from(["one", "two"]),
    title=texts,
    outcome=st.sampled_from(Outcome),
    points=floats,
    points_max=floats,
    schedules=lines,
    explored=texts,
    hidden=st.booleans(),
    hint=texts,
    findings=found,
    explanation=texts,
    run=texts,
    seed=lines,
    time_s=floats,
)

verdicts = st.builds(
    Verdict,
    exercise=st.sampled_from(["fifo-chat", "abc"]),
    title=texts,
    submission=texts,
    isolation=st.sampled_from(["full", "limits-only"]),
    seed=lines,
    build=st.lists(findings(st.just(())), max_size=1).map(tuple),
    build_log=texts,
    scenarios=st.lists(scenarios, max_size=3).map(tuple),
    sources=st.dictionaries(st.sampled_from(["a.c", "b.py"]), texts, max_size=2),
    run_dir=texts,
)


def test_formats_of_the_contract_are_registered() -> None:
    assert {"terminal", "junit", "json"} <= set(REPORTERS)


@pytest.mark.parametrize("name", REPORTERS)
@settings(max_examples=60, deadline=None)
@given(verdict=verdicts)
def test_every_verdict_is_rendered_as_text_that_a_file_can_hold(name: str, verdict: Verdict) -> None:
    text = REPORTERS[name].render(verdict)
    assert text.encode("utf-8")
    assert not set(text) & set("\x00\x1b\x7f\x9b\r\u202e\ufffe")
    assert REPORTERS[name].render(verdict) == text


@pytest.mark.parametrize("name", REPORTERS)
@settings(max_examples=30, deadline=None)
@given(verdict=verdicts, scenario=scenarios)
def test_no_format_tells_what_hidden_scenarios_found(
    name: str, verdict: Verdict, scenario: ScenarioResult
) -> None:
    secret = Finding(check="race", message=SECRET, why=SECRET, read=SECRET)
    hidden = replace(
        scenario,
        hidden=True,
        findings=(replace(secret, effects=(secret,)),),
        hint=SECRET,
        explanation=SECRET,
        explored=SECRET,
        run=SECRET,
    )
    verdict = replace(verdict, build=(), scenarios=(*verdict.scenarios, hidden))
    assert SECRET not in REPORTERS[name].render(verdict)
    if hidden.outcome is Outcome.FAILED:
        assert SECRET in REPORTERS[name].render(verdict, reveal_hidden=True)


@pytest.mark.parametrize("name", REPORTERS)
def test_reporter_declares_what_it_writes(name: str) -> None:
    reporter = REPORTERS[name]
    assert reporter.media_type.count("/") == 1
    assert reporter.suffix.startswith(".")
    assert reporter.render.__doc__
