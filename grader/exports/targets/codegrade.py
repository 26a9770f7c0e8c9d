"""CodeGrade: JUnit XML at $CG_JUNIT_XML_LOCATION, in a step of its own for each exercise.

Passed cases are divided by all of them, times the weight of the step; properties are not supported, and
skipped cases are left out of the total. Newer versions take a `weight` of each case into account: that is
how points are carried. Where they do not, each scenario counts the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.exports.archives import tarred
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.cases import counted
from grader.exports.machine import kit, prepared
from grader.model.errors import UsageError
from grader.model.verdict import Verdict

ARCHIVE: Final = "ipc-course.tgz"
VARIABLE: Final = "CG_JUNIT_XML_LOCATION"


def _files(course: Course) -> Mapping[str, File]:
    """One archive, to be uploaded: the grader, and the script that installs what it needs."""
    folder = "ipc-course"
    files = {f"{folder}/{path}": file for path, file in kit(course).items()} | prepared(course, folder)
    return {ARCHIVE: File(content=tarred(files, compressed=True))}


def _location(surroundings: Surroundings) -> Path:
    return surroundings.folder / surroundings.variable(VARIABLE)


def _check(surroundings: Surroundings) -> None:
    location = _location(surroundings)
    if not location.parent.is_dir():
        raise UsageError(f"${VARIABLE} is {location}, but there is no folder {location.parent}")


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    text = counted(verdict, surroundings, weights=True, in_message=False)
    return [Document(text=text, path=_location(surroundings))]


TARGET: Final = Target(
    title="CodeGrade",
    files=_files,
    result=Result(render=_render, check=_check, partial=True, status=always(0)),
)
