"""Makes all outputs of a batch from its journal: what `grader batch` does at its end, and `grader report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.batch.gradebooks import canvas, moodle, summary
from grader.batch.gradebooks.base import Filled
from grader.batch.journal import Journal
from grader.batch.outputs import junit, page, students
from grader.batch.outputs.files import write_lines
from grader.batch.table import render
from grader.reporters.explain import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradebooks:
    """Exports of gradebooks that are to be filled in.

    Attributes:
        canvas: export of the gradebook; None: there is none.
        assignments: which of its columns is which exercise's.
        moodle: worksheets by exercise.
        columns: how the worksheets call identifier, grade and feedback; empty: as known.
    """

    canvas: Path | None = None
    assignments: Mapping[str, str] = field(default_factory=dict)
    moodle: Mapping[str, Path] = field(default_factory=dict)
    columns: Sequence[str] = ()


def make_outputs(journal: Journal, titles: Mapping[str, str], gradebooks: Gradebooks) -> list[str]:
    """Write everything anew.

    Args:
        journal: of the batch; its folder takes the outputs.
        titles: of the exercises, by id.
        gradebooks: what to fill in.

    Returns:
        What was written, and what the instructor should know; sentences.

    Raises:
        UsageError: something cannot be written, or an export is none.
    """
    folder = journal.folder
    told = []
    filled = _gradebooks(journal, titles, gradebooks)
    for exercise in titles:
        students.write_folders(journal, folder, exercise)
        students.write_feedback(journal, folder, exercise)
        write_lines(
            folder / f"{exercise}.junit.xml",
            junit.lines(exercise, lambda name=exercise: journal.rows(name)),  # type: ignore[misc]
        )
    write_lines(folder / "summary.csv", render(summary.rows(journal, titles)))
    write_lines(folder / "class.html", page.lines(journal, titles))
    for name, book in filled.items():
        write_lines(folder / name, render(book.rows, book.separator), book.encoding)
        told.append(f"{folder / name}: {count(book.grades, 'grade')} filled in")
        told += [f"  {note}" for note in book.notes]
    return told


def _gradebooks(journal: Journal, titles: Mapping[str, str], wanted: Gradebooks) -> dict[str, Filled]:
    filled = {}
    if wanted.canvas is not None:
        filled["canvas.csv"] = canvas.fill(wanted.canvas, titles, journal.rows, wanted.assignments)
    for exercise, path in wanted.moodle.items():
        filled[f"moodle-{exercise}.csv"] = moodle.fill(path, journal.rows(exercise), wanted.columns)
    return filled
