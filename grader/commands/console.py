"""The terminal that commands write to, and where the site is."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

from grader.catalogue.load import FILE_NAME, Catalogue, load_catalogue, load_exercise
from grader.catalogue.messages import nearest
from grader.config import EXERCISES_NAME, reference_of, site_root
from grader.model.errors import UsageError
from grader.model.exercise import Exercise

_NAME = re.compile(r"[a-z0-9-]+")


def stdout() -> Console:
    """Return the console of standard output."""
    return Console(highlight=False)


def stderr() -> Console:
    """Return the console of standard error, for progress."""
    return Console(stderr=True, highlight=False)


def catalogue() -> Catalogue:
    """Load the site's catalogue."""
    return load_catalogue(site_root() / EXERCISES_NAME)


def exercise(name: str) -> Exercise:
    """Load one exercise, so that a mistake in another one is in nobody's way.

    Args:
        name: of an exercise of the site; or the path of any exercise's folder, or of its `exercise.yaml`.

    Raises:
        UsageError: there is none; the text suggests the nearest.
        CatalogueError: with all problems of its file.
    """
    path = folder(name) / FILE_NAME
    if path.is_file():
        return load_exercise(path)
    if "/" in name:
        raise UsageError(f"there is no exercise in {name}: it has no {FILE_NAME}")
    names = sorted(found.parent.name for found in (site_root() / EXERCISES_NAME).glob(f"*/{FILE_NAME}"))
    near = nearest(name, names)
    hint = f"; did you mean `{near}`?" if near else " (`grader list` shows them)"
    raise UsageError(f"there is no exercise `{name}`{hint}")


def named(option: str | None, stored: str) -> str:
    """Return how a stored run's exercise is called now: as the user says, or as it says itself.

    Raises:
        UsageError: it was graded by its path, and the user does not say where that is.
    """
    if option is None and not (folder(stored) / FILE_NAME).is_file():
        raise UsageError(f"{site_root()} has no exercise `{stored}`; name its folder: --exercise FOLDER")
    return option or stored


def folder(name: str) -> Path:
    """Return the folder of an exercise, given as for `exercise`; it may hold none.

    A name is looked for in the site first, and then in the working directory.
    """
    own = site_root() / EXERCISES_NAME / name
    if _NAME.fullmatch(name) and ((own / FILE_NAME).is_file() or not (Path(name) / FILE_NAME).is_file()):
        return own
    path = Path(name)
    return path.parent if path.name == FILE_NAME else path


def reference(name: str) -> Path:
    """Return the folder of an exercise's reference; the exercise is given as for `exercise`."""
    return reference_of(folder(name))
