"""What goes along with a bundle: the grader itself, and the exercises with the peers their reference has."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from grader.config import CONFIG_NAME, EXERCISES_NAME, REFERENCE_NAME, reference_of
from grader.exports.base import Course, File

PACKAGES: Final = ("bubblewrap", "gcc", "libc6-dev", "libseccomp2", "make", "python3", "python3-venv")
"""Debian packages a machine needs to grade; `grader doctor` tells what is missing."""

REQUIREMENTS: Final = "requirements.txt"

_PACKAGE = Path(__file__).resolve().parents[1]
_LEFT_OUT = frozenset({"__pycache__"})
_DISTRIBUTION = "ipc-grader"


def site_files(root: Path, folders: Mapping[str, Path]) -> dict[str, File]:
    """Return all it takes to grade exercises elsewhere: put into one folder, it is a site of its own.

    `python3 -m grader` in that folder is the grader once `requirements.txt` is installed. The accepted and
    rejected solutions of the reference stay at home: no grading needs them.

    Args:
        root: the site, for its `config.yaml`.
        folders: of the exercises, wherever they lie, by their ids.
    """
    files = dict(_below(_PACKAGE, _PACKAGE.name))
    for exercise, folder in folders.items():
        place = f"{EXERCISES_NAME}/{exercise}"
        own = f"{place}/{REFERENCE_NAME}/"
        files |= {path: file for path, file in _below(folder, place) if not path.startswith(own)}
        files |= _below(reference_of(folder) / "peers", f"{REFERENCE_NAME}/{exercise}/peers")
    config = root / CONFIG_NAME
    if config.is_file():
        files[CONFIG_NAME] = File(content=config.read_bytes())
    files[REQUIREMENTS] = File(content="".join(f"{line}\n" for line in requirements()).encode())
    return files


def part_of(course: Course, exercises: frozenset[str]) -> dict[str, File]:
    """Return the part of a course's site that some of its exercises need."""
    others = {exercise.id for exercise in course.exercises} - exercises
    left_out = tuple(f"{top}/{other}/" for top in (EXERCISES_NAME, REFERENCE_NAME) for other in others)
    return {path: file for path, file in course.site.items() if not path.startswith(left_out)}


def requirements() -> list[str]:
    """Return the Python packages the grader needs, each with its version, as pip takes them."""
    declared = importlib.metadata.requires(_DISTRIBUTION) or []
    return sorted(line for line in declared if "extra ==" not in line)


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, File]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT.intersection(inside.parts):
            executable = bool(path.stat().st_mode & 0o100)
            yield f"{prefix}/{inside.as_posix()}", File(content=path.read_bytes(), executable=executable)
