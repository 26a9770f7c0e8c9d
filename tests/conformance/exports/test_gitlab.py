"""GitLab CI: the job is run as a runner runs it, and its reports are read by GitLab's rules."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from grader.cli import main
from tests.conformance.exports import junit10, submissions
from tests.conformance.exports.junit10 import Case
from tests.conformance.exports.steps import compiled, installs, shell

pytestmark = pytest.mark.system

FOLDER = "task/solution"
SEVERITIES = frozenset({"info", "minor", "major", "critical", "blocker", "unknown"})
GLOBAL = frozenset({"variables", "default", "include", "stages", "workflow", "image"})


@dataclass
class Finished:
    """A job that has ended."""

    status: int
    log: str
    cases: list[Case]
    problems: list[tuple[str, str, int]]


def run_job(bundle: Path, project: Path, **given: str) -> Finished:
    """Run the job of a configuration file in a project that was cloned."""
    settings = yaml.safe_load((bundle / "jobs/pingpong.yml").read_text())
    [job] = [value for name, value in settings.items() if name not in GLOBAL]
    variables = {**settings["variables"], **given}
    assert _expanded(job["image"], variables) == "registry.gitlab.com/GROUP/PROJECT:latest"
    assert not any(installs(line) for line in job["script"])
    done = shell(
        "\n".join(job["script"]),
        project,
        {
            "GITLAB_CI": "true",
            "CI_PROJECT_DIR": str(project),
            "IPC_GRADER": str(bundle / "kit/grade.sh"),
            "IPC_GRADER_PYTHON": sys.executable,
            "IPC_GRADER_OPTIONS": submissions.SOME,
            **variables,
        },
        *("sh", "-ec"),
    )
    assert job["artifacts"]["when"] == "always"
    reports = {kind: project / name for kind, name in job["artifacts"]["reports"].items()}
    kept = {kind: path for kind, path in reports.items() if path.is_file()}
    return Finished(
        status=done.returncode,
        log=done.stdout + done.stderr,
        cases=junit10.read(kept["junit"]) if "junit" in kept else [],
        problems=read_quality(kept["codequality"].read_text()) if "codequality" in kept else [],
    )


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: variables[match[1]], text)


def read_quality(text: str) -> list[tuple[str, str, int]]:
    """Read a code quality report: what GitLab requires of each, and that none hides another."""
    problems: list[dict[str, Any]] = json.loads(text)
    assert len({problem["fingerprint"] for problem in problems}) == len(problems)
    found = []
    for problem in problems:
        path, line = problem["location"]["path"], problem["location"]["lines"]["begin"]
        assert problem["severity"] in SEVERITIES
        assert isinstance(problem["description"], str)
        assert problem["description"].isprintable()
        assert not PurePosixPath(path).is_absolute()
        assert not path.startswith("./")
        assert isinstance(line, int)
        assert line > 0
        found.append((problem["check_name"], path, line))
    return found


def cloned(folder: Path, submission: Path) -> Path:
    """Return a project that holds a submission in a folder."""
    shutil.copytree(submission, folder / "builds" / FOLDER, symlinks=True)
    (folder / "builds/README.md").write_text("# My solution\n")
    return folder / "builds"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = submissions.export("gitlab", tmp_path_factory.mktemp("gitlab") / "bundle")
    compiled(made / "kit/site/grader")
    return made


def test_a_right_submission_passes_every_case(tmp_path: Path, bundle: Path, right: Path) -> None:
    job = run_job(bundle, cloned(tmp_path, right), SUBMISSION=FOLDER)

    assert (job.status, job.problems) == (0, [])
    assert {case.outcome for case in job.cases} == {"passed"}
    assert job.log.endswith("\n4 of 4 scenarios passed; 56 of 56 points.\n")


def test_a_wrong_one_stands_at_its_line_in_the_merge_request(
    tmp_path: Path, bundle: Path, wrong: Path
) -> None:
    job = run_job(bundle, cloned(tmp_path, wrong), SUBMISSION=FOLDER)

    assert (job.status, job.problems) == (1, [("exit-status", f"{FOLDER}/pingpong.c", 29)])
    assert [case for case in job.cases if case.outcome != "passed"] == [
        Case("zero-rounds", "failure", "exit-status")
    ]


def test_a_deadlock_is_a_problem_and_a_case(tmp_path: Path, bundle: Path, hanging: Path) -> None:
    job = run_job(bundle, cloned(tmp_path, hanging), SUBMISSION=FOLDER)

    assert (job.status, job.problems) == (1, [("deadlock", f"{FOLDER}/pingpong.c", 53)])
    assert [case.name for case in job.cases if case.type == "deadlock"] == ["turns"]


def test_what_does_not_compile_fails_every_case(tmp_path: Path, bundle: Path, uncompilable: Path) -> None:
    job = run_job(bundle, cloned(tmp_path, uncompilable), SUBMISSION=FOLDER)

    assert job.status == 1
    assert {(case.outcome, case.type) for case in job.cases} == {("failure", "build")}
    assert [check for check, _, _ in job.problems] == ["build"]


def test_a_submission_that_shouts_changes_nothing(tmp_path: Path, bundle: Path, hostile: Path) -> None:
    project = cloned(tmp_path, hostile)
    (project / "ipc-grader.xml").write_text('<testsuites><testsuite name="forged"/></testsuites>')
    (project / ".ipc-grader.xml.partial").symlink_to(tmp_path / "elsewhere")
    (project / "ipc-grader-code-quality.json").mkdir()

    job = run_job(bundle, project, SUBMISSION=FOLDER)

    assert job.status == 1
    assert [case.name for case in job.cases if case.outcome == "passed"] == ["usage"]
    assert {check for check, _, _ in job.problems} == {"exit-status", "output"}
    assert job.log.replace("\n", "").isprintable(), "no escape sequence, and so no section of the log"
    assert job.log.endswith("; 6 of 56 points.\n")
    assert not (tmp_path / "elsewhere").exists()


def test_a_report_somebody_pushed_is_not_taken_for_ours(tmp_path: Path, bundle: Path) -> None:
    project = tmp_path / "builds"
    project.mkdir()
    (project / "ipc-grader.xml").write_text('<testsuites><testsuite name="forged"/></testsuites>')
    (project / "link").symlink_to(bundle / "kit/site/reference/pingpong/peers/c")

    job = run_job(bundle, project, SUBMISSION="link")

    assert (job.status, job.cases) == (2, [])
    assert "is not in $CI_PROJECT_DIR" in job.log


def test_without_gitlabs_variables_it_says_so_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)

    assert main(["check", "pingpong", ".", "--format", "gitlab"]) == 2

    assert capsys.readouterr() == (
        "",
        "grader: $CI_PROJECT_DIR is not set: the system that runs this sets it, elsewhere do it yourself\n",
    )


def test_the_image_has_the_kit_where_jobs_look_for_it(bundle: Path) -> None:
    lines = (bundle / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1].rstrip("/"): line.split()[2] for line in lines if line.startswith("COPY")}
    [variable] = [line.removeprefix("ENV ") for line in lines if line.startswith("ENV")]

    assert variable == f"IPC_GRADER={copied['kit']}grade.sh"
    assert os.access(bundle / "kit/grade.sh", os.X_OK)
    assert installs((bundle / "image/setup.sh").read_text())
    assert f"{copied['image']}setup.sh" in "\n".join(lines)
    jobs = yaml.safe_load((bundle / ".gitlab-ci.yml").read_text())
    assert [line.split(" --")[0] for line in jobs["image"]["script"][1:]] == [
        "docker build",
        'docker push "$CI_REGISTRY_IMAGE:latest"',
    ]


def test_the_bundle_is_the_same_byte_for_byte(tmp_path: Path, bundle: Path) -> None:
    again = submissions.export("gitlab", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
