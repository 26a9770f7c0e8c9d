"""GitHub Actions: a composite action, annotations on the student's lines, and a summary of the job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from grader.exports import annotating, markdown
from grader.exports.base import Course, Document, File, Result, Surroundings, Target
from grader.exports.located import checkout, located
from grader.exports.site import PACKAGES
from grader.exports.templates import filled
from grader.model.verdict import Verdict
from grader.reporters import explain, junit

REPORT: Final = "ipc-grader.xml"
"""The JUnit report, in $RUNNER_TEMP: in the repository a student could have put a file of that name."""

_SUMMARY_MAX: Final = 1 << 20


def _files(course: Course) -> Mapping[str, File]:
    exercises = [exercise.id for exercise in course.exercises]
    bundle = {
        "action.yml": filled("github/action.yml.j2", packages=PACKAGES, exercises=exercises, report=REPORT)
    }
    for exercise in course.exercises:
        bundle[f"workflows/{exercise.id}.yml"] = filled("github/workflow.yml.j2", exercise=exercise)
    return {**course.site, **bundle}


def _check(surroundings: Surroundings) -> None:
    checkout(surroundings, "GITHUB_WORKSPACE")
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"):
        surroundings.variable(name)


def _render(verdict: Verdict, surroundings: Surroundings) -> Iterable[Document]:
    told = explain.withhold(verdict, reveal_hidden=surroundings.reveal_hidden)
    found = located(told, surroundings.submission, checkout(surroundings, "GITHUB_WORKSPACE"))
    yield Document(
        text=junit.render(told, reveal_hidden=True), path=Path(surroundings.variable("RUNNER_TEMP")) / REPORT
    )
    yield Document(
        text=markdown.page(told, size=_SUMMARY_MAX),
        path=Path(surroundings.variable("GITHUB_STEP_SUMMARY")),
        append=True,
    )
    yield Document(
        text=f"points={explain.format_points(told.points)}\n"
        f"max_points={explain.format_points(told.points_max)}\noutcome={told.outcome.value}\n",
        path=Path(surroundings.variable("GITHUB_OUTPUT")),
        append=True,
    )
    yield Document(text=annotating.log(told, found))


TARGET: Final = Target(title="GitHub Actions", files=_files, result=Result(render=_render, check=_check))
