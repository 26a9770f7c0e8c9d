"""The command line as a user meets it: exit status, the one clear line, the files written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import junitparser
import pexpect
import pytest

from grader.cli import main
from grader.config import site_root

RIGHT = site_root() / "reference/shm-counter/peers/c"
LEFT = site_root() / "reference/shm-counter/rejected/leftovers/segment-left"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def grader(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["chek"], "there is no command 'chek'; did you mean 'check'? (`grader --help` lists them)"),
        (["show", "fifo-chatt"], "there is no exercise `fifo-chatt`; did you mean `fifo-chat`?"),
        (["check", "no/where", "."], "there is no exercise in no/where: it has no exercise.yaml"),
        (
            ["batch", "sheets/note", ".", "--out", "o"],
            "a class is graded in a site: move sheets/note into its exercises/",
        ),
        (["check", "shm-counter", "nowhere"], "the submission `nowhere` does not exist"),
        (
            ["check", "shm-counter", str(RIGHT), "--scenario", "one-wrker"],
            "shm-counter: there is no scenario `one-wrker`; did you mean `one-worker`?",
        ),
        (
            ["check", "shm-counter", str(RIGHT), "--seed=-1"],
            "argument --seed: '-1' is not a whole number from 0 on",
        ),
        (
            ["check", "shm-counter", str(RIGHT), "--schedules", "0"],
            "argument --schedules: '0' is not a whole number from 1 on",
        ),
        (
            ["check", "shm-counter", str(RIGHT), "--strategy", "luck"],
            "there is no strategy 'luck'; choose default, directed, fair, pct, random",
        ),
        (
            ["check", "shm-counter", str(RIGHT), "--junit", "no/where.xml"],
            "no/where.xml cannot be written: there is no folder no",
        ),
        (["recheck", "."], ". is not a folder of stored runs: it has no plan.json"),
        (["trace", "no.jsonl.gz"], "there is no no.jsonl.gz"),
        (["trace", "--", "no-such-program"], "there is no program 'no-such-program'"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_status_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status: int | str | None = main(arguments)
    except SystemExit as end:
        status = end.code

    assert (status, capsys.readouterr().err) == (2, f"grader: {line}\n")


def test_help_names_every_command() -> None:
    done = grader("--help")

    assert done.returncode == 0
    for name in (
        "list",
        "show",
        "start",
        "check",
        "trace",
        "lint",
        "recheck",
        "replay",
        "selftest",
        "doctor",
        "schema",
    ):
        assert f"\n    {name} " in done.stdout


@pytest.mark.system
def test_a_right_submission_gets_full_marks_and_reports(tmp_path: Path) -> None:
    done = grader(
        "check", "shm-counter", RIGHT, "--schedules", "1", "--junit", "out.xml", "--json", "out.json"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["schema"], result["points"], result["max_points"]) == ("ipc-grader/result/v1", 100, 100)
    suites = junitparser.JUnitXml.fromfile(str(tmp_path / "out.xml"))
    assert (suites.failures, suites.errors) == (0, 0)
    assert suites.tests == len(result["scenarios"])


@pytest.mark.system
def test_a_wrong_submission_fails_and_its_stored_run_is_judged_the_same_again(tmp_path: Path) -> None:
    first = grader("check", "shm-counter", LEFT, "--schedules", "1", "--json", "first.json")
    again = grader("recheck", "runs/shm-counter-0001", "--json", "again.json")

    assert (first.returncode, again.returncode) == (1, 1)
    first_result, again_result = (
        json.loads((tmp_path / name).read_text()) for name in ("first.json", "again.json")
    )
    assert _judgements(again_result) == {
        name: judgement for name, judgement in _judgements(first_result).items() if judgement[0] != "skipped"
    }
    assert "leftovers" in first.stdout
    shown = grader("trace", next((tmp_path / "runs/shm-counter-0001").glob("one-worker-*.jsonl.gz")))
    assert "shm_open" in shown.stdout


def _judgements(result: dict[str, list[dict[str, object]]]) -> dict[str, tuple[object, object]]:
    return {str(s["id"]): (s["outcome"], s["findings"]) for s in result["scenarios"]}


@pytest.mark.system
def test_trace_follows_a_program_and_ends_as_it_does() -> None:
    done = grader("trace", "--", "sh", "-c", "echo hello | cat; exit 3")

    assert (done.returncode, done.stdout) == (3, "hello\n")
    assert 'write(1<pipe:1>, 6, "hello\\n") = 6' in done.stderr


@pytest.mark.system
def test_trace_of_a_program_that_dies_of_a_signal_ends_with_128_and_its_number() -> None:
    assert grader("trace", "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_start_makes_a_folder_that_is_not_overwritten(tmp_path: Path) -> None:
    first = grader("start", "shm-counter", "work", "--language", "c")
    second = grader("start", "shm-counter", "work", "--language", "c")

    assert first.returncode == 0
    assert (tmp_path / "work/counter.c").exists()
    assert (second.returncode, second.stderr) == (
        2,
        "grader: work exists and is not empty; name another folder\n",
    )


def test_schema_is_json() -> None:
    assert json.loads(grader("schema").stdout)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("columns", ["30", "80"])
def test_list_fits_the_terminal(columns: str) -> None:
    done = grader("list", COLUMNS=columns)

    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= int(columns)


@pytest.fixture(scope="module")
def _found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a submission was graded that fails under some schedules only."""
    folder = tmp_path_factory.mktemp("found")
    shutil.copytree(site_root() / "reference/abc/rejected/ordering/posts-before-printing", folder / "mine")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", "abc", "mine", "--scenario", "turns", "--json", "out.json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return folder


@pytest.mark.system
def test_a_counterexample_is_kept_and_replays_to_the_identical_history(
    _found: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_found)
    (scenario,) = json.loads(Path("out.json").read_text())["scenarios"]
    done = grader("replay", f"runs/abc-0001/{scenario['replay']}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert scenario["switches"] in (1, 2, 3)
    assert "goes on, though p(" in done.stdout
    assert 'write(1<stdout of p>, "B\\n", 2) = 2' in done.stdout
    assert "ordering: p printed the right lines in the wrong order" in done.stdout
    assert done.stdout.endswith("The same history as when it was found, operation for operation.\n")


@pytest.mark.system
def test_a_replay_can_be_walked_through(_found: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_found)
    command = [sys.executable, "-m", "grader", "replay", "runs/abc-0001/turns.replay.json", "--step"]
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=60, dimensions=(24, 80))
    for number in (0, 1, 2):
        child.expect("Enter: next operation, r: the rest")
        assert f"#{number} " not in str(child.before)
        child.sendline("")
    child.expect("Enter: next operation, r: the rest")
    child.sendline("r")
    child.expect("operation for operation")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.system
def test_a_replay_of_something_else_says_what_differs(_found: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_found)
    file = Path("runs/abc-0001/turns.replay.json")
    right = site_root() / "reference/abc/peers/c"
    other = json.loads(file.read_text())
    Path("exercise.json").write_text(json.dumps({**other, "exercise_digest": "0"}))
    Path("gone.json").write_text(json.dumps({**other, "submission": "/no/where"}))
    Path("version.json").write_text(json.dumps({**other, "schema": "ipc-grader/replay/v2"}))

    assert [grader("replay", *arguments).stderr for arguments in ([file, right], ["exercise.json"])] == [
        f"grader: {right} is not the submission the counterexample was found with, or has changed since; "
        f"`grader check abc {right}` looks for a new one\n",
        "grader: the exercise abc has changed since the counterexample was found; "
        "`grader check` looks for a new one\n",
    ]
    assert [grader("replay", name).stderr for name in ("gone.json", "version.json", "no.json")] == [
        "grader: the submission was in /no/where, which is gone; name it: grader replay gone.json PATH\n",
        "grader: version.json is of `ipc-grader/replay/v2`; this grader replays files of "
        "`ipc-grader/replay/v1`\n",
        "grader: there is no no.json\n",
    ]


@pytest.mark.system
def test_a_program_that_does_not_do_the_same_thing_twice_is_not_judged(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(site_root() / "reference/abc/peers/c", folder)
    source = (folder / "abc.c").read_text()
    drift = (
        "#include <fcntl.h>\n"
        "__attribute__((constructor)) static void drift(void)\n"
        "{\n"
        "    unsigned low, high;\n"
        '    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));\n'
        "    char name[32];\n"
        '    snprintf(name, sizeof name, "tmp.%u", low);\n'
        "    unlink(name);\n"
        "}\n"
    )
    (folder / "abc.c").write_text(source + drift)
    done = grader("check", "abc", folder, "--scenario", "one-round", "--schedules", "1", "--json", "o.json")

    (scenario,) = json.loads(Path("o.json").read_text())["scenarios"]
    assert (done.returncode, scenario["outcome"], scenario["findings"]) == (2, "inconclusive", [])
    assert scenario["explanation"].startswith(
        "the program does not do the same thing under one schedule: operation "
    )
    assert "unlink" in scenario["explanation"]


@pytest.mark.system
def test_where_in_its_loop_a_spinning_program_was_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    steps = "\n".join(f"        a += {n};" for n in range(40))
    (folder / "abc.c").write_text(
        f"int main(void)\n{{\n    volatile long a = 0;\n    for (;;) {{\n{steps}\n    }}\n}}\n"
    )
    Path("config.yaml").write_text("limits: {cpu_s: 0.2}\n")
    options = ("--scenario", "one-round", "--config", "config.yaml", "--json", "o.json")
    done = grader("check", "abc", folder, *options)

    (scenario,) = json.loads(Path("o.json").read_text())["scenarios"]
    assert (done.returncode, scenario["outcome"]) == (1, "failed")
    assert [finding["check"] for finding in scenario["findings"]] == ["limits"]
