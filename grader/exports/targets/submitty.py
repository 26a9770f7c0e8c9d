"""Submitty: the grader runs once, as the first test case, and a custom validator hands its results on.

Submitty asks for each test case on its own, and gives whole points. So the first test case, worth nothing,
grades and prints the results of all scenarios as JSON; each scenario is a test case of its own that runs
nothing, whose validator looks its result up. Students' programs print nowhere near it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from grader.exports import feedback
from grader.exports.base import Course, Document, File, Result, Surroundings, Target, always
from grader.exports.machine import kit, prepared
from grader.exports.templates import filled
from grader.model.errors import UsageError
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Outcome, ScenarioResult, Verdict

WHOLE: Final = ""
"""The key of what is said of the submission as a whole; scenarios' ids are never empty."""

COURSE: Final = "/opt/ipc-course"
"""Where the exercises are in the image."""

_LIMITS: Final = {
    "RLIMIT_CPU": 900,
    "RLIMIT_FSIZE": 1 << 30,
    "RLIMIT_DATA": 4 << 30,
    "RLIMIT_AS": 16 << 30,
    "RLIMIT_NPROC": 4096,
    "RLIMIT_NOFILE": 4096,
    "RLIMIT_LOCKS": 4096,
    "RLIMIT_SIGPENDING": 4096,
    "RLIMIT_MSGQUEUE": 16 << 20,
}
"""What Submitty denies by default, or gives too little of. The grader limits students' programs itself."""

_CATEGORIES: Final = (
    "PROCESS_CONTROL_MEMORY_ADVANCED",
    "PROCESS_CONTROL_NEW_PROCESS_THREAD",
    "PROCESS_CONTROL_SYNCHRONIZATION",
    "PROCESS_CONTROL_SCHEDULING",
    "PROCESS_CONTROL_ADVANCED",
    "PROCESS_CONTROL_GET_SET_USER_GROUP_ID",
    "FILE_MANAGEMENT_MOVE_DELETE_RENAME_FILE_DIRECTORY",
    "FILE_MANAGEMENT_PERMISSIONS",
    "FILE_MANAGEMENT_CAPABILITIES",
    "FILE_MANAGEMENT_EXTENDED_ATTRIBUTES",
    "FILE_MANAGEMENT_RARE",
    "DEVICE_MANAGEMENT_NEW_DEVICE",
    "INFORMATION_MAINTENANCE_ADVANCED",
    "COMMUNICATIONS_AND_NETWORKING_SOCKETS_MINIMAL",
    "COMMUNICATIONS_AND_NETWORKING_SOCKETS",
    "COMMUNICATIONS_AND_NETWORKING_SIGNALS",
    "COMMUNICATIONS_AND_NETWORKING_INTERPROCESS_COMMUNICATION",
    "TGKILL",
    "COMMUNICATIONS_AND_NETWORKING_KILL",
    "UNKNOWN",
)
"""System calls: those of IPC, and those with which the grader watches a program and shuts it in."""

_SOURCES: Final = ("**/*.c", "**/*.h", "**/*.py", "**/*.mk", "**/Makefile", "**/makefile", "**/GNUmakefile")
"""What is graded. No .txt and no .json: nothing a student hands in is mistaken for what the grader prints."""

_STATUS: Final = {
    Outcome.PASSED: "success",
    Outcome.FAILED: "failure",
    Outcome.SKIPPED: "failure",
    Outcome.INCONCLUSIVE: "warning",
    Outcome.ERROR: "warning",
}
_FACTOR_MAX: Final = 100


def _files(course: Course) -> Mapping[str, File]:
    """A folder for the image, and for each exercise the folder of its configuration."""
    files = {f"image/{path}": file for path, file in kit(course).items()}
    files |= {
        "image/Dockerfile": filled("submitty/Dockerfile.j2", course=COURSE),
        **prepared(course, "image"),
    }
    for exercise in course.exercises:
        config = json.dumps(_config(exercise), indent=4) + "\n"
        files[f"{exercise.id}/config.json"] = File(content=config.encode())
        files[f"{exercise.id}/custom_validation_code/validate.py"] = filled("submitty/validate.py.j2")
    return files


def _factor(exercise: Exercise) -> int:
    """Return by what points are multiplied to be whole: 1 if they are."""
    fractions = [Fraction(scenario.points).limit_denominator(10**6) for scenario in exercise.scenarios]
    for factor in range(1, _FACTOR_MAX + 1):
        if all((fraction * factor).denominator == 1 for fraction in fractions):
            return factor
    raise UsageError(
        f"Submitty gives whole points, and those of {exercise.id} are not whole even {_FACTOR_MAX} times "
        "over: change them in its exercise.yaml"
    )


def _config(exercise: Exercise) -> dict[str, Any]:
    factor = _factor(exercise)
    cases = [_case(scenario, factor) for scenario in exercise.scenarios]
    config: dict[str, Any] = {
        "autograding_method": "docker",
        "container_options": {"container_image": "ipc-grader:latest"},
        "autograding": {"submission_to_compilation": [], "submission_to_runner": list(_SOURCES)},
        "resource_limits": _LIMITS,
        "allow_system_calls": [f"ALLOW_SYSTEM_CALL_CATEGORY_{name}" for name in _CATEGORIES],
        "max_submission_size": 1 << 20,
        "grading_parameters": {"AUTO_POINTS": sum(case["points"] for case in cases)},
    }
    if factor > 1:
        config["assignment_message"] = (
            f"Points are {factor} times those of the exercise, to be whole numbers."
        )
    grading = {
        "title": "Grading",
        "command": f"bash {COURSE}/grade.sh {exercise.id} . submitty",
        "points": 0,
        "validation": [_validation("")],
    }
    return {**config, "testcases": [grading, *cases]}


def _case(scenario: Scenario, factor: int) -> dict[str, Any]:
    case: dict[str, Any] = {
        "title": f"{scenario.id}: {scenario.title}",
        "command": "bash -c true",
        "points": round(scenario.points * factor),
        "validation": [_validation(f" {scenario.id}")],
    }
    return {**case, "hidden": True} if scenario.hidden else case


def _validation(argument: str) -> dict[str, Any]:
    return {
        "method": "custom_validator",
        "command": f"python3 validate.py{argument}",
        "actual_file": "STDOUT.txt",
        "description": "What the grader found",
        "show_actual": "never",
    }


def _data(score: float, status: str, *messages: str) -> dict[str, Any]:
    told = [{"message": message, "status": status} for message in messages if message]
    return {"status": "success", "data": {"score": score, "message": told, "status": status}}


def _scenario(verdict: Verdict, scenario: ScenarioResult) -> dict[str, Any]:
    score = 1.0 if scenario.outcome is Outcome.PASSED else 0.0
    note = ""
    if scenario.outcome in feedback.UNDECIDED:
        note = "This was not decided, and is not the submission's fault: a person has to decide."
    said = feedback.details(verdict, scenario)
    return _data(score, _STATUS[scenario.outcome], feedback.heading(scenario), note, said)


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    shown = feedback.shown(verdict, surroundings)
    results = {scenario.id: _scenario(shown, scenario) for scenario in shown.scenarios}
    results[WHOLE] = _data(1.0, "information", *feedback.notes(shown), feedback.build_text(shown))
    return [Document(text=json.dumps(results) + "\n")]


TARGET: Final = Target(title="Submitty", files=_files, result=Result(render=_render, status=always(0)))
