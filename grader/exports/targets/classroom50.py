"""Classroom 50: an autograder to drop in, and its `result.json`.

The rules are those of foundation50/classroom50: wiki/Advanced-Autograding.md, and `validate_result` in its
runner. That sets owner, kind of assignment and the moment of submission itself. With a status other than 0 it
throws the result away, so that one is given only where nothing was graded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from grader.exports import annotating, feedback, markdown
from grader.exports.base import Course, Document, File, Result, Surroundings, Target
from grader.exports.located import checkout, located
from grader.exports.machine import kit
from grader.exports.site import PACKAGES, part_of
from grader.exports.templates import filled
from grader.exports.whole import whole_points
from grader.model.verdict import Outcome, Verdict
from grader.reporters import explain

RESULT: Final = "result.json"
PAGE: Final = "release-body.md"

_NEEDED: Final = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "USERNAME")
_NOT_GRADED: Final = 2
_PAGE_MAX: Final = 100_000  # GitHub takes 125,000 characters for a release
_RUNTIME: Final = {"runs-on": "ubuntu-24.04", "python": "3.12"}


def _files(course: Course) -> Mapping[str, File]:
    files: dict[str, File] = {}
    for exercise in course.exercises:
        folder = f"autograders/{exercise.id}"
        own = replace(course, site=part_of(course, frozenset({exercise.id})))
        files |= {f"{folder}/{path}": file for path, file in kit(own).items()}
        files[f"{folder}/autograder.py"] = filled("classroom50/autograder.py.j2", exercise=exercise)
    runtime = json.dumps({**_RUNTIME, "apt": list(PACKAGES)}, indent=2) + "\n"
    return {**files, "runtime.json": File(content=runtime.encode())}


def _check(surroundings: Surroundings) -> None:
    checkout(surroundings, "GITHUB_WORKSPACE")
    for name in _NEEDED:
        surroundings.variable(name)


def _render(verdict: Verdict, surroundings: Surroundings) -> Iterable[Document]:
    told = feedback.shown(verdict, surroundings)
    repository = checkout(surroundings, "GITHUB_WORKSPACE")
    yield Document(
        text=json.dumps(_result(told, surroundings), indent=2) + "\n",
        path=repository / RESULT,
    )
    yield Document(text=markdown.page(told, size=_PAGE_MAX), path=repository / PAGE)
    undecided = explain.open_question(told)
    output = surroundings.environment.get("GITHUB_OUTPUT", "")
    if undecided and output:
        yield Document(text=f"status=error\nsummary={undecided}\n", path=Path(output), append=True)
    found = located(told, surroundings.submission, repository)
    yield Document(text=annotating.log(told, found))


def _result(verdict: Verdict, surroundings: Surroundings) -> dict[str, Any]:
    points = whole_points(verdict)
    given = surroundings.environment
    return {
        "schema": "classroom50/result/v1",
        "classroom": surroundings.variable("CLASSROOM"),
        "assignment": surroundings.variable("ASSIGNMENT"),
        "assignment_type": given.get("ASSIGNMENT_TYPE") or "individual",
        "owner": given.get("OWNER") or surroundings.variable("USERNAME"),
        "submission": surroundings.variable("SUBMISSION_TAG"),
        "commit": surroundings.variable("COMMIT_URL"),
        "release": surroundings.variable("RELEASE_URL"),
        "review": given.get("REVIEW_URL") or surroundings.variable("COMMIT_URL"),
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(reached for reached, _ in points.values()),
        "max-score": sum(most for _, most in points.values()),
        "tests": [
            {
                "test-name": explain.one_line(f"{scenario.id}: {scenario.title}"),
                "passed": scenario.outcome is Outcome.PASSED,
                "score": points[scenario.id][0],
                "max-score": points[scenario.id][1],
                "outcome": scenario.outcome.value,
                "message": feedback.gist(verdict, scenario),
            }
            for scenario in verdict.scenarios
        ],
    }


def _status(verdict: Verdict) -> int:
    graded = any(scenario.outcome is not Outcome.ERROR for scenario in verdict.scenarios)
    return 0 if graded else _NOT_GRADED


TARGET: Final = Target(
    title="Classroom 50", files=_files, result=Result(render=_render, check=_check, status=_status)
)
