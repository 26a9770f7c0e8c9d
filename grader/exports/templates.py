"""The texts of bundles: Jinja templates below `templates/<target>/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jinja2

from grader.exports.base import File

_FOLDER: Final = Path(__file__).with_name("templates")
_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - scripts and settings; none of their values comes from a student
)


def filled(name: str, *, executable: bool = False, **values: Any) -> File:
    """Return a template with its values filled in.

    Args:
        name: path of the template, e.g. `jenkins/Jenkinsfile.j2`.
        executable: it becomes a program.
        values: by the names the template has for them.
    """
    text = _ENVIRONMENT.get_template(name).render(values)
    return File(content=text.encode(), executable=executable)
