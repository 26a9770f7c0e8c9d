"""GitHub Classroom: the output its reporter reads, by the reporter's rules."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from tests.conformance.exports import submissions
from tests.conformance.exports.test_github import parse_command, parse_outputs

STATUSES = frozenset({"pass", "fail", "error"})


def reported(output: Path) -> dict[str, Any]:
    """Read an output as the reporter does, and check what it relies on."""
    result: dict[str, Any] = json.loads(base64.b64decode(parse_outputs(output.read_text())["result"]))
    assert result["version"] == 1
    assert result["status"] in STATUSES
    assert type(result["max_score"]) is int
    assert result["max_score"] > 0, "nothing is reported of what has no points"
    for test in result["tests"]:
        assert test["status"] in STATUSES
        assert type(test["score"]) is int
    return result


@pytest.mark.system
@pytest.mark.parametrize(
    ("name", "status", "score"),
    [("wrong", "fail", submissions.WRONG_POINTS), ("hostile", "fail", submissions.HOSTILE_POINTS)],
)
def test_the_reporter_adds_up_the_points(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    name: str,
    status: str,
    score: int,
) -> None:
    submission: Path = request.getfixturevalue(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))

    ended = main(
        ["check", "pingpong", str(submission), "--format", "github-classroom", *submissions.FEW.split()]
    )

    result = reported(tmp_path / "output")
    assert (ended, result["status"], result["max_score"]) == (1, status, submissions.POINTS)
    assert sum(test["score"] for test in result["tests"]) == score
    log = capsys.readouterr().out.splitlines()
    assert all((parse_command(line) or ("error",))[0] == "error" for line in log)


def test_without_its_variables_it_says_so_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd()))
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)

    assert main(["check", "pingpong", ".", "--format", "github-classroom"]) == 2

    assert capsys.readouterr() == (
        "",
        "grader: $GITHUB_OUTPUT is not set: the system that runs this sets it, elsewhere do it yourself\n",
    )


def test_it_needs_no_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "github-classroom", "pingpong", "--out", str(tmp_path / "out")]) == 2

    assert capsys.readouterr().err == (
        "grader: GitHub Classroom needs no bundle: see docs/lms/github-classroom.md\n"
    )
