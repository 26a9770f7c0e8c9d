"""Classroom 50: the autograder is run as its runner runs it, and its result is held against the rules."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from tests.conformance.exports import submissions
from tests.conformance.exports.steps import compiled, installs, shell
from tests.conformance.exports.test_github import outside_code, parse_command, parse_outputs

pytestmark = pytest.mark.system

IDENTITY = {
    "CLASSROOM": "systems",
    "ASSIGNMENT": "ping-pong",
    "ASSIGNMENT_TYPE": "individual",
    "USERNAME": "alice",
    "OWNER": "alice",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "PAGES_BASE_URL": "https://course.example/classroom50",
    "COMMIT_URL": "https://github.com/course/systems-ping-pong-alice/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/course/systems-ping-pong-alice/releases/tag/submit",
    "REVIEW_URL": "https://github.com/course/systems-ping-pong-alice/compare/1...2",
}
FETCHED_MAX = 10 << 20
TOP = frozenset(
    {
        "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release",
        "review", "datetime", "score", "max-score", "tests",
    }
)  # fmt: skip


@dataclass
class Graded:
    """What the runner has in its hands when an autograder has ended."""

    status: int
    result: dict[str, Any]
    outputs: dict[str, str]
    page: str
    commands: list[tuple[str, dict[str, str], str]]
    log: str


def grade(runtime: Path, checkout: Path, **given: str) -> Graded:
    """Run the autograder in a checkout, as `run_entrypoint` does, then read and check what it left."""
    output = runtime.parent / "output"
    output.write_text("")
    for name in ("result.json", "release-body.md"):
        if (checkout / name).is_symlink() or (checkout / name).exists():
            (checkout / name).unlink()
    done = shell(
        f"{sys.executable} {runtime / 'ping-pong/autograder.py'}",
        checkout,
        {
            **IDENTITY,
            "GITHUB_WORKSPACE": str(checkout),
            "GITHUB_OUTPUT": str(output),
            "IPC_GRADER_PYTHON": sys.executable,
            "IPC_GRADER_OPTIONS": submissions.SOME,
            **given,
        },
    )
    lines = (done.stdout + done.stderr).splitlines()
    kept = checkout / "result.json"
    result = read_result(kept.read_text()) if done.returncode == 0 else {}
    return Graded(
        status=done.returncode,
        result=result,
        outputs=parse_outputs(output.read_text()),
        page=(checkout / "release-body.md").read_text() if result else "",
        commands=[command for command in map(parse_command, lines) if command],
        log="\n".join(line for line in lines if not parse_command(line)),
    )


def read_result(text: str) -> dict[str, Any]:
    """Read a result and check it as runner, collector and schema do."""
    result: dict[str, Any] = json.loads(text)
    assert set(result) == TOP
    assert result["schema"] == "classroom50/result/v1"
    assert (result["classroom"], result["assignment"]) == ("systems", "ping-pong")
    assert (result["owner"], result["assignment_type"]) == ("alice", "individual")
    assert result["submission"].startswith("submit/")
    assert all(isinstance(result[key], str) and result[key] for key in ("commit", "release", "review"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    for entry in (result, *result["tests"]):
        assert type(entry["score"]) is int
        assert type(entry["max-score"]) is int
        assert 0 <= entry["score"] <= entry["max-score"]
    for test in result["tests"]:
        assert isinstance(test["test-name"], str)
        assert test["test-name"]
        assert type(test["passed"]) is bool
    for key in ("score", "max-score"):
        assert result[key] == sum(test[key] for test in result["tests"])
    return result


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = submissions.export("classroom50", tmp_path_factory.mktemp("classroom50") / "bundle")
    compiled(made / "autograders/pingpong/site/grader")
    return made


@pytest.fixture(scope="module")
def runtime(bundle: Path) -> Path:
    """Where the runner unpacks an assignment's bundle: the folder of its name."""
    place = bundle.parent / "classroom50-runtime"
    place.mkdir()
    (place / "ping-pong").symlink_to(bundle / "autograders/pingpong")
    return place


def points(graded: Graded) -> tuple[int, int, int]:
    return graded.status, graded.result["score"], graded.result["max-score"]


def failed(graded: Graded) -> list[str]:
    return [test["test-name"].split(":")[0] for test in graded.result["tests"] if not test["passed"]]


def test_a_right_submission_has_all_points(runtime: Path, right: Path) -> None:
    graded = grade(runtime, right)

    assert (points(graded), failed(graded), graded.commands) == ((0, 56, 56), [], [])
    assert graded.outputs == {}, "the runner derives status and summary"
    assert graded.page.startswith("## Ping-pong over two pipes: 56 of 56 points\n")


def test_a_wrong_one_says_what_is_wrong_and_where(runtime: Path, wrong: Path) -> None:
    graded = grade(runtime, wrong)

    assert (points(graded), failed(graded)) == ((0, 50, 56), ["zero-rounds"])
    [test] = [test for test in graded.result["tests"] if not test["passed"]]
    assert test["message"].startswith("exit-status: p ended with status 2")
    assert [place for _, place, _ in graded.commands] == [
        {"file": "pingpong.c", "line": "29", "title": "exit-status"}
    ]


def test_a_deadlock_is_told(runtime: Path, hanging: Path) -> None:
    graded = grade(runtime, hanging)

    assert points(graded) == (0, submissions.HANGING_POINTS, 56)
    assert [place["title"] for _, place, _ in graded.commands] == ["deadlock"]


def test_what_does_not_compile_has_no_points_and_is_graded(runtime: Path, uncompilable: Path) -> None:
    graded = grade(runtime, uncompilable)

    assert points(graded) == (0, 0, 56)
    assert "forged" not in outside_code(graded.page)


def test_a_submission_that_shouts_changes_nothing(tmp_path: Path, runtime: Path, hostile: Path) -> None:
    (hostile / ".result.json.partial").symlink_to(tmp_path / "elsewhere")
    (hostile / "json.py").write_text("raise SystemExit(0)\n")

    graded = grade(runtime, hostile)

    assert points(graded) == (0, submissions.HOSTILE_POINTS, 56)
    assert graded.outputs == {}
    assert {place.get("title") for _, place, _ in graded.commands} == {"exit-status", "output"}
    assert graded.log == "1 of 4 scenarios passed, 2 failed, 1 skipped; 6 of 56 points."
    assert not [word for word in ("forged", "<", "`", "javascript") if word in outside_code(graded.page)]
    assert not (tmp_path / "elsewhere").exists()


def test_an_error_of_ours_is_one_for_the_runner_and_no_zero(runtime: Path, right: Path) -> None:
    graded = grade(runtime, right, IPC_GRADER_OPTIONS="--config nowhere.yaml")

    assert (graded.status, graded.result) == (2, {})


def test_without_the_runners_variables_it_says_so_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd()))
    monkeypatch.delenv("CLASSROOM", raising=False)

    assert main(["check", "pingpong", ".", "--format", "classroom50"]) == 2

    assert capsys.readouterr() == (
        "",
        "grader: $CLASSROOM is not set: the system that runs this sets it, elsewhere do it yourself\n",
    )


def test_only_its_set_up_installs(bundle: Path) -> None:
    program = ast.parse((bundle / "autograders/pingpong/autograder.py").read_text())
    installing = [
        node.name
        for node in program.body
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(word, ast.Constant) and word.value in ("pip", "sudo", "venv", "apt-get")
            for word in ast.walk(node)
        )
    ]

    assert installing == ["set_up"]
    assert not installs((bundle / "autograders/pingpong/grade.sh").read_text())
    assert "bubblewrap" in json.loads((bundle / "runtime.json").read_text())["apt"]


def test_an_assignments_bundle_has_no_other_exercise(tmp_path: Path) -> None:
    several = submissions.export("classroom50", tmp_path / "several", "pingpong", "fifo-chat")

    assert {
        folder.name: sorted(path.name for path in (folder / "site/exercises").iterdir())
        for folder in (several / "autograders").iterdir()
    } == {"pingpong": ["pingpong"], "fifo-chat": ["fifo-chat"]}


def test_the_runner_takes_a_bundle_of_this_size(tmp_path: Path, bundle: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "ping-pong"), "gztar", bundle / "autograders")

    assert Path(packed).stat().st_size < FETCHED_MAX


def test_the_bundle_is_the_same_byte_for_byte(tmp_path: Path, bundle: Path) -> None:
    again = submissions.export("classroom50", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
