"""From a folder of submissions to the entries of a batch: whose each is, and which attempt counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.intake.layouts import LAST, Found, attempts, read_download
from grader.batch.intake.roster import Matcher, joined
from grader.batch.model import Entry, Student, label_of, shown
from grader.model.exercise import Exercise

_SUFFIXES = (".c", ".py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What was handed in.

    Attributes:
        entries: what is to be graded, and what cannot be.
        missing: by exercise, who is on the roster and handed in nothing.
        ignored: names in the folder that are no submissions.
    """

    entries: tuple[Entry, ...]
    missing: Mapping[str, tuple[Student, ...]]
    ignored: tuple[str, ...]


def read_intake(
    exercises: Sequence[Exercise], folder: Path, roster: Sequence[Student], attempt: int = LAST
) -> Intake:
    """Find out who handed in what.

    With several exercises the folder holds a download for each, in folders named after them; or one
    download, in which each submission holds such folders.

    Args:
        exercises: what is graded.
        folder: as the LMS gave it, unpacked.
        roster: who takes the course; may be empty.
        attempt: which one counts, from 1; LAST: the last.

    Raises:
        UsageError: the folder cannot be read.
    """
    matcher = Matcher(roster)
    entries: list[Entry] = []
    missing: dict[str, tuple[Student, ...]] = {}
    ignored: dict[str, None] = {}
    apart = all((folder / exercise.id).is_dir() for exercise in exercises) and (
        len(exercises) > 1 or _only_folder(folder, exercises[0].id)
    )
    for exercise in exercises:
        download = read_download(
            folder / exercise.id if apart else folder, exercise.id, programs_of(exercise)
        )
        ignored |= dict.fromkeys(download.ignored)
        own = [_entry(exercise.id, several, matcher, attempt) for several in attempts(download.found)]
        own = list(_claimed_once(_labelled(own)))
        entries += own
        present = {student for entry in own for student in entry.students}
        known = {_identity(student) for student in present}
        missing[exercise.id] = tuple(student for student in roster if _identity(student) not in known)
    return Intake(entries=tuple(entries), missing=missing, ignored=tuple(ignored))


def programs_of(exercise: Exercise) -> frozenset[str]:
    """Return the names of the files that an exercise asks for."""
    return frozenset(
        {"Makefile", "makefile"} | {f"{role}{suffix}" for role in exercise.written for suffix in _SUFFIXES}
    )


def _only_folder(folder: Path, name: str) -> bool:
    return [path.name for path in folder.iterdir()] == [name]


def _entry(exercise: str, several: Sequence[Found], matcher: Matcher, attempt: int) -> Entry:
    chosen = several[-1]
    problem = chosen.problem
    if attempt != LAST:
        numbered = [one for one in several if (one.attempt or 1) == attempt]
        if numbered:
            chosen = numbered[0]
        else:
            has = ", ".join(str(one.attempt or 1) for one in several)
            problem = f"there is no attempt {attempt}; there is {has}"
    if not problem and sum(one.attempt == chosen.attempt for one in several) > 1:
        problem = f"there are two submissions called attempt {chosen.attempt}"
    if not problem and chosen.only_text:
        problem = "nothing was handed in but a text typed into the LMS"
    return Entry(
        exercise=exercise,
        label=chosen.name,
        students=tuple(joined(student, matcher.find(student)) for student in chosen.students),
        paths=tuple(map(str, chosen.paths)),
        names=chosen.names,
        problem=problem,
        prefix=chosen.prefix,
    )


def _labelled(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Give each a label that can be a folder's name, also where capitals do not count."""
    taken: set[str] = set()
    for entry in entries:
        label = label_of(entry.label)
        if label.casefold() in taken:
            label = label_of(f"{entry.label}/")  # no file has a slash in its name: always with a digest
        taken.add(label.casefold())
        yield replace(entry, label=label)


def _claimed_once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Refuse to choose where two entries are the same student's."""
    entries = list(entries)
    claims: dict[Student, list[str]] = defaultdict(list)
    for entry in entries:
        for student in entry.students:
            if student.listed or student.email or student.number:
                claims[_identity(student)].append(entry.label)
    for entry in entries:
        rivals = next((c for s in entry.students if len(c := claims.get(_identity(s), [])) > 1), None)
        if rivals and not entry.problem:
            names = " and ".join(map(shown, rivals))
            entry = replace(entry, problem=f"two submissions are of {shown(entry.students[0].name)}: {names}")  # noqa: PLW2901
        yield entry


def _identity(student: Student) -> Student:
    """Return a student without what depends on where the submission comes from."""
    return replace(student, lms="", lms_id="", listed=False)
