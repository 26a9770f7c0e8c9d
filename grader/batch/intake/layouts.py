"""Recognises downloads: Moodle, Canvas, Gradescope, Git clones, and plain folders or archives.

Each name is looked at by itself, so that a folder into which an instructor has put a late submission by hand
is read as well. How the systems name things was read in their sources:

- Moodle, "Download all submissions": `Name_PARTICIPANT_assignsubmission_file` (a folder; before 4.1 with one
  more `_`), or, without folders, files with that and `_` before their names.
- Canvas, "Download submissions": files `lastfirst[_LATE]_USER_ATTACHMENT_name`, and `anon_ID_ATTACHMENT_name`
  without names. A file that was handed in again is called `name-1`.
- Gradescope, "Export submissions": folders `submission_ID`, and `submission_metadata.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from grader.batch.intake import archives, gradescope
from grader.batch.model import Student, shown
from grader.executors.tree import IGNORED
from grader.model.errors import UsageError

_MOODLE = re.compile(
    r"^(?P<who>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?$", re.DOTALL
)
_CANVAS = re.compile(
    r"^(?:(?:LATE_)?anon_(?P<anon>[^_]+)|(?P<who>.+?)(?:_LATE)?_(?P<id>\d+))_(?P<file>\d+)_(?P<rest>.+)$",
    re.DOTALL,
)
_ATTEMPT = re.compile(r"^(?P<who>.*?)(?:^|[ _.-]+)attempt[ _-]*(?P<number>\d+)$", re.IGNORECASE | re.DOTALL)
_AGAIN = re.compile(r"^(?P<name>.+)-(?P<number>\d+)(?P<suffix>\.[^.]+|\.tar\.\w+)?$", re.DOTALL)
_CANVAS_TEXT: Final = ("text.html", "link.html")

LAST: Final = 0
"""Which attempt: the last one."""


@dataclass(slots=True, kw_only=True)
class Found:
    """What one student or group handed in.

    Attributes:
        name: what it is called in the download.
        students: whose it is.
        paths: what it consists of.
        names: what a file is called in the submission, by path.
        attempt: its number; 0 if the download has no such.
        prefix: how the LMS names this entry's folder.
        only_text: there is nothing but a text typed into the LMS.
        problem: why it cannot be graded; empty if it can.
    """

    name: str
    students: tuple[Student, ...]
    paths: list[Path] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    attempt: int = 0
    prefix: str = ""
    only_text: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What is in a folder of submissions.

    Attributes:
        found: in the order of their names; several attempts of one student are several.
        ignored: names of what is no submission.
    """

    found: tuple[Found, ...]
    ignored: tuple[str, ...]


def read_download(folder: Path, exercise: str, programs: frozenset[str]) -> Download:
    """Recognise the submissions in a folder.

    Args:
        folder: as the LMS gave it, unpacked.
        exercise: id; `EXERCISE-alice`, as clones are often called, is alice's.
        programs: names of the files that are asked for, e.g. `counter.c`.

    Raises:
        UsageError: there is no such folder, or it cannot be read.
    """
    folder = _inner(folder)
    submitters = _submitters(folder)
    found: dict[str, Found] = {}
    ignored = []
    for path in _listed(folder):
        one = _recognised(path, exercise, submitters, programs)
        if one is None:
            if path.name not in (gradescope.METADATA, "__MACOSX"):
                ignored.append(path.name)
            continue
        known = found.setdefault(f"{one.name}\0{one.attempt}", one)
        if known is not one:
            _merge(known, one)
    return Download(found=tuple(found.values()), ignored=tuple(ignored))


def _submitters(folder: Path) -> dict[str, tuple[Student, ...]]:
    metadata = folder / gradescope.METADATA
    return gradescope.read_submitters(metadata) if metadata.is_file() else {}


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name not in IGNORED)
    except OSError as error:
        raise UsageError(f"{shown(str(folder))} cannot be read: {error.strerror}") from error


def _inner(folder: Path) -> Path:
    """Go into the one folder that an LMS packs everything into."""
    entries = _listed(folder)
    if len(entries) == 1 and entries[0].is_dir() and not _MOODLE.match(entries[0].name):
        inner = _listed(entries[0])
        packed = any(path.name == gradescope.METADATA or _MOODLE.match(path.name) for path in inner)
        if packed or (inner and all(path.is_file() and _CANVAS.match(path.name) for path in inner)):
            return entries[0]
    return folder


def _recognised(
    path: Path, exercise: str, submitters: dict[str, tuple[Student, ...]], programs: frozenset[str]
) -> Found | None:
    if path.name in submitters:
        return Found(name=path.name, students=submitters[path.name], paths=[path])
    if match := _MOODLE.match(path.name):
        return _moodle(path, match)
    if path.is_file() and (match := _CANVAS.match(path.name)):
        return _canvas(path, match, programs)
    if path.is_dir():
        return _plain(path, path.name, exercise)
    if archives.is_archive(path.name) or archives.is_foreign(path.name):
        return _plain(path, archives.stem(path.name), exercise)
    return None


def _moodle(path: Path, match: re.Match[str]) -> Found:
    student = Student(name=match["who"], lms="moodle", lms_id=match["id"])
    text = match["kind"] == "onlinetext"
    names = {} if path.is_dir() else {str(path): match["rest"] or path.name}
    return Found(
        name=f"{match['who']}_{match['id']}",
        students=(student,),
        paths=[] if text else [path],
        names={} if text else names,
        prefix=f"{match['who']}_{match['id']}_assignsubmission_file_",
        only_text=text,
    )


def _canvas(path: Path, match: re.Match[str], programs: frozenset[str]) -> Found:
    who, identity = match["who"] or f"anon_{match['anon']}", match["id"] or ""
    name = match["rest"]
    again = _AGAIN.match(name)
    if again and (again["name"] + (again["suffix"] or "")) in programs:
        name = again["name"] + (again["suffix"] or "")
    text = match["rest"] in _CANVAS_TEXT
    return Found(
        name=f"{who}_{identity}" if identity else who,
        students=(Student(name=who, lms="canvas", lms_id=identity),),
        paths=[] if text else [path],
        names={} if text else {str(path): name},
        only_text=text,
    )


def _plain(path: Path, name: str, exercise: str) -> Found:
    who, attempt = name, 0
    if match := _ATTEMPT.match(name):
        who, attempt = match["who"] or name, int(match["number"])
    if who.startswith(f"{exercise}-") and who != f"{exercise}-":
        who = who.removeprefix(f"{exercise}-")
    return Found(name=who, students=(Student(name=who),), paths=[path], attempt=attempt)


def _merge(known: Found, other: Found) -> None:
    if not known.students[0].lms:
        names = " and ".join(shown(path.name) for path in (*known.paths, *other.paths))
        known.problem = f"which of these counts: {names}?"
    known.paths += other.paths
    known.names |= other.names
    known.only_text = known.only_text and other.only_text


def attempts(found: Sequence[Found]) -> Iterator[list[Found]]:
    """Yield what each student handed in, the first attempt first."""
    grouped: dict[str, list[Found]] = {}
    for one in found:
        grouped.setdefault(one.name, []).extend(_inside(one))
    for several in grouped.values():
        yield sorted(several, key=lambda one: one.attempt)


def _inside(found: Found) -> list[Found]:
    """Return the attempts in a student's folder, if it holds nothing else."""
    if len(found.paths) != 1 or not found.paths[0].is_dir() or found.attempt:
        return [found]
    try:
        entries = _listed(found.paths[0])
    except UsageError:
        return [found]
    matches = [_ATTEMPT.match(archives.stem(path.name)) for path in entries]
    if not entries or not all(matches):
        return [found]
    return [
        replace(found, paths=[path], attempt=int(match["number"]))
        for path, match in zip(entries, matches, strict=True)
        if match
    ]
