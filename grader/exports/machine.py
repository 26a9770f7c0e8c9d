"""The machine a bundle grades on: a script that prepares it, and the grader as an archive."""

from __future__ import annotations

from typing import Final

from grader.exports.base import Course, File
from grader.exports.site import PACKAGES, REQUIREMENTS
from grader.exports.templates import filled

PREFIX: Final = "/opt/ipc-grader"
"""Where the Python environment of the grader is on such a machine."""


def kit(course: Course) -> dict[str, File]:
    """Return all it takes to grade on a machine that is prepared: the site, and the script `grade.sh`.

    `grade.sh EXERCISE SUBMISSION TARGET` writes a result to standard output and nothing else to it.
    """
    files = {f"site/{path}": file for path, file in course.site.items()}
    return {**files, "grade.sh": filled("machine/grade.sh.j2", executable=True, prefix=PREFIX)}


def prepared(course: Course, folder: str) -> dict[str, File]:
    """Return what it takes to prepare an image: `setup.sh` and the list of packages it installs.

    The script is for Debian and Ubuntu, and is run once, with network: never while submissions are graded.

    Args:
        course: what the bundle is made for.
        folder: where they are put.
    """
    script = filled(
        "machine/setup.sh.j2",
        executable=True,
        packages=" ".join(PACKAGES),
        prefix=PREFIX,
        requirements=REQUIREMENTS,
    )
    return {f"{folder}/setup.sh": script, f"{folder}/{REQUIREMENTS}": course.site[REQUIREMENTS]}
