"""Who a student is to the LMS: the LTI user id of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from grader.batch.intake.roster import check_unique, listed
from grader.batch.journal import Row
from grader.batch.model import Student
from grader.batch.table import read_table
from grader.model.errors import UsageError

_COLUMNS: Final = ("lti user id", "lti_user_id", "lti id", "userid", "user_id", "sub", "user id", "id")
_CANVAS: Final = "canvas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Students and their ids, by place.

    Attributes:
        students: who there is.
        ids: what the LMS calls them.
    """

    students: Mapping[int, Student]
    ids: Mapping[int, str]


def read_users(path: Path) -> Users:
    """Read a CSV with a line for each student: an LTI user id, and what the student is known by.

    Raises:
        UsageError: it lacks one of these, or has an id twice.
    """
    table = read_table(path)
    column = table.column(*_COLUMNS)
    if column is None:
        raise UsageError(f"{path} has no column with LTI user ids: call it `lti user id`")
    students: dict[int, Student] = {}
    ids: dict[int, str] = {}
    for row, student in listed(table):
        identity = row[column].strip()
        if not identity:
            continue
        ids[len(students)] = identity
        # Only Canvas' own export says with its ids who handed in what; others may mean anything.
        kept = student if student.lms == _CANVAS else replace(student, lms="", lms_id="")
        students[len(students)] = kept
    _check(path, students, ids)
    return Users(students=students, ids=ids)


def known_users(rows: Iterable[Row]) -> Users:
    """Return the students whose LTI user ids are in the batch: Canvas takes its own ids as well.

    Args:
        rows: of the batch.
    """
    known = {student.lms_id: student for row in rows for student in row.entry.students if _of_canvas(student)}
    places = list(enumerate(known.items()))
    return Users(
        students={place: student for place, (_, student) in places},
        ids={place: identity for place, (identity, _) in places},
    )


def _of_canvas(student: Student) -> bool:
    return student.lms == _CANVAS and student.lms_id != ""


def _check(path: Path, students: Mapping[int, Student], ids: Mapping[int, str]) -> None:
    if not students:
        raise UsageError(f"{path} has no students with an LTI user id")
    seen: dict[str, Student] = {}
    for place, identity in ids.items():
        other = seen.setdefault(identity, students[place])
        if other is not students[place]:
            raise UsageError(
                f"{path}: {other.name!r} and {students[place].name!r} have the same LTI user id {identity!r}"
            )
    check_unique(path, list(students.values()))
