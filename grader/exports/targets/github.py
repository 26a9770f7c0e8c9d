"""GitHub Actions: a composite action, annotations on the student's lines, and a summary of the job.

Commands to the runner are lines of a job's output, `::error file=...::text`: no line of a student's is
printed as it is (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from grader.exports import markdown
from grader.exports.base import Course, Document, File, Result, Surroundings, Target
from grader.exports.located import Located, checkout, located
from grader.exports.site import PACKAGES
from grader.exports.templates import filled
from grader.model.verdict import Severity, Verdict
from grader.reporters import explain, junit

REPORT: Final = "ipc-grader.xml"
"""The JUnit report, in $RUNNER_TEMP: in the repository a student could have put a file of that name."""

_ANNOTATIONS_MAX: Final = 10  # of errors, and of warnings, that GitHub shows for a step
_MESSAGE_MAX: Final = 4000
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
    yield Document(text="".join(f"{line}\n" for line in _log(told, found)))


def _log(verdict: Verdict, found: list[Located]) -> Iterator[str]:
    errors = [one for one in found if one.finding.severity is Severity.ERROR]
    advice = [one for one in found if one.finding.severity is Severity.ADVICE]
    undecided = explain.open_question(verdict)
    if undecided:
        yield command("warning", undecided, title="not decided")
    yield from _annotations("error", errors, _ANNOTATIONS_MAX)
    yield from _annotations("warning", advice, _ANNOTATIONS_MAX - bool(undecided))
    yield explain.summary(verdict)


def _annotations(level: str, found: list[Located], most: int) -> Iterator[str]:
    shown = found if len(found) <= most else found[: most - 1]
    for one in shown:
        place = {"file": one.path, "line": str(max(one.finding.line, 1))} if one.path else {}
        yield command(level, one.text, **place, title=explain.headline(one.finding))
    if len(shown) < len(found):
        rest = explain.count(len(found) - len(shown), "more finding")
        yield command(level, f"{rest}: see the summary of this job", title="more")


def command(name: str, text: str, **properties: str) -> str:
    """Return a line the runner takes for a command, whatever is in the text."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    cut = text if len(text) <= _MESSAGE_MAX else f"{text[:_MESSAGE_MAX]} [...]"
    return f"::{name} {told}::{_data(cut)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


TARGET: Final = Target(title="GitHub Actions", files=_files, result=Result(render=_render, check=_check))
