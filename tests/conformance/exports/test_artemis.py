"""Artemis: the build script in a build agent's folder, and what Artemis' parser reads of the result."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conformance.exports import submissions

CHOSEN = "--scenario zero-rounds --scenario turns --scenario two-at-once"
TITLES = {
    "zero-rounds": "zero-rounds: No round is nothing to do, done right",
    "turns": "turns: Strictly in turn, round after round",
    "two-at-once": "two-at-once: Two of them at the same time do not disturb each other",
}
INVALID = re.compile("[^\t\r\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("artemis", tmp_path_factory.mktemp("artemis") / "bundle", "pingpong", "abc")


def built(bundle: Path, folder: Path, submission: Path) -> dict[str, str | None]:
    """Check out both repositories, build, and return each test with its message; None: passed."""
    shutil.copytree(submission, folder / "assignment")
    (folder / "tests").symlink_to(bundle / "pingpong/tests")
    done = subprocess.run(
        ["sh", str(bundle / "pingpong/build.sh")],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "IPC_GRADER_PYTHON": sys.executable,
            "IPC_GRADER_OPTIONS": f"{submissions.FEW} {CHOSEN}",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    reports = sorted(folder.glob("test-reports/*.xml"))
    assert len(reports) == 1
    return parsed(reports[0].read_text(encoding="utf-8"))


def parsed(text: str) -> dict[str, str | None]:
    """Read a result by Artemis' rules."""
    assert not INVALID.search(text), "Artemis takes such characters out"
    root = ElementTree.fromstring(text)
    suites = [root] if root.tag == "testsuite" else list(root)
    assert len(suites) == 1, "with several suites, their names are part of the tests'"
    results: dict[str, str | None] = {}
    for case in suites[0].iterfind("testcase"):
        if case.find("skipped") is not None:
            continue
        problem = case.find("failure")
        problem = case.find("error") if problem is None else problem
        message = None if problem is None else problem.get("message", problem.text or "")
        assert case.attrib["name"] not in results
        results[case.attrib["name"]] = message
    return results


def failed(results: dict[str, str | None]) -> set[str]:
    assert set(results) == set(TITLES.values()), (
        "Artemis fails a test that is missing, and says nothing of it"
    )
    return {name for name, title in TITLES.items() if results[title] is not None}


def test_right_passes_every_test(bundle: Path, tmp_path: Path, right: Path) -> None:
    assert failed(built(bundle, tmp_path / "agent", right)) == set()


def test_wrong_reads_the_whole_report(bundle: Path, tmp_path: Path, wrong: Path) -> None:
    results = built(bundle, tmp_path / "agent", wrong)

    assert failed(results) == {"zero-rounds"}
    message = results[TITLES["zero-rounds"]] or ""
    assert re.search(r"^exit-status: .*\n", message)
    assert re.search(r"^    > 29 \| ", message, re.MULTILINE)
    assert re.search(r"^  hint  With ROUNDS 0 nothing is printed", message, re.MULTILINE)


def test_a_scenario_that_was_skipped_is_there_and_says_why(
    bundle: Path, tmp_path: Path, hanging: Path
) -> None:
    results = built(bundle, tmp_path / "agent", hanging)

    assert failed(results) == {"turns", "two-at-once"}
    assert (results[TITLES["turns"]] or "").startswith("deadlock: ")
    assert results[TITLES["two-at-once"]] == (
        "A hidden scenario was not run: one it depends on did not pass."
    )


def test_hostile_gets_nothing(bundle: Path, tmp_path: Path, hostile: Path) -> None:
    """Even with a report of its own where the result is expected."""
    (hostile / "test-reports").mkdir()
    (hostile / "test-reports/ipc-grader.xml").write_text("<testsuite><testcase name='all'/></testsuite>")

    assert failed(built(bundle, tmp_path / "agent", hostile)) == set(TITLES)


def test_what_does_not_compile_says_so(bundle: Path, tmp_path: Path, uncompilable: Path) -> None:
    results = built(bundle, tmp_path / "agent", uncompilable)

    assert failed(results) == set(TITLES)
    assert "#error" in (results[TITLES["turns"]] or "")


def test_the_test_repository_has_one_exercise_and_no_solution(bundle: Path) -> None:
    files = submissions.contents(bundle / "pingpong/tests")

    assert "site/exercises/pingpong/exercise.yaml" in files
    assert not [path for path in files if "/abc/" in path]
    assert not [path for path in files if path.startswith("site/reference/") and "/peers/" not in path]


def test_points_to_be_set_in_artemis_are_listed(bundle: Path) -> None:
    rows = (bundle / "pingpong/points.txt").read_text().splitlines()

    assert rows[0] == "6\tusage: Wrong usage is refused"
    assert sum(float(row.split("\t")[0]) for row in rows) == 100


def test_bundles_are_the_same(bundle: Path, tmp_path: Path) -> None:
    again = submissions.export("artemis", tmp_path / "again", "pingpong", "abc")

    assert submissions.contents(again) == submissions.contents(bundle)
