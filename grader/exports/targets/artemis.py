"""Artemis: JUnit XML, of which it takes each test case for a test of its own.

With one suite at the top, a test's key is its test case's name; they begin with the scenarios' ids. Tests are
given points in Artemis, not by us. It leaves out skipped cases, and of a failure it shows nothing but the
attribute `message` if there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.cases import counted
from grader.exports.machine import kit, prepared
from grader.exports.templates import filled
from grader.model.verdict import Verdict
from grader.reporters.explain import format_points

_SHARED: Final = ("exercises", "reference")


def _files(course: Course) -> Mapping[str, File]:
    """A folder for the image, and one for each exercise: its test repository, and the build script."""
    files: dict[str, File] = {
        "image/Dockerfile": filled("artemis/Dockerfile.j2"),
        **prepared(course, "image"),
    }
    for exercise in course.exercises:
        files |= {
            f"{exercise.id}/tests/{path}": file
            for path, file in kit(course).items()
            if _concerns(path, exercise.id)
        }
        files[f"{exercise.id}/build.sh"] = filled(
            "artemis/build.sh.j2", executable=True, exercise=exercise.id
        )
        rows = [f"{format_points(one.points)}\t{one.id}: {one.title}\n" for one in exercise.scenarios]
        files[f"{exercise.id}/points.txt"] = File(content="".join(rows).encode())
    return files


def _concerns(path: str, exercise: str) -> bool:
    parts = path.split("/")
    return len(parts) < 3 or parts[1] not in _SHARED or parts[2] == exercise


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    return [Document(text=counted(verdict, surroundings, weights=False, in_message=True))]


TARGET: Final = Target(title="Artemis", files=_files, result=Result(render=_render, status=always(0)))
