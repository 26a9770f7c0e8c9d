"""The JUnit report keeps to the strict profile, and junitparser reads back what was meant."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import junitparser
import pytest

from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict
from grader.reporters import junit

# The strict profile, written down independently of the reporter: junit-10.xsd, less what other readers
# stumble over. Attributes: name, whether required, what the value must match.
COUNT = r"[0-9]+"
TIME = r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?"
ANY = r"(?s).*"
RESULT = {"message": (False, ANY), "type": (True, r"[a-z-]+")}
ATTRIBUTES: dict[str, dict[str, tuple[bool, str]]] = {
    "testsuites": {},
    "testsuite": {
        "name": (True, r".+"),
        "tests": (True, COUNT),
        "failures": (True, COUNT),
        "errors": (True, COUNT),
        "skipped": (True, COUNT),
        "time": (True, TIME),
    },
    "testcase": {"name": (True, r".+"), "classname": (True, r".+"), "time": (True, TIME)},
    "failure": RESULT,
    "error": RESULT,
    "skipped": {"message": (True, ANY)},
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped"},
    "failure": set(),
    "error": set(),
    "skipped": set(),
}
CHILDREN_MAX = {"testsuites": 1, "testcase": 1}


def violations(text: str) -> list[str]:
    """Everything in which a report is not of the strict profile; fails if it is no XML at all."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    if root.tag != "testsuites":
        return [f"the root is <{root.tag}>"]
    found: list[str] = []
    for element in root.iter():
        found += _element(element)
    for suite in root.iter("testsuite"):
        found += _counts(suite)
    return found


def _element(element: ElementTree.Element) -> list[str]:
    tag = element.tag
    allowed = ATTRIBUTES[tag]
    found = [f"<{tag}> may not have {name}" for name in element.attrib if name not in allowed]
    for name, (required, pattern) in allowed.items():
        value = element.get(name)
        if value is None:
            found += [f"<{tag}> lacks {name}"] if required else []
        elif not re.fullmatch(pattern, value):
            found.append(f"<{tag}> {name}={value!r} does not match")
    found += [f"<{tag}> may not hold <{child.tag}>" for child in element if child.tag not in CHILDREN[tag]]
    if len(element) > CHILDREN_MAX.get(tag, len(element)):
        found.append(f"<{tag}> holds {len(element)} elements")
    if CHILDREN[tag] and any(part and part.strip() for part in [element.text, *(c.tail for c in element)]):
        found.append(f"<{tag}> holds text")
    return found


def _counts(suite: ElementTree.Element) -> list[str]:
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    return [
        f"{name}={suite.get(name)}, but there are {sum(1 for _ in suite.iter(tag))}"
        for name, tag in tags.items()
        if int(suite.get(name, "-1")) != sum(1 for _ in suite.iter(tag))
    ]


def read_back(text: str) -> dict[str, tuple[str, str | None, str | None]]:
    """What junitparser makes of a report: (kind, type, message) by test case."""
    root = junitparser.JUnitXml.fromroot(junitparser.JUnitXml.fromstring(text.encode())._elem)
    found = {}
    for suite in root:
        for case in suite:
            result = case.result[0] if case.result else None
            kind = type(result).__name__.lower() if result else "passed"
            found[case.name] = (kind, result.type if result else None, result.message if result else None)
    return found


@pytest.mark.parametrize("name", ["verdict", "broken_build", "hostile"])
def test_report_is_of_the_strict_profile(name: str, request: pytest.FixtureRequest) -> None:
    verdict = request.getfixturevalue(name)
    assert violations(junit.render(verdict)) == []
    assert violations(junit.render(verdict, reveal_hidden=True)) == []


def test_checker_of_the_profile_sees_what_is_wrong() -> None:
    assert violations(
        '<testsuites skipped="1"><testsuite name="a" tests="2" failures="0" errors="0" skipped="0" '
        'time="1e-05"><testcase name="t" classname="c" time="1" file="x.c"><failure/>text</testcase>'
        "</testsuite></testsuites>"
    ) == [
        "<testsuites> may not have skipped",
        "<testsuite> time='1e-05' does not match",
        "<testcase> may not have file",
        "<testcase> holds text",
        "<failure> lacks type",
        "tests=2, but there are 1",
        "failures=0, but there are 1",
    ]


def test_outcomes_become_results_that_junitparser_reads_back(verdict: Verdict) -> None:
    assert read_back(junit.render(verdict)) == {
        "talk: A line reaches the peer": ("passed", None, None),
        "either-first: Either side may start first, and neither waits for ever": (
            "failure",
            "deadlock",
            "alice and bob wait for each other: each sleeps in open() for reading until the other opens the "
            "same FIFO for writing, which neither will ever do.",
        ),
        "quit: Both say goodbye": ("skipped", None, "needs either-first, which failed"),
        "killed: A peer that is killed": ("failure", "failed", "a hidden scenario failed"),
        "long: A thousand lines": (
            "error",
            "inconclusive",
            "The limit of 60 s was reached before the run had ended.",
        ),
        "idle: Nobody types": ("error", "error", "InternalError: a stop of an unknown process (pid 9)"),
    }


def test_failure_text_tells_all_that_is_known(verdict: Verdict) -> None:
    root = ElementTree.fromstring(junit.render(verdict))
    assert (root.find(".//failure").text or "").split("\n") == [  # type: ignore[union-attr]
        "deadlock: alice and bob wait for each other: each sleeps in open() for reading until the other "
        "opens the same FIFO for writing, which neither will ever do.",
        "  at    alice (pid 3), chat.c:8",
        "       6 |     char in_name[64], out_name[64];",
        '       7 |     snprintf(in_name, sizeof in_name, "%s.fifo", argv[1]);',
        "    >  8 |     int in = open(in_name, O_RDONLY);   /* waits for the peer's writer */",
        "       9 |     int out = open(out_name, O_WRONLY);",
        "      10 |     return in < 0 || out < 0;",
        "  why   Opening a FIFO for reading sleeps until somebody opens it for writing, so both may not "
        "begin with it.",
        "  read  man 7 fifo",
        '  also  output: bob should have printed "alice: hi", and printed nothing (bob)',
        "  hint  Which end does each of the two open first?",
        "  tried 1 fair and 2 random schedules; stopped at the first failure",
        "  trace grader trace runs/2f1c-fifo-chat/either-first-2.jsonl",
    ]


def test_hidden_scenario_tells_nothing(verdict: Verdict) -> None:
    assert "secret" not in junit.render(verdict)
    assert "a secret message" in junit.render(verdict, reveal_hidden=True)


def test_broken_build_fails_every_scenario(broken_build: Verdict) -> None:
    text = junit.render(broken_build)
    failure = ("failure", "build", "chat.c does not compile.")
    assert read_back(text) == {"first: The first scenario": failure, "second: The second scenario": failure}
    assert text.count("error: expected ';' before 'return'") == 2


def test_broken_build_without_scenarios_is_no_empty_success(broken_build: Verdict) -> None:
    text = junit.render(replace(broken_build, scenarios=()))
    assert violations(text) == []
    assert read_back(text) == {"build": ("failure", "build", "chat.c does not compile.")}


def test_failed_scenario_with_advice_first_is_named_after_the_error(verdict: Verdict) -> None:
    advice = verdict.scenarios[0].findings[0]
    error = Finding(check="race", message="two stores\nat once", why="")
    scenario = replace(verdict.scenarios[1], findings=(advice, error))
    text = junit.render(replace(verdict, scenarios=(scenario,)))
    assert list(read_back(text).values()) == [("failure", "race", "two stores")]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0"),
        (1e-7, "0.0"),
        (0.0005, "0.001"),
        (1e30, "1000000000.0"),
        (-1.0, "0.0"),
        (float("nan"), "0.0"),
    ],
)
def test_times_are_written_without_exponent(seconds: float, text: str) -> None:
    scenario = ScenarioResult(
        id="a", title="b", outcome=Outcome.PASSED, points=1, points_max=1, schedules=1, time_s=seconds
    )
    verdict = Verdict(
        exercise="e", title="t", submission="s", isolation="full", seed=0, scenarios=(scenario,)
    )
    root = ElementTree.fromstring(junit.render(verdict))
    assert violations(junit.render(verdict)) == []
    assert root.find(".//testcase").get("time") == text  # type: ignore[union-attr]
