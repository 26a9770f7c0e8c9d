"""Jenkins: the pipeline's steps are run as an agent runs them, and the report is held against its schema."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.cli import main
from tests.conformance.exports import junit10, submissions
from tests.conformance.exports.junit10 import Case
from tests.conformance.exports.steps import compiled, installs, shell

pytestmark = pytest.mark.system

FOLDER = "task/solution"


@dataclass
class Build:
    """A build that has ended, with the result Jenkins gives it."""

    result: str
    log: str
    cases: list[Case]


class Agent:
    """An agent: a workspace, and a container of the image in which `sh` steps run."""

    def __init__(self, folder: Path, bundle: Path, submission: Path) -> None:
        self.bundle = bundle
        self.repository = folder / "repository"
        shutil.copytree(submission, self.repository / FOLDER, symlinks=True)
        self.workspace = folder / "workspace/pingpong"
        self.pipeline = (bundle / "jobs/pingpong.Jenkinsfile").read_text()

    def build(self, **given: str) -> Build:
        """Run the stages, then what is to be done always: `junit` makes a build with failures unstable."""
        code = re.sub(r"^\s*//.*$", "", self.pipeline, flags=re.MULTILINE)
        assert code.count("{") == code.count("}")
        parameters = dict(re.findall(r"string\(name: '(\w+)'(?:, defaultValue: '([^']*)')?", code))
        stages, always = code.split("post {")
        log, result = "", "SUCCESS"
        for step in re.findall(r"deleteDir\(\)|git url: [^\n]*|sh '''.*?'''", stages, re.DOTALL):
            if step == "deleteDir()":
                shutil.rmtree(self.workspace, ignore_errors=True)
            elif step.startswith("git"):
                assert step == "git url: params.REPOSITORY, branch: params.BRANCH"
                shutil.copytree(self.repository, self.workspace, symlinks=True)
            elif result == "SUCCESS":
                status, said = self._sh(step, {**parameters, "SUBMISSION": FOLDER, **given})
                log += said
                result = "FAILURE" if status else result
        [report] = re.findall(r"junit testResults: '([^']*)'", always)
        place = self.workspace / report
        if not place.is_file():  # the step fails: "No test report files were found"
            return Build("FAILURE", log, [])
        cases = junit10.read(place)
        if result == "SUCCESS" and any(case.outcome in ("failure", "error") for case in cases):
            result = "UNSTABLE"
        return Build(result, log, cases)

    def _sh(self, step: str, parameters: dict[str, str]) -> tuple[int, str]:
        script = textwrap.dedent(step.removeprefix("sh '''").removesuffix("'''"))
        assert not installs(script)
        done = shell(
            script,
            self.workspace,
            {
                "JENKINS_URL": "http://localhost:8080/",
                "WORKSPACE": str(self.workspace),
                "IPC_GRADER": str(self.bundle / "kit/grade.sh"),
                "IPC_GRADER_PYTHON": sys.executable,
                "IPC_GRADER_OPTIONS": submissions.SOME,
                **parameters,
            },
            *("sh", "-xec"),
        )
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = submissions.export("jenkins", tmp_path_factory.mktemp("jenkins") / "bundle")
    compiled(made / "kit/site/grader")
    return made


def test_a_right_submission_is_a_success(tmp_path: Path, bundle: Path, right: Path) -> None:
    build = Agent(tmp_path, bundle, right).build()

    assert (build.result, {case.outcome for case in build.cases}) == ("SUCCESS", {"passed"})
    assert build.log.endswith("\n4 of 4 scenarios passed; 56 of 56 points.\n")


def test_a_wrong_one_is_unstable_and_no_failed_build(tmp_path: Path, bundle: Path, wrong: Path) -> None:
    build = Agent(tmp_path, bundle, wrong).build()

    assert build.result == "UNSTABLE"
    assert [case for case in build.cases if case.outcome != "passed"] == [
        Case("zero-rounds", "failure", "exit-status")
    ]


def test_a_deadlock_is_told_and_what_needs_it_is_skipped(tmp_path: Path, bundle: Path, hanging: Path) -> None:
    build = Agent(tmp_path, bundle, hanging).build()

    assert build.result == "UNSTABLE"
    assert {case.type for case in build.cases if case.outcome == "failure"} == {"deadlock"}
    assert [case.name for case in build.cases if case.outcome == "skipped"] == ["many-rounds"]


def test_what_does_not_compile_fails_every_case(tmp_path: Path, bundle: Path, uncompilable: Path) -> None:
    build = Agent(tmp_path, bundle, uncompilable).build()

    assert build.result == "UNSTABLE"
    assert {(case.outcome, case.type) for case in build.cases} == {("failure", "build")}


def test_a_submission_that_shouts_changes_nothing(tmp_path: Path, bundle: Path, hostile: Path) -> None:
    agent = Agent(tmp_path, bundle, hostile)
    (agent.repository / "ipc-grader.xml").mkdir()
    (agent.repository / ".ipc-grader.xml.partial").symlink_to(tmp_path / "elsewhere")

    build = agent.build()

    assert build.result == "UNSTABLE"
    assert [case.name for case in build.cases if case.outcome == "passed"] == ["usage"]
    assert build.log.replace("\n", "").isprintable()
    assert build.log.endswith("; 6 of 56 points.\n")
    assert not (tmp_path / "elsewhere").exists()


def test_what_could_not_be_graded_is_a_failed_build(tmp_path: Path, bundle: Path, right: Path) -> None:
    agent = Agent(tmp_path, bundle, right)
    (agent.repository / "ipc-grader.xml").write_text('<testsuites><testsuite name="forged"/></testsuites>')

    build = agent.build(SUBMISSION="nowhere")

    assert (build.result, build.cases) == ("FAILURE", [])


def test_without_jenkins_variables_it_says_so_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WORKSPACE", raising=False)

    assert main(["check", "pingpong", ".", "--format", "jenkins"]) == 2

    assert capsys.readouterr() == (
        "",
        "grader: $WORKSPACE is not set: the system that runs this sets it, elsewhere do it yourself\n",
    )


def test_the_bundle_is_the_same_byte_for_byte(tmp_path: Path, bundle: Path) -> None:
    again = submissions.export("jenkins", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
