"""Moodle: the instructor's own offline grading worksheet, with grades and comments filled in.

Its columns are in the language of the site and its rows carry times that Moodle compares on import, so it is
never made up: what Moodle wrote is kept, but for the cells of grades and comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.batch.gradebooks.base import Filled, find_grades, scaled
from grader.batch.journal import Row
from grader.batch.model import Student
from grader.batch.table import Table, number, read_table
from grader.model.errors import UsageError

_IDENTIFIER, _GRADE, _FEEDBACK = "Identifier", "Grade", "Feedback comments"
_MAXIMUM = "Maximum grade"


def fill(path: Path, rows: Iterable[Row], columns: Sequence[str] = ()) -> Filled:
    """Fill grades into a worksheet.

    Args:
        path: the worksheet, as Moodle gave it.
        rows: what was graded.
        columns: how the site calls identifier, grade and feedback comments; empty: as in English.

    Raises:
        UsageError: it is no such worksheet.
    """
    table = read_table(path)
    identifier, grade, feedback = _columns(path, table, columns)
    maximum = table.column(_MAXIMUM)
    students = {
        place: _student(table, row, identifier)
        for place, row in enumerate(table.rows)
        if row[identifier].strip()
    }
    found = find_grades(students, rows)
    cells = [list(row) for row in table.rows]
    for place, (points, points_max) in found.points.items():
        scale = _number(cells[place][maximum]) if maximum is not None else None
        cells[place][grade] = number(scaled(points, points_max, scale))
        if feedback is not None:
            cells[place][feedback] = found.comments[place]
    return Filled(
        rows=(table.header, *map(tuple, cells)),
        separator=table.separator,
        encoding=table.encoding,
        grades=len(found.points),
        notes=tuple(f"{name} is not in {path.name}" for name in found.strangers),
    )


def _columns(path: Path, table: Table, names: Sequence[str]) -> tuple[int, int, int | None]:
    given = [*names, "", "", ""]
    identifier = table.column(given[0] or _IDENTIFIER)
    grade = table.column(given[1] or _GRADE)
    feedback = table.column(given[2] or _FEEDBACK)
    if identifier is None or grade is None:
        raise UsageError(
            f"{path} is no grading worksheet: its columns are {', '.join(table.header)}. If the site "
            "speaks another language, name them: --moodle-columns IDENTIFIER,GRADE,FEEDBACK"
        )
    return identifier, grade, feedback


def _student(table: Table, row: tuple[str, ...], identifier: int) -> Student:
    def cell(name: str) -> str:
        column = table.column(name)
        return row[column].strip() if column is not None else ""

    number_of = row[identifier].strip().rsplit(" ", 1)[-1]  # `Participant 12345`
    return Student(
        name=cell("Full name") or f"participant {number_of}",
        email=cell("Email address"),
        number=cell("ID number"),
        lms="moodle",
        lms_id=number_of,
        listed=True,
    )


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
