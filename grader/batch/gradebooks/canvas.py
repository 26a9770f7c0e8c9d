"""Canvas: the instructor's own gradebook export, with the assignments' columns filled in.

A title that Canvas does not know makes a new assignment there, so only columns `Title (id)` of the export are
filled in, and none is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from grader.batch.gradebooks.base import Filled, find_grades, scaled
from grader.batch.journal import Row
from grader.batch.model import Student
from grader.batch.table import Table, number, read_table
from grader.model.errors import UsageError

_ASSIGNMENT = re.compile(r"^(?P<title>.+) \((?P<id>\d+)\)$")
_KEPT = (
    "Student",
    "LastName",
    "FirstName",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Integration ID",
    "Root Account",
)
_POINTS_POSSIBLE = "points possible"


def fill(
    path: Path, titles: Mapping[str, str], rows: Callable[[str], Iterable[Row]], columns: Mapping[str, str]
) -> Filled:
    """Fill grades into an export of the gradebook.

    Args:
        path: the export.
        titles: of the exercises, by id.
        rows: what was graded in an exercise.
        columns: which column is which exercise's, `Title (id)` or the id; others are found by their titles.

    Raises:
        UsageError: it is no such export, or an exercise's column cannot be told.
    """
    table = read_table(path)
    identity = table.column("ID")
    if identity is None or table.column("Student", "LastName") is None or table.column("Section") is None:
        raise UsageError(f"{path} is no export of a Canvas gradebook: it lacks Student, ID or Section")
    chosen = {exercise: _column(path, table, exercise, title, columns) for exercise, title in titles.items()}
    students = {place: s for place, row in enumerate(table.rows) if (s := _student(table, row)) is not None}
    possible = next((row for row in table.rows if row[0].strip().casefold() == _POINTS_POSSIBLE), None)
    cells = [list(row) for row in table.rows]
    notes: list[str] = []
    count = 0
    for exercise, column in chosen.items():
        found = find_grades(students, rows(exercise))
        scale = _number(possible[column]) if possible else None
        for place, (points, points_max) in found.points.items():
            cells[place][column] = number(scaled(points, points_max, scale))
        count += len(found.points)
        notes += [f"{name} is not in {path.name}" for name in found.strangers]
    kept = [c for c, title in enumerate(table.header) if title in (*_KEPT, "Section") or c in chosen.values()]
    return Filled(
        rows=tuple(tuple(row[column] for column in kept) for row in [list(table.header), *cells]),
        separator=table.separator,
        encoding=table.encoding,
        grades=count,
        notes=tuple(notes),
    )


def _student(table: Table, row: tuple[str, ...]) -> Student | None:
    def cell(*names: str) -> str:
        column = table.column(*names)
        return row[column].strip() if column is not None else ""

    if not cell("ID"):
        return None
    name = cell("Student") or f"{cell('LastName')}, {cell('FirstName')}"
    return Student(
        name=name,
        lms="canvas",
        lms_id=cell("ID"),
        login=cell("SIS Login ID"),
        number=cell("SIS User ID"),
        email=cell("SIS Login ID") if "@" in cell("SIS Login ID") else "",
        listed=True,
    )


def _column(path: Path, table: Table, exercise: str, title: str, columns: Mapping[str, str]) -> int:
    known = {
        column: match
        for column, cell in enumerate(table.header)
        if (match := _ASSIGNMENT.match(cell.strip()))
    }
    wanted = columns.get(exercise)
    if wanted is not None:
        found = [c for c, match in known.items() if wanted in (match[0], match["id"], match["title"])]
    else:
        names = {title.casefold(), exercise.casefold()}
        found = [c for c, match in known.items() if match["title"].strip().casefold() in names]
    if len(found) != 1:
        what = f"no column {wanted!r}" if wanted else f"no column for {exercise} ({title!r})"
        titles = ", ".join(match[0] for match in known.values()) or "none"
        raise UsageError(
            f"{path} has {what if not found else f'two columns for {exercise}'}; its assignments are: "
            f"{titles}. Name one: --assignment '{exercise}=Title (id)'"
        )
    return found[0]


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
