"""The settings under which an exercise is graded: those of its site."""

from __future__ import annotations

from pathlib import Path

from grader.config import CONFIG_NAME, load_config, site_root
from grader.model.config import Config


def settings(exercise: Path) -> Config:
    """Return the settings of the site that an exercise belongs to, whatever the working directory is.

    Raises:
        CatalogueError: with all problems of the file.
    """
    path = site_root(exercise.parent) / CONFIG_NAME
    return load_config(path) if path.exists() else Config()
