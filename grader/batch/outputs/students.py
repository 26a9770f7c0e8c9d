"""What each student gets back, as folders and as zips; and beside it what only teachers may see."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.batch.journal import Journal, Row
from grader.batch.model import TEACHER
from grader.batch.outputs.files import replacing
from grader.model.errors import UsageError

STUDENTS: Final = "students"
TEACHERS: Final = "teacher"
FEEDBACK: Final = "feedback"
_EPOCH = (1980, 1, 1, 0, 0, 0)
REPORT: Final = "report.txt"
_HANDED_BACK = (".txt", ".replay.json")


def write_folders(journal: Journal, folder: Path, exercise: str) -> None:
    """Write the reports of an exercise into students/LABEL/EXERCISE and teacher/LABEL/EXERCISE.

    Raises:
        UsageError: they cannot be written.
    """
    for row in journal.rows(exercise):
        files = dict(_reports(journal, row))
        for root, teacher in ((STUDENTS, False), (TEACHERS, True)):
            own = {n.removeprefix(TEACHER): t for n, t in files.items() if n.startswith(TEACHER) is teacher}
            _write(folder / root / row.entry.label / exercise, own)


def _reports(journal: Journal, row: Row) -> Iterator[tuple[str, str]]:
    if not row.number:
        return
    files = journal.files(row.number)
    yield from files.items()
    if not files:
        yield REPORT, f"This submission was not graded: {row.result.reason}\nThere are no points yet.\n"


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
        if files:
            folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def write_feedback(journal: Journal, folder: Path, exercise: str) -> Path:
    """Write the zip with which an LMS hands reports back.

    Of a Moodle download the folders are called as there (`Name_PARTICIPANT_assignsubmission_file_`), as its
    "Upload multiple feedback files in a zip" wants it; others are called as the students' folders.

    Raises:
        UsageError: it cannot be written.
    """
    path = folder / FEEDBACK / f"{exercise}.zip"
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in journal.rows(exercise):
            for name, text in _reports(journal, row):
                if name.startswith(TEACHER) or not name.endswith(_HANDED_BACK):
                    continue
                member = zipfile.ZipInfo(f"{row.entry.prefix or row.entry.label}/{name}", _EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                archive.writestr(member, text.encode("utf-8", "backslashreplace"))
    return path
