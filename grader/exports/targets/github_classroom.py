"""GitHub Classroom, which was retired on 28 August 2026: its `result`, for reporters that still run.

What its reporter (classroom-resources/autograding-grading-reporter) reads is the output of a step: JSON in
base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from grader.deciding import exit_status
from grader.exports import annotating, feedback
from grader.exports.base import Document, Result, Surroundings, Target
from grader.exports.located import checkout, located
from grader.exports.whole import whole_points
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.reporters import explain

_STATUS: Final = ("pass", "fail", "error")
"""By exit status."""


def _check(surroundings: Surroundings) -> None:
    checkout(surroundings, "GITHUB_WORKSPACE")
    surroundings.variable("GITHUB_OUTPUT")


def _render(verdict: Verdict, surroundings: Surroundings) -> Iterable[Document]:
    told = feedback.shown(verdict, surroundings)
    result = base64.b64encode(json.dumps(_result(told)).encode()).decode()
    yield Document(text=f"result={result}\n", path=Path(surroundings.variable("GITHUB_OUTPUT")), append=True)
    found = located(told, surroundings.submission, checkout(surroundings, "GITHUB_WORKSPACE"))
    yield Document(text=annotating.log(told, found))


def _result(verdict: Verdict) -> dict[str, Any]:
    points = whole_points(verdict)
    return {
        "version": 1,
        "status": _STATUS[exit_status(verdict)],
        "max_score": sum(most for _, most in points.values()),
        "tests": [
            {
                "name": explain.one_line(f"{scenario.id}: {scenario.title}"),
                "status": _word(scenario),
                "score": points[scenario.id][0],
                "message": feedback.gist(verdict, scenario),
                "test_code": "",
                "filename": "",
                "line_no": 0,
                "duration": round(scenario.time_s * 1000),
            }
            for scenario in verdict.scenarios
        ],
    }


def _word(scenario: ScenarioResult) -> str:
    if scenario.outcome is Outcome.PASSED:
        return "pass"
    return "error" if scenario.outcome in feedback.UNDECIDED else "fail"


TARGET: Final = Target(title="GitHub Classroom", result=Result(render=_render, check=_check))
