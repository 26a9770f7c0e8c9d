"""CodeGrade: the step's command in a student's folder, and what CodeGrade's parser reads of the result."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conformance.exports import submissions

CHOSEN = "--scenario zero-rounds --scenario turns --scenario two-at-once"
POINTS = {"zero-rounds": 6.0, "turns": 30.0, "two-at-once": 12.0}
STATES = ("failure", "error", "skipped")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("codegrade", tmp_path_factory.mktemp("codegrade") / "bundle")


@pytest.fixture(scope="module")
def course(bundle: Path) -> Path:
    """Unpack the archive as the set-up does; nobody may write there."""
    with tarfile.open(bundle / "ipc-course.tgz") as archive:
        archive.extractall(bundle.parent / "opt", filter="tar")
    return bundle.parent / "opt" / "ipc-course"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as CodeGrade shows it."""

    state: str
    weight: float
    message: str
    content: str


def step(course: Path, submission: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(course / "grade.sh"), submissions.EXERCISE, ".", "codegrade"],
        cwd=submission,
        env={
            "PATH": os.environ["PATH"],
            "IPC_GRADER_PYTHON": sys.executable,
            "IPC_GRADER_OPTIONS": f"{submissions.FEW} {CHOSEN}",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def graded(course: Path, tmp_path: Path, submission: Path) -> dict[str, Case]:
    """Run the step and return its cases by the ids of the scenarios."""
    hidden = tmp_path / ".8d9f0c1e"
    hidden.mkdir()
    hidden.chmod(0o310)
    location = hidden / "5a6b7c8d"
    done = step(course, submission, {"CG_JUNIT_XML_LOCATION": str(location)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return parsed(location)


def parsed(location: Path) -> dict[str, Case]:
    """Read a result by CodeGrade's rules; whatever breaks one of them is an AssertionError."""
    root = ElementTree.parse(location).getroot()
    assert root.tag == "testsuites"
    cases: dict[str, Case] = {}
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "errors", "failures", "tests"} <= set(suite.attrib)
        assert all(case.tag == "testcase" for case in suite), "properties and outputs are taken for cases"
        states = [_case(case) for case in suite]
        assert int(suite.attrib["tests"]) == len(suite)
        for state, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            count = sum(one.state == state for one in states)
            assert int(suite.attrib.get(attribute, "0")) == count
        cases |= {case.attrib["name"].split(":")[0]: one for case, one in zip(suite, states, strict=True)}
    return cases


def _case(case: ElementTree.Element) -> Case:
    float(case.attrib["time"])
    assert case.attrib["classname"]
    assert all(child.tag in STATES for child in case)
    problem = next(iter(case), None)
    weight = float(case.attrib.get("weight", "1.0"))
    if problem is None:
        return Case("success", weight, "", "")
    return Case(problem.tag, weight, problem.attrib["message"], problem.text or "")


def share(cases: dict[str, Case], *, weighted: bool) -> float:
    """Return the part of the step's weight that is reached: skipped cases are left out."""
    counted = [case for case in cases.values() if case.state != "skipped"]
    worth = {id(case): case.weight if weighted else 1.0 for case in counted}
    return sum(worth[id(case)] for case in counted if case.state == "success") / sum(worth.values())


def test_right_gets_everything(course: Path, tmp_path: Path, right: Path) -> None:
    cases = graded(course, tmp_path, right)

    assert {name: (case.state, case.weight) for name, case in cases.items()} == {
        name: ("success", points) for name, points in POINTS.items()
    }
    assert share(cases, weighted=True) == share(cases, weighted=False) == 1
    assert sorted(path.name for path in right.iterdir()) == ["pingpong.c"]


def test_wrong_loses_the_points_of_what_failed(course: Path, tmp_path: Path, wrong: Path) -> None:
    cases = graded(course, tmp_path, wrong)

    assert {name for name, case in cases.items() if case.state != "success"} == {"zero-rounds"}
    assert share(cases, weighted=True) == pytest.approx(42 / 48)
    assert "pingpong.c:29" in cases["zero-rounds"].content


def test_what_was_skipped_counts_as_not_passed(course: Path, tmp_path: Path, hanging: Path) -> None:
    cases = graded(course, tmp_path, hanging)

    assert {name: case.state for name, case in cases.items()} == {
        "zero-rounds": "success",
        "turns": "failure",
        "two-at-once": "failure",
    }
    assert share(cases, weighted=True) == pytest.approx(6 / 48)
    assert cases["turns"].content.startswith("deadlock: ")


def test_hostile_gets_nothing(course: Path, tmp_path: Path, hostile: Path) -> None:
    cases = graded(course, tmp_path, hostile)

    assert {name: case.state for name, case in cases.items()} == dict.fromkeys(POINTS, "failure")


def test_what_does_not_compile_gets_nothing(course: Path, tmp_path: Path, uncompilable: Path) -> None:
    cases = graded(course, tmp_path, uncompilable)

    assert share(cases, weighted=True) == 0
    assert "#error" in cases["turns"].content


def test_a_missing_variable_is_told_before_the_work(course: Path, right: Path) -> None:
    done = step(course, right, {})

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "| grader: $CG_JUNIT_XML_LOCATION is not set: "
        "the system that runs this sets it, elsewhere do it yourself\n",
    )


def test_a_place_that_does_not_exist_is_told_before_the_work(course: Path, right: Path) -> None:
    done = step(course, right, {"CG_JUNIT_XML_LOCATION": "/nowhere/result"})

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "| grader: $CG_JUNIT_XML_LOCATION is /nowhere/result, but there is no folder /nowhere\n",
    )


def test_bundles_are_the_same(bundle: Path, tmp_path: Path) -> None:
    again = submissions.export("codegrade", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
