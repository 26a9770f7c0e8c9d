"""GitHub Actions: workflow and action are interpreted, and their output is read as the runner reads it."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.cli import main
from tests.conformance.exports import submissions
from tests.conformance.exports.steps import installed, installs, shell

pytestmark = pytest.mark.system

COMMANDS = frozenset(
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
        "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
    }
)  # fmt: skip
"""What the runner registers (actions/runner, src/Runner.Worker/ActionCommandManager.cs)."""

SUMMARY_MAX = 1 << 20
NOTHING = {"points": "", "max_points": "", "outcome": ""}
FOLDER = "task/solution"


@dataclass
class Job:
    """What became of a job."""

    status: int = 0
    log: list[str] = field(default_factory=list)
    annotations: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    artifacts: dict[str, Path] = field(default_factory=dict)


def parse_command(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a line as the runner does (actions/runner, src/Runner.Common/ActionCommand.cs): both kinds."""
    text = line.lstrip()
    new = re.match(r"::(.*?)::(.*)", text, re.DOTALL)
    if new and new[1].split(" ")[0] in COMMANDS:
        name, _, told = new[1].partition(" ")
        pairs = [pair.split("=", 1) for pair in told.split(",") if pair]
        return name, {pair[0]: _plain(pair[1]) for pair in pairs if len(pair) == 2}, _plain(new[2])
    old = re.search(r"##\[(.*?)\](.*)", line, re.DOTALL)
    if old and old[1].split(" ")[0] in COMMANDS:
        return old[1].split(" ")[0], {}, old[2]
    return None


def _plain(text: str) -> str:
    for escape, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, meant)
    return text


def parse_outputs(text: str) -> dict[str, str]:
    """Read $GITHUB_OUTPUT where no value has several lines; anything else fails the step there, too."""
    pairs = [line.partition("=") for line in text.splitlines() if line]
    assert all(equals and "<<" not in name for name, equals, _ in pairs), text
    return {name: value for name, _, value in pairs}


class Runner:
    """A GitHub-hosted runner: one job, its repository checked out."""

    def __init__(self, folder: Path, bundle: Path, submission: Path, *, subfolder: str = FOLDER) -> None:
        self.workspace = folder / "work/course/course"
        self.action = bundle
        self.temp = folder / "work/_temp"
        self.temp.mkdir(parents=True)
        shutil.copytree(submission, self.workspace / subfolder, symlinks=True)
        (self.workspace / "README.md").write_text("# My solution\n")
        self.files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}

    def run(self, **given: str) -> Job:
        """Run a workflow's job."""
        job = Job()
        workflow = yaml.safe_load((self.action / "workflows/pingpong.yml").read_text())
        for step in workflow["jobs"]["grade"]["steps"]:
            if step["uses"] != "actions/checkout@v6":
                assert step["uses"] == "OWNER/REPOSITORY@v1"
                self._composite(job, {**step["with"], "submission": FOLDER, **given})
        return job

    def _composite(self, job: Job, given: dict[str, str]) -> None:
        action = yaml.safe_load((self.action / "action.yml").read_text())
        assert action["runs"]["using"] == "composite"
        known = action["inputs"]
        assert set(given) <= set(known)
        inputs = {name: str(given.get(name, known[name].get("default", ""))) for name in known}
        assert all(inputs[name] for name in known if known[name].get("required"))
        contexts = {f"inputs.{name}": value for name, value in inputs.items()}
        contexts |= {"github.action_path": str(self.action), "runner.temp": str(self.temp)}
        for step in action["runs"]["steps"]:
            if job.status and _filled(step.get("if", ""), {"always()": "true"}) != "true":
                continue
            if "uses" in step:
                self._artifact(job, {key: _filled(value, contexts) for key, value in step["with"].items()})
            elif installs(step["run"]):
                assert "grader check" not in step["run"]
                if "-m venv" in step["run"]:
                    installed(self.temp / "ipc-grader")
            else:
                self._script(job, step, contexts)
        steps = {f"steps.grade.outputs.{name}": job.outputs.get(name, "") for name in action["outputs"]}
        job.outputs = {name: _filled(value["value"], steps) for name, value in action["outputs"].items()}

    def _script(self, job: Job, step: dict[str, Any], contexts: dict[str, str]) -> None:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "what stands in an expression would be run"
        for file in self.files.values():
            file.write_text("")
        done = shell(
            step["run"],
            Path(_filled(step["working-directory"], contexts)),
            {
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(self.workspace),
                "GITHUB_ACTION_PATH": str(self.action),
                "RUNNER_TEMP": str(self.temp),
                **{name: str(path) for name, path in self.files.items()},
                **{name: _filled(value, contexts) for name, value in step.get("env", {}).items()},
            },
        )
        job.status = done.returncode
        for line in (done.stdout + done.stderr).splitlines():
            command = parse_command(line)
            if command:
                job.annotations.append(command)
            else:
                job.log.append(line)
        job.outputs |= parse_outputs(self.files["GITHUB_OUTPUT"].read_text())
        job.summary += self.files["GITHUB_STEP_SUMMARY"].read_text()

    def _artifact(self, job: Job, given: dict[str, str]) -> None:
        if Path(given["path"]).is_file():
            job.artifacts[given["name"]] = Path(given["path"])


def _filled(text: str, contexts: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: contexts[match[1]], str(text))


def outside_code(markdown: str) -> str:
    """Return what is not in a fenced code block, after CommonMark's rules."""
    kept, fence = [], ""
    for line in markdown.splitlines():
        if fence:
            stripped = line.strip()
            if len(line) - len(line.lstrip()) < 4 and set(stripped) == {"`"} and len(stripped) >= len(fence):
                fence = ""
        elif match := re.match(r" {0,3}(`{3,}|~{3,})[^`]*$", line):
            fence = match[1]
        else:
            kept.append(line)
    assert not fence, "a code block is open at the end"
    return "\n".join(kept)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("github", tmp_path_factory.mktemp("github") / "bundle")


def test_a_right_submission_has_all_points_and_no_annotation(
    tmp_path: Path, bundle: Path, right: Path
) -> None:
    job = Runner(tmp_path, bundle, right).run()

    assert (job.status, job.annotations) == (0, [])
    assert job.outputs == {"points": "100", "max_points": "100", "outcome": "passed"}
    assert job.log == ["7 of 7 scenarios passed; 100 of 100 points."]
    assert job.summary.startswith("## Ping-pong over two pipes: 100 of 100 points\n")
    assert "| usage: Wrong usage is refused | passed | 6 of 6 |\n" in job.summary.replace("\\", "")
    assert ET.parse(job.artifacts["ipc-grader-pingpong"]).findall(".//failure") == []


def test_a_wrong_one_is_annotated_at_its_line_below_the_repository(
    tmp_path: Path, bundle: Path, wrong: Path
) -> None:
    job = Runner(tmp_path, bundle, wrong).run()

    assert job.status == 1
    assert job.outputs == {"points": "94", "max_points": "100", "outcome": "failed"}
    assert [(level, place) for level, place, _ in job.annotations] == [
        ("error", {"file": f"{FOLDER}/pingpong.c", "line": "29", "title": "exit-status"})
    ]
    assert job.annotations[0][2].splitlines()[0] == (
        "p ended with status 2, and should end with status 0; "
        'its last line on stderr is "usage: pingpong ROUNDS".'
    )
    assert len(ET.parse(job.artifacts["ipc-grader-pingpong"]).findall(".//failure")) == 1


def test_a_deadlock_in_three_scenarios_is_one_annotation(tmp_path: Path, bundle: Path, hanging: Path) -> None:
    job = Runner(tmp_path, bundle, hanging).run()

    assert (job.status, job.outputs["points"]) == (1, str(submissions.HANGING_POINTS))
    [(level, place, text)] = job.annotations
    assert (level, place) == ("error", {"file": f"{FOLDER}/pingpong.c", "line": "53", "title": "deadlock"})
    assert text.endswith("\nfound in: one-round, turns, parent-waits")


def test_what_does_not_compile_is_annotated_at_the_compilers_line(
    tmp_path: Path, bundle: Path, uncompilable: Path
) -> None:
    job = Runner(tmp_path, bundle, uncompilable).run()

    assert (job.status, job.outputs["points"]) == (1, "0")
    last = len((uncompilable / "pingpong.c").read_text().splitlines())
    assert [place for _, place, _ in job.annotations] == [
        {"file": f"{FOLDER}/pingpong.c", "line": str(last), "title": "build"}
    ]
    assert "forged" not in outside_code(job.summary)


def test_a_submission_that_shouts_changes_nothing(tmp_path: Path, bundle: Path, hostile: Path) -> None:
    for name in (".ipc-grader.xml.partial", "ipc-grader.xml", "result.json"):
        (hostile / name).symlink_to(tmp_path / "elsewhere")
    (hostile / "grader").mkdir()
    (hostile / "grader/__init__.py").write_text("raise SystemExit(0)\n")

    job = Runner(tmp_path, bundle, hostile).run()

    assert job.status == 1
    assert job.outputs == {"points": "6", "max_points": "100", "outcome": "failed"}
    assert {(level, *place) for level, place, _ in job.annotations} == {("error", "file", "line", "title")}
    assert {place["title"] for _, place, _ in job.annotations} == {"exit-status", "output"}
    assert job.log == ["1 of 7 scenarios passed, 4 failed, 2 skipped; 6 of 100 points."]
    shown = outside_code(job.summary)
    assert not [word for word in ("forged", "<", "`", "javascript", "\x1b") if word in shown]
    assert "\x1b" not in job.summary
    assert len(job.summary.encode()) <= SUMMARY_MAX
    cases = ET.parse(job.artifacts["ipc-grader-pingpong"]).findall(".//testcase")
    assert len(cases) == 7
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_to_somebody_elses_programs_is_not_graded(tmp_path: Path, bundle: Path, right: Path) -> None:
    runner = Runner(tmp_path, bundle, right)
    (runner.workspace / "link").symlink_to(runner.action / "reference/pingpong/peers/c")

    job = runner.run(submission="link")

    assert (job.status, job.outputs, job.annotations) == (2, NOTHING, [])
    assert job.log[0].startswith("grader: the submission ")
    assert job.log[0].endswith(f"is not in $GITHUB_WORKSPACE, {runner.workspace.resolve()}")


def test_an_input_is_no_shell_code(tmp_path: Path, bundle: Path, right: Path) -> None:
    job = Runner(tmp_path, bundle, right).run(exercise='pingpong"; touch /tmp/forged; "')

    assert job.status == 2
    assert job.outputs == NOTHING
    assert not Path("/tmp/forged").exists()


def test_without_the_runners_variables_it_says_so_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)

    assert main(["check", "pingpong", ".", "--format", "github"]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "grader: $GITHUB_WORKSPACE is not set: the system that runs this sets it, elsewhere do it yourself\n"
    )


def test_the_bundle_is_the_same_byte_for_byte(tmp_path: Path, bundle: Path) -> None:
    again = submissions.export("github", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)


def test_each_exercise_has_a_workflow(tmp_path: Path) -> None:
    several = submissions.export("github", tmp_path / "several", "pingpong", "fifo-chat")

    assert sorted(path.name for path in (several / "workflows").iterdir()) == [
        "fifo-chat.yml",
        "pingpong.yml",
    ]
    jobs = yaml.safe_load((several / "workflows/fifo-chat.yml").read_text())["jobs"]
    assert jobs["grade"]["steps"][1]["with"] == {"exercise": "fifo-chat", "submission": "."}
