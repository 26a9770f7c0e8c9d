"""GitLab CI: a JUnit report, a code quality report, and a job that students cannot change.

A code quality report is an array of objects of which GitLab reads `description`, `check_name`, `fingerprint`,
`severity` and `location`; of two with one fingerprint it shows the first
(https://docs.gitlab.com/ci/testing/code_quality/).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from grader.exports import feedback
from grader.exports.base import Course, Document, File, Result, Surroundings, Target
from grader.exports.container import image
from grader.exports.located import Located, checkout, located
from grader.exports.templates import filled
from grader.model.verdict import Severity, Verdict
from grader.reporters import explain, junit

REPORT: Final = "ipc-grader.xml"
QUALITY: Final = "ipc-grader-code-quality.json"

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.ADVICE: "minor"}


def _files(course: Course) -> Mapping[str, File]:
    files = {**image(course), ".gitlab-ci.yml": filled("gitlab/image.yml.j2")}
    for exercise in course.exercises:
        files[f"jobs/{exercise.id}.yml"] = filled(
            "gitlab/job.yml.j2", exercise=exercise, report=REPORT, quality=QUALITY
        )
    return files


def _check(surroundings: Surroundings) -> None:
    checkout(surroundings, "CI_PROJECT_DIR")


def _render(verdict: Verdict, surroundings: Surroundings) -> Iterable[Document]:
    told = feedback.shown(verdict, surroundings)
    repository = checkout(surroundings, "CI_PROJECT_DIR")
    found = located(told, surroundings.submission, repository)
    yield Document(text=junit.render(told, reveal_hidden=True), path=repository / REPORT)
    yield Document(
        text=json.dumps([_problem(told, one) for one in found if one.path], indent=2) + "\n",
        path=repository / QUALITY,
    )
    yield Document(text=feedback.report(told))


def _problem(verdict: Verdict, one: Located) -> dict[str, Any]:
    finding = one.finding
    line = max(finding.line, 1)
    identity = json.dumps([verdict.exercise, finding.check, finding.severity.value, one.path, line])
    return {
        "description": explain.one_line(finding.message),
        "check_name": finding.check,
        "fingerprint": hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": one.path, "lines": {"begin": line}},
    }


TARGET: Final = Target(title="GitLab CI", files=_files, result=Result(render=_render, check=_check))
