"""`summary.csv`: a line for each student and exercise, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.batch.journal import Journal, Row
from grader.batch.model import Status, Student, shown
from grader.batch.table import number

HEADER = (
    "student", "email", "login", "number", "exercise", "status", "points", "max_points", "failed", "checks",
    "reason", "seconds", "submission",
)  # fmt: skip


def rows(journal: Journal, exercises: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the lines, header first. Points stand only where a verdict decides all of them."""
    yield HEADER
    for exercise in exercises:
        for row in journal.rows(exercise):
            for student in row.entry.students:
                yield _line(student, row)
        for student in journal.missing(exercise):
            blank = [""] * 7
            yield (*_who(student), exercise, Status.MISSING.value, *blank)


def _who(student: Student) -> tuple[str, str, str, str]:
    return shown(student.name), student.email, student.login, student.number


def _line(student: Student, row: Row) -> tuple[str, ...]:
    result = row.result
    graded = result.status is Status.GRADED
    failed = [s for s in result.scenarios if s["outcome"] == "failed"]
    checks = dict.fromkeys(finding["check"] for s in failed for finding in s["findings"])
    return (
        *_who(student),
        row.entry.exercise,
        result.status.value,
        number(result.points) if graded else "",
        number(result.points_max) if graded else "",
        " ".join(s["id"] for s in failed),
        " ".join(checks),
        shown(result.reason),
        f"{result.seconds:.1f}",
        shown(row.entry.label),
    )
