"""The grader says when it is held too short, instead of breaking in the middle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.config import site_root

SUBMISSION = Path("reference/pingpong/peers/c")


def grade(*limits: str) -> tuple[int, str]:
    line = ["prlimit", *limits, sys.executable, "-m", "grader", "check", "pingpong", str(SUBMISSION)]
    options = ["--scenario", "usage", "--schedules", "1", "--jobs", "1"]
    done = subprocess.run(
        [*line, *options], cwd=site_root(), capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (
            "--fsize=100000",
            "grader: size of a file: the limit is 100000, and the grader needs 134217728 (RLIMIT_FSIZE): "
            "`ulimit -f unlimited`, or the like where it is started from\n",
        ),
        (
            "--nofile=100",
            "grader: open files: the limit is 100, and the grader needs 256 (RLIMIT_NOFILE): "
            "`ulimit -n 256`, or the like where it is started from\n",
        ),
        (
            "--as=1000000000",
            "grader: address space: the limit is 1000000000, and the grader needs 4294967296 (RLIMIT_AS): "
            "`ulimit -v unlimited`, or the like where it is started from\n",
        ),
    ],
)
def test_a_limit_that_is_too_low_is_named_before_the_work(limit: str, message: str) -> None:
    assert grade(limit) == (2, message)


@pytest.mark.system
def test_a_soft_limit_is_raised(tmp_path: Path) -> None:
    assert grade("--nofile=100:1024") == (0, "")
