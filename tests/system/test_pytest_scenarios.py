"""Scenarios as tests: what comes of each is what `grader check` says of it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.catalogue.load import load_exercise
from grader.model.config import Config
from grader.pipeline import Request, grade
from grader.reporters.progress import Silent
from tests.system.pytest_sessions import Done, run_pytest

pytestmark = pytest.mark.system

EXERCISE = """
id: say
title: Say something
summary: A program says something.
mechanisms: [pipe, posix-mq]
difficulty: 1
hours: 1
languages: [python]
roles:
  say: {description: says it}
scenarios:
  - &it
    id: speaks
    title: It says hello
    points: 4
    hint: Say hello.
    cast: {one: {role: say, by: submission, args: [hello]}}
    steps:
      - start: one
      - expect: {part: one, lines: hello}
      - exit: {one: 0}
  - id: deaf
    title: It says goodbye
    points: 3
    hint: Say goodbye.
    cast: {one: {role: say, by: submission, args: [hello]}}
    steps: [start: one, expect: {part: one, lines: goodbye}]
  - id: later
    title: It needs deaf
    points: 2
    hint: Say hello.
    depends_on: [deaf]
    cast: {one: {role: say, by: submission, args: [hello]}}
    steps: [start: one, expect: {part: one, lines: hello}]
  - id: secret
    title: Nobody knows
    points: 1.5
    hint: Say please.
    hidden: true
    cast: {one: {role: say, by: submission, args: [hello]}}
    steps: [start: one, expect: {part: one, lines: please}]
  - id: unsteady
    title: It says what it likes
    points: 1
    hint: Say the same.
    cast: {one: {role: say, by: submission, args: [random]}}
    steps: [start: one, expect: {part: one, something: true}, exit: {one: 0}]
"""
PROGRAM = """
import sys
word = sys.argv[1]
print(open("/proc/sys/kernel/random/uuid").read() if word == "random" else word)
"""
WORDS = {"failure": "failed", "skipped": "skipped", "error": "inconclusive"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one exercise, and what somebody handed in."""
    root = tmp_path_factory.mktemp("site")
    (root / "exercises" / "say").mkdir(parents=True)
    (root / "exercises" / "say" / "exercise.yaml").write_text(EXERCISE)
    (root / "handed-in").mkdir()
    (root / "handed-in" / "say.py").write_text(PROGRAM)
    (root / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    return root


@pytest.fixture(scope="module")
def graded(site: Path) -> Done:
    """What a session with all scenarios printed."""
    options = ["--submission", "handed-in", "--schedules", "2", "--junitxml", "junit.xml", "-v", "-rsfE"]
    return run_pytest(site, "exercises/say", *options)


def results(report: Path) -> dict[str, tuple[str, float, float]]:
    """Return outcome, points and points that were possible of each test in a JUnit report."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        outcome = next((WORDS[child.tag] for child in case if child.tag in WORDS), "passed")
        properties = {each.get("name"): float(each.get("value") or "") for each in case.iter("property")}
        found[str(case.get("name"))] = outcome, properties["points"], properties["points_max"]
    return found


def test_the_verdict_is_that_of_grader_check(site: Path, graded: Done) -> None:
    exercise = load_exercise(site / "exercises" / "say" / "exercise.yaml")
    request = Request(
        exercise=exercise,
        reference=site / "reference" / "say",
        submission=site / "handed-in",
        config=Config(),
        schedules=2,
    )
    verdict = grade(request, Silent())
    assert results(site / "junit.xml") == {
        one.id: (one.outcome.value, one.points, one.points_max) for one in verdict.scenarios
    }
    assert {one.outcome.value for one in verdict.scenarios} == {"passed", "failed", "skipped", "inconclusive"}
    assert graded.status == 1


def test_what_is_printed_is_the_report_of_the_student_and_the_points(graded: Done) -> None:
    lines = graded.out.splitlines()
    assert [line.split(" ")[:2] for line in lines if re.match(r"exercises/say/exercise\.yaml::", line)] == [
        ["exercises/say/exercise.yaml::speaks", "PASSED"],
        ["exercises/say/exercise.yaml::deaf", "FAILED"],
        ["exercises/say/exercise.yaml::later", "SKIPPED"],
        ["exercises/say/exercise.yaml::secret", "FAILED"],
        ["exercises/say/exercise.yaml::unsteady", "ERROR"],
    ]
    assert "FAILED deaf: It says goodbye" in lines
    assert "  hint  Say goodbye." in lines
    assert "failed: Nobody knows (hidden)" in lines
    assert "exercises/say/exercise.yaml: 4 of 11.5 points in 5 scenarios" in lines
    summaries = [
        line for line in lines if line.startswith(("FAILED exercises", "ERROR exercises", "SKIPPED ["))
    ]
    assert [re.sub(r" - (output: one|the program) .*", r" - \1 ...", line) for line in summaries] == [
        "SKIPPED [1] exercises/say/exercise.yaml:0: needs deaf, which did not pass",
        "FAILED exercises/say/exercise.yaml::deaf - output: one ...",
        "FAILED exercises/say/exercise.yaml::secret - failed: Nobody knows (hidden)",
        "ERROR exercises/say/exercise.yaml::unsteady - the program ...",
    ]
    assert "Say please" not in graded.out
    assert "Traceback" not in graded.out
    assert "pytest_plugin" not in graded.out
