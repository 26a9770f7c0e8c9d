"""Autolab: the last line of standard output has the scores, the line before it the staged feedback.

An autograded problem for each scenario, named by its id. What could not be decided has no score: Autolab then
leaves the problem to a person. Whatever else is printed stands before these two lines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from grader.exports import feedback
from grader.exports.archives import tarred
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.machine import kit, prepared
from grader.exports.templates import filled
from grader.model.exercise import Exercise
from grader.model.verdict import Outcome, Verdict
from grader.reporters import explain

SIZE: Final = 1000 << 10
"""Bytes of output that Tango keeps; what is beyond is lost, and with it the scores."""

_SPARE: Final = 1 << 10


def _files(course: Course) -> Mapping[str, File]:
    """A lab for each exercise: as a folder, and as the archive that Autolab imports."""
    files = dict(prepared(course, "image"))
    handin = filled("autolab/handin.sh.j2", executable=True)
    archive = File(content=tarred({**kit(course), "handin.sh": handin}))
    for exercise in course.exercises:
        lab = exercise.id.replace("-", "")
        own = {f"{lab}/{name}": file for name, file in _lab(lab, exercise, archive).items()}
        files |= own
        files[f"{lab}.tar"] = File(content=tarred(own))
    return files


def _lab(lab: str, exercise: Exercise, archive: File) -> dict[str, File]:
    problems = [
        (json.dumps(one.id), json.dumps(one.title), feedback.number(one.points)) for one in exercise.scenarios
    ]
    return {
        "autograde-Makefile": filled("autolab/autograde-Makefile.j2", exercise=exercise.id),
        "autograde.tar": archive,
        f"{lab}.rb": filled("autolab/lab.rb.j2", lab=lab),
        f"{lab}.yml": filled(
            "autolab/lab.yml.j2", lab=lab, title=json.dumps(exercise.title), problems=problems
        ),
    }


def _stages(verdict: Verdict) -> dict[str, Any]:
    build: dict[str, Any] = {"passed": not explain.failed_to_build(verdict)}
    if not build["passed"]:
        build["hint"] = explain.one_line(feedback.build_text(verdict))
    return {
        "_presentation": "semantic",
        "stages": ["Build", "Scenarios"],
        "Build": {"Programs": build},
        "Scenarios": {
            explain.one_line(f"{scenario.id}: {scenario.title}"): (
                {"passed": True}
                if scenario.outcome is Outcome.PASSED
                else {"passed": False, "hint": feedback.gist(verdict, scenario)}
            )
            for scenario in verdict.scenarios
        },
    }


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    shown = feedback.shown(verdict, surroundings)
    scores = {
        scenario.id: feedback.number(scenario.points)
        for scenario in shown.scenarios
        if scenario.outcome not in feedback.UNDECIDED
    }
    lines = f"{json.dumps(_stages(shown))}\n{json.dumps({'scores': scores})}\n"
    report = feedback.cut(feedback.report(shown), SIZE - _SPARE - len(lines))
    return [Document(text=f"{report}\n{lines}")]


TARGET: Final = Target(title="Autolab", files=_files, result=Result(render=_render, status=always(0)))
