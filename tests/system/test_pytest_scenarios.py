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


def test_the_verdict_is_the_same_side_by_side(site: Path, graded: Done) -> None:
    chosen = ["speaks", "deaf", "later"]
    serial = {name: result for name, result in results(site / "junit.xml").items() if name in chosen}
    options = ["--submission", "handed-in", "--schedules", "2", "--junitxml", "side.xml", "-n", "2"]
    done = run_pytest(site, "exercises/say", *options, "-k", " or ".join(chosen))
    assert results(site / "side.xml") == serial
    assert "exercises/say/exercise.yaml: 4 of 9 points in 3 scenarios" in done.out.splitlines()
    assert done.status == graded.status


def test_scenarios_are_chosen_by_name_and_by_mechanism(site: Path) -> None:
    (site / "conftest.py").write_text(
        "def pytest_collection_modifyitems(items):\n"
        "    print({item.name: item.get_closest_marker('timeout').args[0] for item in items})\n"
    )
    chosen = run_pytest(
        site,
        "exercises",
        "--submission=handed-in",
        "--collect-only",
        "-q",
        "-m",
        "posix-mq",
        "-k",
        "de or la",
    )
    (site / "conftest.py").unlink()
    found = [line for line in chosen.out.splitlines() if "::" in line]
    assert found == ["exercises/say/exercise.yaml::deaf", "exercises/say/exercise.yaml::later"]
    config = Config()
    build, exploration = 2 * config.build.time_s, config.exploration
    budget = 2 * exploration.seconds + (1 + exploration.shrink) * config.limits.wall_s
    assert f"'deaf': {build + budget}, 'later': {build + 2 * budget}" in chosen.out
    none = run_pytest(site, "exercises/say", "--submission=handed-in", "--collect-only", "-m", "not pipe")
    assert "collected 5 items / 5 deselected / 0 selected" in none.out


def test_without_a_submission_nothing_is_done(site: Path) -> None:
    assert run_pytest(site, "-q").out.splitlines()[-1].startswith("no tests ran")
    asked = run_pytest(site, "exercises/say")
    assert (asked.status, asked.err) == (
        pytest.ExitCode.USAGE_ERROR,
        "ERROR: what is to be graded? pytest exercises/say --submission DIR\n\n",
    )


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        (
            "--submission=nowhere",
            "ERROR: --submission nowhere does not exist; name the folder with the student's",
        ),
        ("--submission=pytest.ini", "ERROR: --submission pytest.ini is not a folder; name the folder with"),
        ("--schedules=0", "argument --schedules: '0' is not a whole number from 1 on"),
        ("--seed=-1", "argument --seed: '-1' is not a whole number from 0 on"),
    ],
)
def test_wrong_usage_is_one_clear_line(site: Path, option: str, complaint: str) -> None:
    done = run_pytest(site, "exercises/say", "--submission=handed-in", option)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert complaint in done.err
    assert "Traceback" not in done.err


def test_settings_that_were_handed_in_are_refused(tmp_path: Path) -> None:
    (tmp_path / "handed-in").mkdir()
    (tmp_path / "handed-in" / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    done = run_pytest(tmp_path, "--submission", "handed-in")
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "which was handed in: write --submission=handed-in" in done.err


def test_what_cannot_be_built_fails_everywhere_and_is_explained_once(site: Path, tmp_path: Path) -> None:
    (tmp_path / "say.py").write_text("print(\n")
    done = run_pytest(site, "exercises/say", f"--submission={tmp_path}", "-k", "speaks or deaf")
    lines = done.out.splitlines()
    assert [line for line in lines if line.startswith(("BUILD FAILED", "Nothing was run"))] == [
        "BUILD FAILED: nothing was run.",
        "Nothing was run: see speaks.",
    ]
    assert "exercises/say/exercise.yaml: 0 of 7 points in 2 scenarios" in lines


def test_what_cannot_be_graded_is_an_error_and_no_failure(site: Path, tmp_path: Path) -> None:
    done = run_pytest(site, "exercises/say", f"--submission={tmp_path}", "-k", "speaks or deaf")
    assert f"speaks could not be graded: the submission `{tmp_path}` is empty" in done.out
    assert "3 deselected, 2 errors" in done.out
