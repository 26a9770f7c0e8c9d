"""An exercise with a check of its own, from `check` to `batch`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import junitparser
import pytest

from grader.catalogue.load import load_exercise
from grader.cli import main
from grader.model.config import Config
from grader.selftest import selftest

CHECKS = Path("exercises/my-note/checks.py")
WRONG = Path("reference/my-note/rejected/one-write/two-writes")
RULE = "Whoever writes a line writes it with one call."
TEXT = f'''\
from grader.authoring import Finding, History, Spec, calls, finding, parts


def one_write(history: History, spec: Spec) -> list[Finding]:
    """{RULE}"""
    found = []
    for part in parts(history, "give"):
        writes = calls(history, "write", part=part, on="note.fifo")
        if len(writes) > 1:
            found.append(finding(history, f"{{part}} writes {{len(writes)}} times.", *writes))
    return found
'''
FAILS = TEXT.replace("    found = []", '    found = [history.cast["nobody"]]')
FINDS_NOTHING = TEXT.replace("> 1", "> 10")

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A site with one exercise, a check of it, and what breaks its rule."""
    monkeypatch.chdir(tmp_path)
    Path("exercises").mkdir()
    assert main(["new", "my-note"]) == 0
    WRONG.parent.mkdir()
    Path("reference/my-note/rejected/output/two-writes").rename(WRONG)
    CHECKS.write_text(TEXT)
    capsys.readouterr()
    return tmp_path


def check(submission: Path, *arguments: str) -> int:
    """Grade with one schedule of one scenario."""
    few = ["--scenario", "reader-first", "--schedules", "1", "--jobs", "1"]
    return main(["check", "my-note", str(submission), *few, *arguments])


def findings(path: str) -> list[tuple[str, str, str, int]]:
    """Return what a report in JSON tells of the scenario."""
    (scenario,) = json.loads(Path(path).read_text())["scenarios"]
    return [(found["check"], found["message"], found["why"], found["line"]) for found in scenario["findings"]]


def test_what_it_finds_is_reported_judged_again_and_replayed(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(WRONG, "--json", "a.json", "--junit", "a.xml") == 1
    assert findings("a.json") == [("one-write", "writer writes 2 times.", RULE, 24)]
    (suite,) = junitparser.JUnitXml.fromfile("a.xml")
    (case,) = suite
    assert [(failure.type, failure.message) for failure in case.result] == [
        ("one-write", "writer writes 2 times.")
    ]
    shown = capsys.readouterr().out
    assert " one-write  writer" in shown
    assert f"  why   {RULE}\n" in shown
    (run,) = Path("runs").glob("my-note-*")
    assert main(["recheck", str(run), "--json", "b.json"]) == 1
    assert findings("b.json") == findings("a.json")
    capsys.readouterr()
    assert main(["replay", str(run / "reader-first.replay.json")]) == 0
    assert "\none-write: writer writes 2 times.\n" in capsys.readouterr().out
    CHECKS.write_text(FINDS_NOTHING)
    assert main(["recheck", str(run)]) == 0
    assert main(["replay", str(run / "reader-first.replay.json")]) == 2
    assert "the exercise my-note has changed since the counterexample was found" in capsys.readouterr().err


def test_what_is_right_passes_and_the_rule_is_shown_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(Path("reference/my-note/peers/c")) == 0
    capsys.readouterr()
    assert main(["show", "my-note"]) == 0
    assert f"  one-write: {RULE}\n" in capsys.readouterr().out


def test_a_rule_of_hidden_scenarios_only_stays_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("exercises/my-note/exercise.yaml")
    usage, *others = path.read_text().split("\n  - id: ")[1:]
    head = path.read_text().split("\n  - id: ")[0]
    usage = usage.replace("    cast:", "    tolerates: [one-write]\n    cast:")
    others = [text.replace("    cast:", "    hidden: true\n    cast:") for text in others]
    path.write_text("\n  - id: ".join([head, usage, *others]))
    assert main(["show", "my-note"]) == 0
    shown = capsys.readouterr().out
    assert "2 hidden scenarios" in shown
    assert "one-write" not in shown


def test_one_that_fails_costs_no_marks_silently(capsys: pytest.CaptureFixture[str]) -> None:
    CHECKS.write_text(FAILS)
    said = "my-note/checks.py:6: the check `one-write` failed: KeyError: 'nobody'"
    assert check(WRONG, "--json", "a.json") == 2
    (scenario,) = json.loads(Path("a.json").read_text())["scenarios"]
    assert (scenario["outcome"], scenario["explanation"], scenario["findings"]) == ("error", said, [])
    CHECKS.write_text(TEXT)
    check(WRONG)
    CHECKS.write_text(FAILS)
    capsys.readouterr()
    last = max(Path("runs").glob("my-note-*"))
    assert main(["recheck", str(last)]) == 2
    assert main(["replay", str(last / "reader-first.replay.json")]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"grader: {said}"
    assert "has changed since" in second


def test_one_that_is_no_check_is_named_by_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    CHECKS.write_text(TEXT.replace("def one_write", "def output"))
    for command in (["check", "my-note", str(WRONG)], ["list"], ["selftest", "my-note"], ["lint"]):
        assert main(command) == 2
        told = capsys.readouterr()
        assert "exercises/my-note/checks.py:4:1: there is a check `output` already" in told.out + told.err


def test_its_mutant_is_caught_by_it_and_by_no_other() -> None:
    exercise = load_exercise(Path("exercises/my-note/exercise.yaml"))
    reference = [(exercise, Path("reference/my-note"))]
    (row,) = selftest(reference, Config(), schedules=1, jobs=1, only="one-write")
    assert (row.name, row.expected, row.got) == ("one-write/two-writes", "one-write", "one-write")


def test_a_class_is_graded_with_it() -> None:
    shutil.copytree(WRONG, "class/ada")
    assert main(["batch", "my-note", "class", "--out", "out", "--jobs", "1", "--schedules", "1"]) == 0
    report = Path("out/students/ada/my-note/report.json")
    scenarios = json.loads(report.read_text())["scenarios"]
    assert [[found["check"] for found in scenario["findings"]] for scenario in scenarios] == [
        [],
        ["one-write"],
        [],
    ]
