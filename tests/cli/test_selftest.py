"""`grader selftest` at the command line: one exercise in full, several as a table."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "selftest", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--all", "abc"], "say --all, or which exercises, not both"),
        (["abc", "pigpong"], "there is no exercise `pigpong`; did you mean `pingpong`?"),
        (["abc", "--only", "no such solution"], "there is nothing to test"),
    ],
)
def test_wrong_usage_is_refused_in_one_line(arguments: list[str], line: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"grader: {line}\n")


@pytest.mark.system
def test_several_exercises_are_a_row_each_and_with_verbose_every_solution_is_one() -> None:
    options = ("--only", "zero-is-refused", "--schedules", "1", "--jobs", "1")
    table = run("abc", "pingpong", *options)
    each = run("abc", "pingpong", *options, "--verbose")
    assert (table.returncode, each.returncode) == (0, 0)
    rows = [line.split()[:-1] for line in table.stdout.splitlines() if line.startswith("ok")]
    assert rows == [
        ["ok", "abc", "-", "-", "1", "of", "1", "1", "of", "1"],
        ["ok", "pingpong", "-", "-", "1", "of", "1", "1", "of", "1"],
    ]
    solutions = [line.split()[:4] for line in each.stdout.splitlines() if line.startswith("ok")]
    assert solutions == [
        ["ok", "abc", "mutant", "exit-status/zero-is-refused"],
        ["ok", "pingpong", "mutant", "exit-status/zero-is-refused"],
    ]
