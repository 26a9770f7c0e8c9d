"""Who takes the course: a CSV of any origin, matched with who handed in."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from grader.batch.model import Student
from grader.batch.table import Table, read_table
from grader.model.errors import UsageError

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "full name", "student", "student name", "display name", "vollständiger name"),
    "first": ("first name", "firstname", "given name", "vorname"),
    "last": ("last name", "lastname", "surname", "family name", "nachname"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail", "e-mail-adresse"),
    "login": ("login", "username", "user name", "sis login id", "github", "github username", "account"),
    "number": (
        "number",
        "student id",
        "sid",
        "sis user id",
        "id number",
        "matriculation number",
        "matrikelnummer",
    ),
    "id": ("id", "user id", "canvas id", "identifier"),
}
_NOBODY = ("points possible", "manual posting", "student, test")
"""What Canvas writes into the column of names where there is no student."""
_ANONYMOUS = re.compile(r"(?i)participant( \d+)?|anon.*|\d+")


class Matcher:
    """Finds students of a roster in constant time."""

    def __init__(self, roster: Sequence[Student]) -> None:
        self._exact: dict[tuple[str, str], Student] = {}
        self._named: dict[str, list[Student]] = defaultdict(list)
        for student in roster:
            for key in _exact(student):
                self._exact.setdefault(key, student)
            for name in _spellings(student.name):
                self._named[name].append(student)

    def find(self, student: Student) -> Student | None:
        """Return who on the roster this is; None if nobody is, or more than one could be."""
        names = _spellings(student.name)
        for key in sorted(_exact(student)):
            found = self._exact.get(key)
            # Another system's ids may be numbers as well: an id alone is believed where there is no name.
            if found is not None and (
                key[0] != "id"
                or _ANONYMOUS.fullmatch(student.name)
                or _ANONYMOUS.fullmatch(found.name)
                or _agree(student.name, found.name)
            ):
                return found
        named = [found for name in sorted(names) for found in self._named.get(name, ())]
        # In one system somebody with another id is somebody else, whatever the name.
        named = [
            found
            for found in named
            if not (
                found.lms and found.lms == student.lms and {found.lms_id, student.lms_id}.isdisjoint({""})
            )
        ]
        return named[0] if named and all(other is named[0] for other in named) else None


def read_roster(path: Path) -> tuple[Student, ...]:
    """Read a roster.

    Raises:
        UsageError: it cannot be read, has no column that names students, or names one twice.
    """
    table = read_table(path)
    if all(table.column(*names) is None for key, names in _COLUMNS.items() if key != "first"):
        raise UsageError(f"{path} has no column that names students: name, email, login, number or id")
    students = tuple(student for _, student in listed(table))
    check_unique(path, students)
    return students


def listed(table: Table) -> Iterable[tuple[Sequence[str], Student]]:
    """Yield the rows of a table that are of a student, and who that is."""
    columns = {key: table.column(*names) for key, names in _COLUMNS.items()}
    lms = ""
    if table.column("Identifier") is not None:
        lms = "moodle"
    elif None not in (table.column("Student", "LastName"), table.column("ID"), table.column("Section")):
        lms = "canvas"
    for row in table.rows:

        def cell(key: str, row: Sequence[str] = row) -> str:
            column = columns[key]
            return row[column].strip() if column is not None else ""

        name = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
        if name.casefold() in _NOBODY or not any(
            (name, cell("email"), cell("login"), cell("number"), cell("id"))
        ):
            continue
        identity = cell("id")
        student = Student(
            name=name or cell("login") or cell("email") or cell("number") or identity,
            email=cell("email"),
            login=cell("login"),
            number=cell("number"),
            lms=lms,
            lms_id=identity.rsplit(" ", 1)[-1],  # Moodle: `Participant 12345`, in the language of the site
            listed=True,
        )
        yield row, student


def check_unique(path: Path, students: Sequence[Student]) -> None:
    """Make sure that no two students are known by the same thing.

    Raises:
        UsageError: two are.
    """
    for word in ("number", "lms_id", "login", "email"):
        seen: dict[str, Student] = {}
        for student in students:
            value = getattr(student, word).casefold()
            other = seen.setdefault(value, student)
            if value and other is not student:
                raise UsageError(
                    f"{path}: {other.name!r} and {student.name!r} have the same "
                    f"{word.replace('lms_', '')} {getattr(student, word)!r}"
                )


def _exact(student: Student) -> set[tuple[str, str]]:
    """Return by what a student is known for certain. A folder's name may be any of them."""
    keys = {
        ("email", student.email),
        ("login", student.login),
        ("number", student.number),
        ("id", student.lms_id),
    }
    if not student.lms and not student.listed:
        keys |= {(kind, student.name) for kind in ("email", "login", "number")}
    return {(kind, value.casefold()) for kind, value in keys if value}


def _spellings(name: str) -> set[str]:
    """Return how a name may be written: any word first, as Canvas' `lastfirst`, without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    words = letters.split()
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def _agree(given: str, listed: str) -> bool:
    """Whether two names can be one person's. Moodle writes a group's name and a hyphen before a student's."""
    words = given.split("-")
    return any(_spellings("-".join(words[at:])) & _spellings(listed) for at in range(len(words)))


def joined(student: Student, listed: Student | None) -> Student:
    """Return a student with what the roster knows of him."""
    if listed is None:
        return student
    return replace(listed, lms=student.lms, lms_id=student.lms_id or listed.lms_id)
