"""`grader export TARGET EX... --out DIR`: what an LMS or CI system takes."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands import console
from grader.commands.formatted import find_target
from grader.config import load_config, site_root
from grader.exports.base import Course, File
from grader.exports.site import site_files
from grader.model.errors import UsageError


def run(options: argparse.Namespace) -> int:
    """Write a target's bundle and say what is in it."""
    target = find_target(options.target)
    if target.files is None:
        raise UsageError(f"{target.title} needs no bundle: see docs/lms/{options.target}.md")
    found = {name: console.exercise(name) for name in options.exercises}
    course = Course(
        exercises=tuple(found.values()),
        site=site_files(site_root(), {exercise.id: console.folder(name) for name, exercise in found.items()}),
        config=load_config(),
    )
    files = dict(target.files(course))
    _write(options.out, files)
    show = console.stdout()
    top = sorted({path.split("/")[0] for path in files})
    show.print(f"{target.title}: {', '.join(top)} in {options.out}", markup=False, soft_wrap=True)
    show.print(f"what to do with it: docs/lms/{options.target}.md", markup=False, soft_wrap=True)
    return 0


def _write(out: Path, files: dict[str, File]) -> None:
    if out.is_dir() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty: name a new folder, or empty it")
    try:
        for path, file in files.items():
            place = out / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.content)
            place.chmod(0o755 if file.executable else 0o644)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
