"""A role that only the reference plays, from the starter to the grade."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.system

_EXERCISE = """\
id: note
title: A note
summary: One program prints what is left in a FIFO.
mechanisms: [fifo]
difficulty: 1
hours: 1
roles:
  take: {description: "`take FIFO` prints what it reads."}
  nosy: {description: Leaves a line., helper: true}
scenarios:
  - id: prints
    title: It prints
    points: 1
    hint: Print.
    cast:
      reader: {role: take, by: submission, args: [note]}
      writer: {role: nosy, by: reference, args: [note]}
    steps:
      - create: {kind: fifo, name: note}
      - start: [reader, writer]
      - expect: {part: reader, lines: hello}
      - exit: {reader: 0, writer: 0}
    leaves:
      - {kind: fifo, name: note}
"""
_TAKE_C = """\
#include <stdio.h>
int main(int argc, char **argv)
{
    char line[80];
    FILE *fifo = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (fifo == NULL || fgets(line, sizeof line, fifo) == NULL)
        return 1;
    fputs(line, stdout);
    return 0;
}
"""
_TAKE_PYTHON = "import sys\nprint(open(sys.argv[1]).read(), end='')\n"
_NOSY = "import sys\nopen(sys.argv[1], 'w').write('hello\\n')\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one exercise, whose helper is there in Python only."""
    files = {
        "config.yaml": "exploration: {schedules: 3}\n",
        "exercises/note/exercise.yaml": _EXERCISE,
        "exercises/note/handout.md": "# A note\n\n## The contract\n\n`take`\n\n## What is graded\n",
        "reference/note/peers/python/nosy.py": _NOSY,
    }
    for folder in ("exercises/note/starter", "reference/note/peers"):
        files |= {f"{folder}/c/take.c": _TAKE_C, f"{folder}/python/take.py": _TAKE_PYTHON}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def grader(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=site, env=environment)


def graded(site: Path, folder: str) -> Any:
    done = grader(site, "check", "note", folder, "--json", "result.json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads((site / "result.json").read_text())


@pytest.mark.parametrize("language", ["c", "python"])
def test_a_submission_without_the_helper_is_graded_in_full(site: Path, language: str) -> None:
    assert grader(site, "start", "note", "mine", "--language", language).returncode == 0
    assert [path.stem for path in (site / "mine").iterdir()] == ["take"]
    (scenario,) = graded(site, "mine")["scenarios"]
    assert (scenario["outcome"], scenario["findings"]) == ("passed", [])


def test_a_program_of_that_name_is_not_played(site: Path) -> None:
    shutil.copytree(site / "exercises/note/starter/c", site / "mine")
    (site / "mine/nosy.c").write_text("int main(void) { return 5; }\n")
    (scenario,) = graded(site, "mine")["scenarios"]
    assert scenario["outcome"] == "passed"


def test_the_reference_is_graded_like_a_submission(site: Path) -> None:
    done = grader(site, "selftest", "note", "--jobs", "1")
    assert done.returncode == 0, done.stdout


def test_only_the_reference_is_asked_for_it(site: Path) -> None:
    found = grader(site, "lint", "exercises/note")
    assert "nosy" not in found.stdout + found.stderr
    assert "nosy" not in grader(site, "show", "note").stdout.partition("scenario")[0]
    (site / "reference/note/peers/python/nosy.py").unlink()
    found = grader(site, "lint", "exercises/note")
    assert "the reference has no program for the helper `nosy` in any language" in found.stdout + found.stderr
