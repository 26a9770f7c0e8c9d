"""Gradescope: the zip, run as its harness runs it (gradescope/autograder_samples, docs/specs.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeAlias

import pytest

from grader.config import site_root
from tests.conformance.exports import submissions
from tests.conformance.exports.container import VENV, Container, needs_root
from tests.conformance.exports.markup import outside_code
from tests.conformance.exports.submissions import EXERCISE, FEW, SHOUTS

pytestmark = pytest.mark.system

Form: TypeAlias = dict[str, type | UnionType]

WHOLE: Form = {
    "output": str,
    "output_format": str,
    "stdout_visibility": str,
    "execution_time": float,
    "tests": list,
}
TEST: Form = {
    "name": str, "name_format": str, "number": str, "score": int | float, "max_score": int | float,
    "status": str, "output": str, "output_format": str, "tags": list, "visibility": str,
}  # fmt: skip
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def parsed(text: str) -> dict[str, Any]:
    """Read a result as strictly as the specification allows."""
    result: dict[str, Any] = json.loads(text)
    for form, value in ((WHOLE, result), *((TEST, test) for test in result["tests"])):
        assert set(value) == set(form)
        assert all(isinstance(value[key], kind) for key, kind in form.items()), value
        assert value["output_format"] in FORMATS
    assert result["stdout_visibility"] in VISIBILITIES
    for test in result["tests"]:
        assert test["status"] in {"passed", "failed"}
        assert test["visibility"] in VISIBILITIES
        assert 0 <= test["score"] <= test["max_score"]
    return result


@dataclass(frozen=True, slots=True)
class Harness:
    """Gradescope's: it unpacks the zip, copies `run_autograder`, and runs that as root."""

    folder: Path

    def run(self, submission: Path, *, namespaces: bool = False, said: str = "") -> dict[str, Any]:
        submitted = self.folder / "submission"
        shutil.rmtree(submitted, ignore_errors=True)
        shutil.copytree(submission, submitted)
        results = self.folder / "results"
        shutil.rmtree(results, ignore_errors=True)
        results.mkdir()
        results.chmod(0o777)
        container = Container(writable={"/autograder": self.folder}, namespaces=namespaces)
        env = {"IPC_GRADER_OPTIONS": FEW}
        done = container.run("/autograder/run_autograder", cwd="/autograder", env=env)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", said)
        assert [path.name for path in results.iterdir()] == ["results.json"]
        return parsed((results / "results.json").read_text())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("gradescope", tmp_path_factory.mktemp("bundle") / "out")


@pytest.fixture
def harness(bundle: Path, tmp_path: Path) -> Harness:
    folder = tmp_path / "autograder"
    unpacked(bundle, folder / "source")
    shutil.copy(folder / "source/run_autograder", folder / "run_autograder")
    (folder / "submission_metadata.json").write_text("{}")
    return Harness(folder)


def unpacked(bundle: Path, folder: Path) -> Path:
    """Unpack the zip as unzip does, modes included."""
    with zipfile.ZipFile(bundle / f"{EXERCISE}.zip") as archive:
        for entry in archive.infolist():
            Path(archive.extract(entry, folder)).chmod(entry.external_attr >> 16)
    return folder


def outcomes(result: dict[str, Any]) -> dict[str, tuple[str, float, list[str], str]]:
    return {
        test["name"].split(":")[0]: (test["status"], test["score"], test["tags"], test["visibility"])
        for test in result["tests"]
    }


@needs_root
class TestGraded:
    def test_a_right_submission_has_all_points_though_namespaces_are_refused(
        self, harness: Harness, right: Path
    ) -> None:
        result = harness.run(right)

        passed = {
            name: ("passed", points, ["passed"], "visible")
            for name, points in {
                "usage": 6, "zero-rounds": 6, "one-round": 20, "turns": 30, "many-rounds": 14,
                "parent-waits": 12,
            }.items()
        }  # fmt: skip
        hidden = {"two-at-once": ("passed", 12, ["passed"], "after_published")}
        assert outcomes(result) == passed | hidden
        assert {test["output"] for test in result["tests"]} == {""}
        assert "Isolation\\: other-user." in result["output"]

    def test_where_namespaces_can_be_had_they_are_used(self, harness: Harness, right: Path) -> None:
        result = harness.run(right, namespaces=True)

        assert sum(test["score"] for test in result["tests"]) == submissions.POINTS
        assert "Isolation\\: full." in result["output"]

    def test_a_wrong_submission_is_told_its_line(self, harness: Harness, wrong: Path) -> None:
        result = harness.run(wrong)

        assert sum(test["score"] for test in result["tests"]) == submissions.WRONG_POINTS
        failed = {test["name"].split(":")[0]: test["output"] for test in result["tests"] if test["output"]}
        assert list(failed) == ["zero-rounds"]
        assert "pingpong.c:29" in failed["zero-rounds"]

    def test_one_that_hangs_is_told_who_waits_for_whom(self, harness: Harness, hanging: Path) -> None:
        result = harness.run(hanging)

        assert sum(test["score"] for test in result["tests"]) == submissions.HANGING_POINTS
        told = {test["name"].split(":")[0]: test["output"] for test in result["tests"]}
        assert "deadlock: " in told["one-round"]

    def test_what_a_hostile_one_prints_and_writes_changes_nothing(
        self, harness: Harness, hostile: Path
    ) -> None:
        result = harness.run(hostile)

        assert sum(test["score"] for test in result["tests"]) == submissions.HOSTILE_POINTS
        shown = [result["output"], *(test["output"] for test in result["tests"])]
        assert [text for text in map(outside_code, shown) if any(shout in text for shout in SHOUTS)] == []

    def test_one_that_does_not_compile_is_told_what_the_compiler_said(
        self, harness: Harness, uncompilable: Path
    ) -> None:
        result = harness.run(uncompilable)

        assert {name: row[:2] for name, row in outcomes(result).items()} == dict.fromkeys(
            outcomes(result), ("failed", 0)
        )
        assert "#error Grade" in result["output"]
        assert "#error" not in outside_code(result["output"])

    def test_a_folder_without_a_program_is_graded_too(self, harness: Harness, tmp_path: Path) -> None:
        (tmp_path / "nothing").mkdir()

        result = harness.run(
            tmp_path / "nothing", said="grader: the submission `/autograder/submission` is empty\n"
        )

        assert sum(test["score"] for test in result["tests"]) == 0
        assert "is empty" in result["output"]

    def test_set_up_takes_python_3_11_where_the_systems_is_older(
        self, harness: Harness, tmp_path: Path
    ) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        for name, script in {
            "apt-get": 'echo "apt-get $*"',
            "python3": "exit 1",
            "python3.11": 'echo "python3.11 $*"',
        }.items():
            (tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (tools / name).chmod(0o755)
        container = Container(writable={"/autograder": harness.folder}, readable={"/tools": tools})

        done = container.run(
            "/autograder/source/setup.sh", env={"PATH": "/tools:/usr/bin:/bin", "PIP_NO_INDEX": "1"}
        )

        assert done.returncode == 0, done.stderr
        install = "apt-get install --yes --no-install-recommends"
        packages = "bubblewrap ca-certificates gcc libc6-dev libseccomp2 make python3 python3-venv"
        assert done.stdout.splitlines()[:4] == [
            "apt-get update",
            f"{install} {packages}",
            f"{install} python3.11 python3.11-venv",
            f"python3.11 -m venv {VENV}",
        ]
        assert (harness.folder / "source/site/reference").stat().st_mode & 0o077 == 0


def test_the_bundle_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    one, other = (submissions.export("gradescope", tmp_path / name) for name in ("one", "other"))

    assert submissions.contents(one) == submissions.contents(other)
    assert list(submissions.contents(one)) == [f"{EXERCISE}.zip"]


def test_each_zip_has_its_own_exercise_only(tmp_path: Path) -> None:
    out = submissions.export("gradescope", tmp_path / "two", EXERCISE, "abc")

    assert sorted(path.name for path in out.iterdir()) == ["abc.zip", f"{EXERCISE}.zip"]
    with zipfile.ZipFile(out / f"{EXERCISE}.zip") as archive:
        names = archive.namelist()
    assert {"setup.sh", "run_autograder"} <= {name for name in names if "/" not in name}
    told = {name.split("/")[2] for name in names if name.startswith(("site/exercises/", "site/reference/"))}
    assert told == {EXERCISE}


def test_outside_of_gradescope_it_says_so_before_the_work(right: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", EXERCISE, right, "--format", "gradescope"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site_root())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "grader: there is no folder /autograder/results: only in Gradescope's container there is one\n"
    )
