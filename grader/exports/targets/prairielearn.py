"""PrairieLearn: an image, a question for each exercise, and `/grade/results/results.json`.

A submission that does not build is not gradable, so it costs no attempt; nor does one we could not grade.
PrairieLearn shows messages as text in which ANSI sequences are colours: there are none of these in ours.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from grader.exports import feedback
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.contained import CACHE, site_of
from grader.exports.machine import PREFIX, prepared
from grader.exports.templates import filled
from grader.model.errors import UsageError
from grader.model.exercise import Exercise
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.reporters import explain

GRADE: Final = Path("/grade")
RESULTS: Final = GRADE / "results" / "results.json"
COURSE: Final = "/opt/ipc-course"
"""Where the exercises are in the image."""

SIZE: Final = 1_000_000
"""Bytes of a result that PrairieLearn takes."""

_NAMES: Final = uuid.UUID("6f0a3a0e-3c0f-5d0e-9a44-0d5f5f4b1c11")
"""Of questions' UUIDs: the same exercise has the same one in each export."""

_SUFFIXES: Final = {"c": ".c", "python": ".py"}
_TEXT_MAX: Final = 200_000
_SHARE: Final = 3
"""JSON may take several bytes for one of UTF-8; the rest of a result is small."""


def _files(course: Course) -> Mapping[str, File]:
    """The image, and a folder for each question."""
    values: dict[str, Any] = {
        "prefix": PREFIX,
        "course": COURSE,
        "cache": CACHE,
        "exercise": course.exercises[0].id,
    }
    site = site_of(course, frozenset(exercise.id for exercise in course.exercises))
    files = {f"image/site/{path}": file for path, file in site.items()}
    files |= prepared(course, "image/setup")
    files["image/Dockerfile"] = filled("prairielearn/Dockerfile.j2", **values)
    files["image/grade.sh"] = filled("prairielearn/grade.sh.j2", executable=True, **values)
    for exercise in course.exercises:
        files |= _question(exercise)
    return files


def _question(exercise: Exercise) -> dict[str, File]:
    folder = f"questions/ipc-{exercise.id}"
    names = [
        f"{role}{_SUFFIXES[language]}"
        for role in exercise.written
        for language in exercise.languages
        if language in _SUFFIXES
    ]
    info = {
        "uuid": str(uuid.uuid5(_NAMES, exercise.id)),
        "title": exercise.title,
        "topic": "Interprocess communication",
        "tags": [str(mechanism) for mechanism in exercise.mechanisms],
        "type": "v3",
        "gradingMethod": "External",
        "singleVariant": True,
        "externalGradingOptions": {
            "enabled": True,
            "image": "YOUR-REGISTRY/ipc-grader",
            "entrypoint": f"{COURSE}/grade.sh {exercise.id}",
            "timeout": 600,
        },
    }
    page = filled("prairielearn/question.html.j2", exercise=exercise, names=",".join([*names, "Makefile"]))
    return {
        f"{folder}/info.json": File(content=(json.dumps(info, indent=2) + "\n").encode()),
        f"{folder}/question.html": page,
    }


def _check(_surroundings: Surroundings) -> None:
    if not RESULTS.parent.is_dir():
        raise UsageError(
            f"there is no folder {RESULTS.parent}: only in PrairieLearn's container there is one"
        )


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    shown = feedback.shown(verdict, surroundings)
    text = _text(shown, _TEXT_MAX)
    if len(text) > SIZE:
        text = _text(shown, SIZE // _SHARE // (2 * len(shown.scenarios) + 2))
    return [Document(text=text, path=RESULTS)]


def _text(verdict: Verdict, share: int) -> str:
    return json.dumps(_result(verdict, share), indent=1) + "\n"


def _result(verdict: Verdict, share: int) -> dict[str, Any]:
    notes = "\n".join(feedback.notes(verdict)) + f"\nIsolation: {verdict.isolation}."
    if explain.failed_to_build(verdict):
        told = [f"{finding.part}: {finding.message}".lstrip(": ") for finding in verdict.build]
        return {
            "gradable": False,
            "format_errors": [explain.one_line(line) for line in told],
            "message": "The submission does not build. This costs no attempt.",
            "output": feedback.cut(feedback.build_text(verdict), share),
        }
    if any(scenario.outcome is Outcome.ERROR for scenario in verdict.scenarios):
        return {
            "gradable": False,
            "format_errors": ["The grader failed: tell your instructor. This costs no attempt."],
            "message": feedback.cut(notes, share),
            "output": feedback.cut(feedback.report(verdict), share),
        }
    whole = verdict.points_max
    return {
        "gradable": True,
        "score": round(min(1.0, verdict.points / whole), 6) if whole else 0.0,
        "message": feedback.cut(notes, share),
        "output": feedback.cut(feedback.build_text(verdict), share),
        "tests": [_test(verdict, scenario, share) for scenario in verdict.scenarios],
    }


def _test(verdict: Verdict, scenario: ScenarioResult, share: int) -> dict[str, Any]:
    return {
        "name": explain.one_line(f"{scenario.id}: {scenario.title}"),
        "description": explain.OUTCOME_WORDS[scenario.outcome],
        "points": feedback.number(scenario.points),
        "max_points": feedback.number(scenario.points_max),
        "message": "",
        "output": feedback.cut(feedback.details(verdict, scenario), share),
    }


TARGET: Final = Target(
    title="PrairieLearn", files=_files, result=Result(render=_render, check=_check, status=always(0))
)
