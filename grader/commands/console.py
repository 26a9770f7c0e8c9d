"""The terminal that commands write to, and where the site is."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from rich.console import Console

from grader.catalogue.load import Catalogue, load_catalogue, load_exercise
from grader.config import site_root
from grader.model.errors import UsageError
from grader.model.exercise import Exercise


def stdout() -> Console:
    """Return the console of standard output."""
    return Console(highlight=False)


def stderr() -> Console:
    """Return the console of standard error, for progress."""
    return Console(stderr=True, highlight=False)


def catalogue() -> Catalogue:
    """Load the site's catalogue."""
    return load_catalogue(site_root() / "exercises")


def exercise(name: str) -> Exercise:
    """Load one exercise, so that a mistake in another one is in nobody's way.

    Raises:
        UsageError: there is none of that name; the text suggests the nearest.
    """
    path = site_root() / "exercises" / name / "exercise.yaml"
    if re.fullmatch(r"[a-z0-9-]+", name) and path.is_file():
        return load_exercise(path)
    names = sorted(found.parent.name for found in (site_root() / "exercises").glob("*/exercise.yaml"))
    near = difflib.get_close_matches(name, names, 1)
    hint = f"; did you mean `{near[0]}`?" if near else " (`grader list` shows them)"
    raise UsageError(f"there is no exercise `{name}`{hint}")


def folder(name: str) -> Path:
    """Return the folder of an exercise."""
    return site_root() / "exercises" / name


def reference(exercise: str) -> Path:
    """Return the folder of an exercise's reference."""
    return site_root() / "reference" / exercise
