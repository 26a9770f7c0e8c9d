"""Moodle's Virtual Programming Lab: comments and `Grade :=>>` on standard output, the last of which counts.

Each line of a finding begins with `>`, by which VPL shows it as it is: so none of them can be a grade, a
title or the end of the block of comments. The grade comes last of all, in the range the activity has.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Final

from grader.exports import feedback
from grader.exports.archives import tarred
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.machine import kit, prepared
from grader.exports.templates import filled
from grader.model.errors import UsageError
from grader.model.verdict import Verdict
from grader.reporters import explain

ARCHIVE: Final = "ipc-grader.tgz"
LOWEST: Final = "VPL_GRADEMIN"
HIGHEST: Final = "VPL_GRADEMAX"
SIZE: Final = 256 << 10
"""Bytes of comments; Moodle keeps them in its database. VPL itself states no limit."""

_CENTS: Final = 100


def _files(course: Course) -> Mapping[str, File]:
    """A folder for each exercise, with what is uploaded as execution files; and one for the jail server."""
    archive = tarred(kit(course), compressed=True)
    files = dict(prepared(course, "jail"))
    for exercise in course.exercises:
        for script, target in (("vpl_run.sh", ""), ("vpl_evaluate.sh", "vpl")):
            files[f"{exercise.id}/{script}"] = filled(
                "vpl/script.sh.j2",
                executable=True,
                script=script,
                exercise=exercise.id,
                target=target,
                archive=ARCHIVE,
                digest=hashlib.sha256(archive).hexdigest(),
            )
        files[f"{exercise.id}/{ARCHIVE}"] = File(content=archive)
    return files


def _range(surroundings: Surroundings) -> tuple[float, float]:
    values: list[float] = []
    for name in (LOWEST, HIGHEST):
        text = surroundings.variable(name)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"${name} is `{text}`, and should be a number: grade the activity by points")
        values.append(value)
    if values[0] >= values[1]:
        raise UsageError(f"${LOWEST} is not below ${HIGHEST}: give the activity a maximum grade above 0")
    return values[0], values[1]


def _check(surroundings: Surroundings) -> None:
    _range(surroundings)


def grade(points: float, points_max: float, lowest: float, highest: float) -> float:
    """Map points to a range, rounded down to hundredths: the highest grade is for full marks only."""
    share = points / points_max if points_max else 1.0
    exact = lowest + (highest - lowest) * share
    rounded = math.floor(round(exact * _CENTS, 6)) / _CENTS
    return min(highest, max(lowest, rounded))


def _comments(verdict: Verdict) -> Iterator[str]:
    yield f"-{explain.one_line(verdict.title)}"
    yield from _quoted("\n".join(feedback.notes(verdict)))
    if said := feedback.build_text(verdict):
        yield "-What the build said"
        yield from _quoted(said)
    for scenario in verdict.scenarios:
        yield f"-{feedback.heading(scenario)}"
        yield from _quoted(feedback.details(verdict, scenario))


def _quoted(text: str) -> Iterator[str]:
    yield from (f">{row}" for row in text.split("\n") if row)


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    comments = feedback.cut("\n".join(_comments(feedback.shown(verdict, surroundings))), SIZE, ">")
    rows = ["", "<|--", comments, "--|>", ""]
    if not any(scenario.outcome in feedback.UNDECIDED for scenario in verdict.scenarios):
        worth = grade(verdict.points, verdict.points_max, *_range(surroundings))
        rows += [f"Grade :=>>{feedback.number(worth)}", ""]
    return [Document(text="\n".join(rows))]


TARGET: Final = Target(
    title="Moodle VPL", files=_files, result=Result(render=_render, check=_check, status=always(0))
)
