"""What all gradebooks share: which grade is whose, and on which scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.batch.intake.roster import Matcher
from grader.batch.journal import Row
from grader.batch.model import Status, Student

_BUILD = "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """An export, with grades.

    Attributes:
        rows: of the new file, header first.
        separator, encoding: of the new file, as of the export.
        grades: how many were filled in.
        notes: what the instructor should know; sentences.
    """

    rows: tuple[tuple[str, ...], ...]
    separator: str
    encoding: str
    grades: int
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Grades:
    """The grades of an exercise, by the students of an export.

    Attributes:
        points: by place among the students.
        comments: the same.
        strangers: who was graded and is not in the export.
    """

    points: dict[int, tuple[float, float]] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)


def find_grades(students: Mapping[int, Student], rows: Iterable[Row]) -> Grades:
    """Match what was graded with the students of an export.

    Only a verdict that decides every point is a grade: what could not be graded leaves the export as it is.
    """
    matcher = Matcher(tuple(students.values()))
    places = {id(student): place for place, student in students.items()}
    found = Grades()
    claimed: dict[int, str] = {}
    for row in rows:
        if row.result.status is not Status.GRADED:
            continue
        for student in row.entry.students:
            match = matcher.find(student)
            if match is None:
                found.strangers.append(student.name)
                continue
            place = places[id(match)]
            if claimed.setdefault(place, row.entry.label) != row.entry.label:
                found.points.pop(place, None)  # two claim it: nobody gets it
                found.strangers.append(student.name)
                continue
            found.points[place] = (row.result.points, row.result.points_max)
            found.comments[place] = comment(row)
    return found


def comment(row: Row) -> str:
    """Return what a student reads beside the grade; of hidden scenarios only that they failed."""
    parts = []
    failed = [scenario for scenario in row.result.scenarios if scenario["outcome"] == "failed"]
    if failed and all({f["check"] for f in scenario["findings"]} == {_BUILD} for scenario in failed):
        return "It could not be built, so nothing of it could be tried."
    for scenario in row.result.scenarios:
        if scenario["outcome"] == "failed":
            checks = ", ".join(dict.fromkeys(f["check"] for f in scenario["findings"]))
            parts.append(scenario["title"] + (f" ({checks})" if checks and not scenario["hidden"] else ""))
    return "Not passed: " + "; ".join(parts) if parts else "All scenarios passed."


def scaled(points: float, points_max: float, scale: float | None) -> float:
    """Return points on the scale of a gradebook; None: the exercise's own."""
    return points if not scale or not points_max else points * scale / points_max
