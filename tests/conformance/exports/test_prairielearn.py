"""PrairieLearn: the image's entry point, run on `/grade` as its host does (docs/externalGrading.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.config import site_root
from grader.exports.base import Surroundings
from grader.exports.targets.prairielearn import SIZE, TARGET
from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict
from tests.conformance.exports import submissions
from tests.conformance.exports.container import Container, needs_root
from tests.conformance.exports.images import image
from tests.conformance.exports.submissions import EXERCISE, FEW

pytestmark = pytest.mark.system

GRADABLE = {"gradable", "score", "message", "output", "tests"}
NOT_GRADABLE = {"gradable", "format_errors", "message", "output"}
SNOW = "\N{SNOWMAN}"
TEST = {"name", "description", "points", "max_points", "message", "output"}


def parsed(data: bytes) -> dict[str, Any]:
    """Read a result as strictly as the documentation allows."""
    assert len(data) <= 1_000_000
    result: dict[str, Any] = json.loads(data)
    assert set(result) == (GRADABLE if result["gradable"] else NOT_GRADABLE)
    if not result["gradable"]:
        assert all(isinstance(text, str) for text in result["format_errors"])
        return result
    assert 0.0 <= result["score"] <= 1.0
    for test in result["tests"]:
        assert set(test) == TEST
        assert 0 <= test["points"] <= test["max_points"]
    return result


@dataclass(frozen=True, slots=True)
class Host:
    """The grader host: it lays out `/grade` and runs the entry point as root, without network."""

    bundle: Path
    folder: Path

    def run(self, submission: Path) -> dict[str, Any]:
        shutil.copytree(submission, self.folder / "student")
        (self.folder / "data").mkdir()
        (self.folder / "data/data.json").write_text("{}")
        self.folder.chmod(0o777)
        info = json.loads((self.bundle / f"questions/ipc-{EXERCISE}/info.json").read_text())
        entrypoint = info["externalGradingOptions"]["entrypoint"]
        places = self.places()
        container = Container(writable={"/grade": self.folder}, readable=places)
        script = f"test -x {entrypoint.split()[0]} && {entrypoint}"
        done = container.run("sh", "-c", script, env={"IPC_GRADER_OPTIONS": FEW})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return parsed((self.folder / "results/results.json").read_bytes())

    def places(self) -> dict[str, Path]:
        """What the image has; a file that was copied into a folder is bound by itself."""
        built = image(self.bundle / "image/Dockerfile")
        assert (built.base, built.user) == ("debian:12", "root")
        course = self.folder.parent / "course"
        shutil.copytree(built.places["/opt/ipc-course"], course)
        shutil.copy(built.places["/opt/ipc-course/grade.sh"], course)
        return {"/opt/ipc-course": course}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("prairielearn", tmp_path_factory.mktemp("bundle") / "out")


@pytest.fixture
def host(bundle: Path, tmp_path: Path) -> Host:
    (tmp_path / "grade").mkdir()
    return Host(bundle, tmp_path / "grade")


@needs_root
class TestGraded:
    def test_a_right_submission_has_all_points_in_a_container_of_docker_s_defaults(
        self, host: Host, right: Path
    ) -> None:
        result = host.run(right)

        assert result["score"] == 1.0
        assert {test["name"].split(":")[0]: test["points"] for test in result["tests"]} == {
            "usage": 6, "zero-rounds": 6, "one-round": 20, "turns": 30, "many-rounds": 14, "parent-waits": 12,
            "two-at-once": 12,
        }  # fmt: skip
        assert {(test["points"] == test["max_points"], test["output"]) for test in result["tests"]} == {
            (True, "")
        }
        assert "Isolation: other-user." in result["message"]

    def test_a_wrong_submission_is_told_its_line(self, host: Host, wrong: Path) -> None:
        result = host.run(wrong)

        assert result["score"] == submissions.WRONG_POINTS / submissions.POINTS
        told = {test["name"].split(":")[0]: test["output"] for test in result["tests"] if test["output"]}
        assert list(told) == ["zero-rounds"]
        assert "pingpong.c:29" in told["zero-rounds"]

    def test_one_that_hangs_is_told_who_waits_for_whom(self, host: Host, hanging: Path) -> None:
        result = host.run(hanging)

        assert result["score"] == submissions.HANGING_POINTS / submissions.POINTS
        told = {test["name"].split(":")[0]: test["output"] for test in result["tests"]}
        assert told["one-round"].startswith("deadlock: ")

    def test_what_a_hostile_one_prints_and_writes_changes_nothing(self, host: Host, hostile: Path) -> None:
        result = host.run(hostile)

        assert result["score"] == submissions.HOSTILE_POINTS / submissions.POINTS
        assert "\x1b" not in json.dumps(result, ensure_ascii=False)

    def test_one_that_does_not_compile_is_not_gradable(self, host: Host, uncompilable: Path) -> None:
        result = host.run(uncompilable)

        assert result["gradable"] is False
        assert [error for error in result["format_errors"] if "#error Grade" in error] != []


def test_a_question_says_what_to_hand_in_and_how_it_is_graded(bundle: Path) -> None:
    folder = bundle / f"questions/ipc-{EXERCISE}"
    info = json.loads((folder / "info.json").read_text())

    assert {key: info[key] for key in ("title", "type", "gradingMethod", "externalGradingOptions")} == {
        "title": "Ping-pong over two pipes",
        "type": "v3",
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": "YOUR-REGISTRY/ipc-grader",
            "entrypoint": f"/opt/ipc-course/grade.sh {EXERCISE}",
            "timeout": 600,
        },
    }
    assert 'optional-file-names="pingpong.c,pingpong.py,Makefile"' in (folder / "question.html").read_text()


def verdict(*scenarios: ScenarioResult) -> Verdict:
    return Verdict(exercise="tea", title="Tea", submission="x", isolation="full", seed=0, scenarios=scenarios)


def scenario(outcome: Outcome, *findings: Finding, name: str = "one") -> ScenarioResult:
    points = 1.5 if outcome is Outcome.PASSED else 0
    return ScenarioResult(
        id=name, title="T", outcome=outcome, points=points, points_max=1.5, schedules=1, findings=findings
    )


def rendered(given: Verdict, tmp_path: Path) -> dict[str, Any]:
    from grader.commands.console import exercise

    surroundings = Surroundings(
        environment={}, folder=tmp_path, exercise=exercise(EXERCISE), submission=tmp_path
    )
    assert TARGET.result is not None
    (document,) = TARGET.result.render(given, surroundings)
    return parsed(document.text.encode())


def test_what_the_grader_could_not_grade_costs_no_attempt(tmp_path: Path) -> None:
    result = rendered(verdict(scenario(Outcome.PASSED), scenario(Outcome.ERROR, name="two")), tmp_path)

    assert (result["gradable"], result["format_errors"]) == (
        False,
        ["The grader failed: tell your instructor. This costs no attempt."],
    )


def test_what_was_not_decided_has_no_points_and_says_so(tmp_path: Path) -> None:
    result = rendered(verdict(scenario(Outcome.PASSED), scenario(Outcome.INCONCLUSIVE, name="two")), tmp_path)

    assert (result["gradable"], result["score"]) == (True, 0.5)
    assert "a person has to decide on 1.5 of the points" in result["message"]


def test_a_result_that_is_too_long_is_cut_with_a_note(tmp_path: Path) -> None:
    long = Finding(check="output", message=f"{SNOW * 390}\n" * 12, why="")
    many = [scenario(Outcome.FAILED, *[long] * 60, name=f"s{number}") for number in range(6)]

    result = rendered(verdict(*many), tmp_path)

    assert {"cut here" in test["output"] for test in result["tests"]} == {True}
    assert len(json.dumps(result)) <= SIZE


def test_outside_of_prairielearn_it_says_so_before_the_work(right: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", EXERCISE, right, "--format", "prairielearn"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site_root())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "grader: there is no folder /grade/results: only in PrairieLearn's container there is one\n"
    )


def test_the_bundle_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    one, other = (submissions.export("prairielearn", tmp_path / name) for name in ("one", "other"))

    assert submissions.contents(one) == submissions.contents(other)
