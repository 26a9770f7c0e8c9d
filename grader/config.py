"""The site: where its exercises are, and what its `config.yaml` says."""

from __future__ import annotations

from pathlib import Path

from grader.catalogue.nodes import read_file
from grader.catalogue.validate import validate
from grader.model.config import Config
from grader.model.errors import CatalogueError

CONFIG_NAME = "config.yaml"
EXERCISES_NAME = "exercises"
REFERENCE_NAME = "reference"


def site_root(start: Path | None = None) -> Path:
    """Return the folder that holds `exercises/` and `config.yaml`.

    Args:
        start: where to begin; None: the working directory.

    Returns:
        The nearest folder with an `exercises` folder, from `start` upwards; else the one this package was
        installed from, if it has one; else `start`.
    """
    here = (start or Path.cwd()).resolve()
    package = Path(__file__).resolve().parents[1]
    for folder in (here, *here.parents, package):
        if (folder / EXERCISES_NAME).is_dir():
            return folder
    return here


def reference_of(exercise: Path) -> Path:
    """Return the folder of an exercise's reference.

    Args:
        exercise: the exercise's folder.

    Returns:
        The folder `reference` in it, if there is one; else, as in a site, the one beside `exercises`.
    """
    own = exercise / REFERENCE_NAME
    whole = exercise.absolute()
    return own if own.is_dir() else whole.parent.parent / REFERENCE_NAME / whole.name


def load_config(path: Path | None = None) -> Config:
    """Load the settings of a site.

    Args:
        path: the file; None: `config.yaml` of the site, and the defaults if it has none.

    Returns:
        The settings; what the file does not say has its default.

    Raises:
        CatalogueError: with all problems of the file.
    """
    if path is None:
        path = site_root() / CONFIG_NAME
        if not path.exists():
            return Config()
    document = read_file(path, empty_ok=True)
    config, problems = validate(document, Config)
    if config is None:
        raise CatalogueError(problems)
    return config
