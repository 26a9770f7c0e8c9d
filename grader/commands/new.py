"""`grader new`: a complete exercise to begin with, small, and with everything an exercise has."""

from __future__ import annotations

import argparse
import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from grader.commands import console
from grader.config import EXERCISES_NAME, site_root
from grader.model.errors import UsageError

_PLACEHOLDER = b"EXERCISE"
_ID = re.compile(r"[a-z][a-z0-9-]*")


def run(options: argparse.Namespace) -> int:
    """Write the exercise into the site's folders."""
    name: str = options.exercise
    if not _ID.fullmatch(name):
        raise UsageError(
            f"`{name}` cannot be the name of an exercise: lower-case letters, digits and `-`, a letter first"
        )
    site = site_root()
    targets = {"exercise": site / EXERCISES_NAME / name, "reference": site / "reference" / name}
    for target in targets.values():
        if target.exists():
            raise UsageError(f"{target} exists already; name another exercise")
    try:
        with as_file(files("grader") / "skeleton") as skeleton:
            for part, target in targets.items():
                _copy(skeleton / part, target, name)
    except OSError as error:
        for target in targets.values():
            shutil.rmtree(target, ignore_errors=True)
        raise UsageError(f"{error.filename} cannot be written: {error.strerror or error}") from error
    show = console.stdout()
    show.print(
        f"{targets['exercise']}/ is a new exercise: two programs and a FIFO. Make it yours:",
        markup=False,
        soft_wrap=True,
    )
    show.print(
        "  exercise.yaml  what is done to the programs, and what must come of it",
        markup=False,
        soft_wrap=True,
    )
    show.print("  handout.md     what students read", markup=False, soft_wrap=True)
    show.print("  starter/       what they begin with", markup=False, soft_wrap=True)
    show.print(
        f"{targets['reference']}/ holds right and wrong solutions: peers, accepted, rejected.",
        markup=False,
        soft_wrap=True,
    )
    show.print(
        f"After each change: `grader lint exercises/{name}` and `grader selftest {name}`.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def _copy(source: Path, target: Path, name: str) -> None:
    """Copy a folder, with the exercise's name in the place of the placeholder."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in target.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(_PLACEHOLDER, name.encode()))
