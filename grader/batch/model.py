"""The nouns of a batch: students, entries, tasks and results."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any

from grader.executors.tree import printable
from grader.model.config import Config
from grader.reporters.explain import one_line

_LABEL_BYTES_MAX = 100
_DIGITS = 8
_NAMES_OF_FOLDERS = frozenset({"", ".", ".."})


@unique
class Status(StrEnum):
    """What became of an entry."""

    GRADED = "graded"  # there is a verdict, and it decides every point
    UNDECIDED = "undecided"  # there is a verdict, but a person has to decide on some of the points
    UNREADABLE = (
        "unreadable"  # the submission cannot be graded as it is: empty, damaged, none of the programs
    )
    ERROR = "error"  # the grader could not do it; its fault
    WAITING = "waiting"  # not yet graded
    MISSING = "missing"  # on the roster, but nothing was handed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """Who handed in.

    Attributes:
        name: as the download or the roster has it.
        email, login, number: from the roster or the download; empty if unknown.
        lms: whose id `lms_id` is: moodle, canvas, gradescope; empty if there is none.
        lms_id: what the LMS calls the student.
        listed: on the roster.
    """

    name: str
    email: str = ""
    login: str = ""
    number: str = ""
    lms: str = ""
    lms_id: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to be graded: what one student, or one group, handed in for one exercise.

    Attributes:
        exercise: its id.
        label: names it in the batch, and its folder among the outputs; the same in the next run.
        students: whose it is; more than one if a group handed it in.
        paths: folders and files it consists of.
        names: what a path's file is called in the submission, if not by its own name.
        problem: why it is not graded; empty if it can be.
        prefix: how the LMS names this entry's folder, for feedback; empty if it has no such name.
    """

    exercise: str
    label: str
    students: tuple[Student, ...]
    paths: tuple[str, ...]
    names: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One grading, as it travels to whoever makes it.

    Attributes:
        label: what the submission is called in reports.
        files, modes: the submission.
        exercise: its id; `digest` says what is in it, so that another one elsewhere is noticed.
        digest: of the exercise and its reference.
        fingerprint: of the grader that asks; empty: the worker runs from the same files.
        config, seed, schedules: as a single check has them.
        site: folder with `exercises/`; empty: where the worker finds it.
    """

    label: str
    files: dict[str, bytes]
    modes: dict[str, int]
    exercise: str
    digest: str
    fingerprint: str
    config: Config
    seed: int = 0
    schedules: int | None = None
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a grading yields.

    Attributes:
        status: graded, undecided, unreadable or error.
        reason: why there is no grade; empty if there is one.
        points, points_max: reached and reachable.
        seconds: wall-clock time.
        scenarios: a row for each: see `scenario_row`.
        files: reports by name, as students may read them; and `TEACHER` + name, as they may not.
        transient: an error that another attempt may not have.
    """

    status: Status
    reason: str = ""
    points: float = 0.0
    points_max: float = 0.0
    seconds: float = 0.0
    scenarios: tuple[dict[str, Any], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    transient: bool = False


TEACHER = "teacher/"
"""Reports with this before their name tell what hidden scenarios found."""


def label_of(name: str) -> str:
    """Return a name that can be a folder's name anywhere, and tells this name from all others.

    Names that are harmless stay as they are; from others a digest of the true name keeps them apart.
    """
    safe = "".join(c if c.isalnum() or c in "-_.+@ ," else "_" for c in printable(name)).strip()
    safe = safe.encode()[:_LABEL_BYTES_MAX].decode(errors="ignore").rstrip(". ")
    if safe == name and safe not in _NAMES_OF_FOLDERS and not safe.startswith((".", "-")):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]
    return f"{safe.lstrip('.-') or 'submission'}-{digest}"


def key_of(task: Task, submission: str, version: str) -> str:
    """Return what a result is valid for: another key means that it has to be graded again.

    Args:
        task: what would be graded.
        submission: digest of its files.
        version: of the grader.
    """
    row = [
        submission,
        task.exercise,
        task.digest,
        task.config.model_dump_json(),
        task.seed,
        task.schedules,
        version,
    ]
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()


def shown(name: str) -> str:
    """Return a foreign name as it can stand in a line of text."""
    return one_line(name, length=200)
