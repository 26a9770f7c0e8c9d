"""Jenkins: JUnit that the strict schema of its xUnit plug-in takes, and a pipeline in a container."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from grader.deciding import exit_status
from grader.exports import feedback
from grader.exports.base import Course, Document, File, Result, Surroundings, Target
from grader.exports.container import image
from grader.exports.located import checkout
from grader.exports.templates import filled
from grader.model.verdict import Verdict
from grader.reporters import junit

REPORT: Final = "ipc-grader.xml"

_UNDECIDED: Final = 2


def _files(course: Course) -> Mapping[str, File]:
    files = dict(image(course))
    for exercise in course.exercises:
        files[f"jobs/{exercise.id}.Jenkinsfile"] = filled(
            "jenkins/Jenkinsfile.j2", exercise=exercise, report=REPORT
        )
    return files


def _check(surroundings: Surroundings) -> None:
    checkout(surroundings, "WORKSPACE")


def _render(verdict: Verdict, surroundings: Surroundings) -> Iterable[Document]:
    told = feedback.shown(verdict, surroundings)
    yield Document(
        text=junit.render(told, reveal_hidden=True), path=checkout(surroundings, "WORKSPACE") / REPORT
    )
    yield Document(text=feedback.report(told))


def _status(verdict: Verdict) -> int:
    """Let the JUnit report tell what failed, which makes a build unstable; a failed build needs a person."""
    return _UNDECIDED if exit_status(verdict) == _UNDECIDED else 0


TARGET: Final = Target(
    title="Jenkins", files=_files, result=Result(render=_render, check=_check, status=_status)
)
