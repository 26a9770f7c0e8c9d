"""Gradescope: a zip for each exercise, and `results.json`, written again after each scenario.

A test for each scenario. Hidden ones are shown when the grades are published, and never with what they found.
Texts are Markdown in which all that comes from a program stands in code blocks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from grader.exports import feedback, markdown
from grader.exports.archives import zipped
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.contained import CACHE, site_of
from grader.exports.machine import PREFIX
from grader.exports.site import PACKAGES, REQUIREMENTS
from grader.exports.templates import filled
from grader.model.errors import UsageError
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.reporters import explain

RESULTS: Final = Path("/autograder/results/results.json")

_TEST_MAX: Final = 20_000
"""Bytes of text for one test, so that a page can still be read."""


def _files(course: Course) -> Mapping[str, File]:
    """A zip for each exercise: an assignment of Gradescope's has one."""
    return {f"{exercise.id}.zip": _archive(course, exercise.id) for exercise in course.exercises}


def _archive(course: Course, exercise: str) -> File:
    packages = " ".join(sorted({*PACKAGES, "ca-certificates"}))
    files = {f"site/{path}": file for path, file in site_of(course, frozenset({exercise})).items()}
    for script in ("setup.sh", "run_autograder"):
        files[script] = filled(
            f"gradescope/{script}.j2",
            executable=True,
            exercise=exercise,
            packages=packages,
            prefix=PREFIX,
            requirements=REQUIREMENTS,
            cache=CACHE,
        )
    return File(content=zipped(files))


def _check(_surroundings: Surroundings) -> None:
    if not RESULTS.parent.is_dir():
        raise UsageError(f"there is no folder {RESULTS.parent}: only in Gradescope's container there is one")


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    shown = feedback.shown(verdict, surroundings)
    result = {
        "output": _summary(shown),
        "output_format": "md",
        "stdout_visibility": "hidden",
        "execution_time": round(sum(scenario.time_s for scenario in shown.scenarios), 2),
        "tests": [
            _test(shown, scenario, number, reveal=surroundings.reveal_hidden)
            for number, scenario in enumerate(shown.scenarios, 1)
        ],
    }
    return [Document(text=json.dumps(result, indent=1) + "\n", path=RESULTS)]


def _test(verdict: Verdict, scenario: ScenarioResult, number: int, *, reveal: bool) -> dict[str, Any]:
    # What only teachers may read must not be shown to students one day.
    hidden = "hidden" if reveal else "after_published"
    said = feedback.details(verdict, scenario)
    return {
        "name": explain.one_line(f"{scenario.id}: {scenario.title}"),
        "name_format": "text",
        "number": str(number),
        "score": feedback.number(scenario.points),
        "max_score": feedback.number(scenario.points_max),
        "status": "passed" if scenario.outcome is Outcome.PASSED else "failed",
        "output": markdown.fenced(feedback.cut(said, _TEST_MAX)) if said else "",
        "output_format": "md",
        "tags": [explain.OUTCOME_WORDS[scenario.outcome]],
        "visibility": hidden if scenario.hidden else "visible",
    }


def _summary(verdict: Verdict) -> str:
    rows = [markdown.escaped(note) + "\n" for note in feedback.notes(verdict)]
    rows.append(markdown.escaped(f"Isolation: {verdict.isolation}.") + "\n")
    said = feedback.build_text(verdict)
    if said:
        rows += ["The build said:\n", markdown.fenced(feedback.cut(said, _TEST_MAX))]
    return "\n".join(rows)


TARGET: Final = Target(
    title="Gradescope",
    files=_files,
    result=Result(render=_render, check=_check, partial=True, status=always(0)),
)
