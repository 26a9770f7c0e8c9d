"""What code hosts and CI servers are told in the cases that gradings seldom reach."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.commands.formatted import find_target
from grader.config import site_root
from grader.exports.base import Result, Surroundings
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from tests.unit.exports.verdicts import failed, finding, verdict

TARGETS = ("github", "classroom50", "github-classroom", "gitlab", "jenkins")
SECRET = "the hidden scenario waits for two at once"


def result_of(target: str) -> Result:
    result = find_target(target).result
    assert result is not None
    return result


def surroundings(folder: Path) -> Surroundings:
    names = (
        "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE", "RUNNER_TEMP", "CLASSROOM", "ASSIGNMENT",
        "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "USERNAME",
    )  # fmt: skip
    files = {name: str(folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return Surroundings(
        environment={name: str(folder) for name in names} | files,
        folder=folder,
        exercise=load_exercise(site_root() / "exercises/pingpong/exercise.yaml"),
        submission=folder,
    )


def written(target: str, told: Verdict, folder: Path) -> dict[str, str]:
    """Return what a target is told, by the name of the file; standard output is `log`."""
    documents = result_of(target).render(told, surroundings(folder))
    return {document.path.name if document.path else "log": document.text for document in documents}


def undecided(scenario: str) -> ScenarioResult:
    return replace(failed(scenario), outcome=Outcome.INCONCLUSIVE, explanation="it ended differently")


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_hidden_scenario_found_is_nowhere(target: str, tmp_path: Path) -> None:
    (tmp_path / "tea.c").write_text("x\n")
    told = verdict(failed("one", finding(SECRET, file="tea.c", line=1), hint=SECRET, hidden=True))

    texts = written(target, told, tmp_path)

    assert texts
    result = texts.get("GITHUB_OUTPUT", "").partition("result=")[2]
    texts["decoded"] = base64.b64decode(result).decode()
    assert not [name for name, text in texts.items() if SECRET in text]


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        ("github", (2, 2)),
        ("classroom50", (0, 2)),
        ("github-classroom", (2, 2)),
        ("gitlab", (2, 2)),
        ("jenkins", (2, 2)),
    ],
)
def test_what_was_not_decided_is_no_failure(target: str, statuses: tuple[int, int]) -> None:
    """Classroom 50 throws a result away if the status is not 0: of one that decides something it is."""
    broken = replace(failed("one"), outcome=Outcome.ERROR, explanation="no memory")
    status = result_of(target).status

    assert (status(verdict(failed("one"), undecided("two"))), status(verdict(broken))) == statuses


def test_classroom_50_says_who_decides_what_was_not_decided(tmp_path: Path) -> None:
    texts = written("classroom50", verdict(failed("one"), undecided("two")), tmp_path)

    assert texts["GITHUB_OUTPUT"] == (
        "status=error\nsummary=1 scenario could not be decided; this is not held against the submission: "
        "a person has to decide on 1 of the points.\n"
    )
    assert [test["outcome"] for test in json.loads(texts["result.json"])["tests"]] == [
        "failed",
        "inconclusive",
    ]


def test_fractions_of_points_become_whole_numbers(tmp_path: Path) -> None:
    half = replace(failed("one"), points_max=2.5)
    passed = replace(failed("two"), outcome=Outcome.PASSED, points=0.5, points_max=0.5)

    texts = written("classroom50", verdict(half, passed), tmp_path)

    result = json.loads(texts["result.json"])
    assert (result["score"], result["max-score"]) == (1, 6)
    assert "0.5 of 3 points" in texts["release-body.md"]


def test_a_page_larger_than_github_takes_is_cut(tmp_path: Path) -> None:
    told = verdict(*(failed(f"s{number}", finding(("x" * 380 + "\n") * 10)) for number in range(300)))

    summary = written("github", told, tmp_path)["GITHUB_STEP_SUMMARY"]

    assert len(summary.encode()) <= 1 << 20
    assert " left out: the page would be larger than 1,048,576 bytes." in summary


def test_gitlab_shows_each_place_once_and_what_has_none_in_the_tests_only(tmp_path: Path) -> None:
    (tmp_path / "tea.c").write_text("x\n")
    at = finding("wrong", file="tea.c", line=0)
    told = verdict(failed("one", at, finding("left behind", check="leftovers")), failed("two", at))

    texts = written("gitlab", told, tmp_path)

    [problem] = json.loads(texts["ipc-grader-code-quality.json"])
    assert problem["location"] == {"path": "tea.c", "lines": {"begin": 1}}
    assert "left behind" in texts["ipc-grader.xml"]
