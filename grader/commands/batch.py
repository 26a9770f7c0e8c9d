"""`grader batch` grades a class; `grader report` makes its outputs again."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.batch.engines.base import Engine
from grader.batch.engines.dask import LOCAL, Dask
from grader.batch.engines.local import Local
from grader.batch.grading import find_exercise
from grader.batch.intake import archives
from grader.batch.intake.entries import Intake, read_intake
from grader.batch.intake.roster import read_roster
from grader.batch.journal import Journal
from grader.batch.model import Status, Student, shown
from grader.batch.outputs.make import Gradebooks, make_outputs
from grader.batch.runner import Batch, run_batch
from grader.batch.watching import Watcher
from grader.commands import console
from grader.config import load_config, site_root
from grader.model.config import Config
from grader.model.errors import UsageError
from grader.model.exercise import Exercise
from grader.reporters.explain import count
from grader.sandbox.doctor import choose_isolation

_DOWNLOAD = "download"


def run(options: argparse.Namespace) -> int:
    """Run `batch` or `report`: 0 if all was graded, 1 if some cannot be, 2 if the grader failed."""
    if options.name == "report":
        return _report(options)
    exercises = _exercises(options.exercises)
    gradebooks = _gradebooks(options, exercises)
    config = load_config(options.config)
    _check_places(options.submissions, options.out)
    try:
        with Journal(options.out, write=True) as journal:
            return _batch(options, exercises, config, journal, gradebooks)
    except sqlite3.Error as error:
        raise UsageError(f"the journal in {options.out} cannot be used: {error}") from error


def _batch(
    options: argparse.Namespace,
    exercises: Mapping[str, Exercise],
    config: Config,
    journal: Journal,
    gradebooks: Gradebooks,
) -> int:
    titles = {exercise.id: exercise.title for exercise in exercises.values()}
    _same(journal, exercises, options)
    journal.note("titles", json.dumps(titles))
    journal.note("roster", str(options.roster or ""))
    journal.note("gradebooks", _dumped(gradebooks))
    roster = read_roster(options.roster) if options.roster else ()
    intake = _intake(options, list(exercises.values()), roster)
    show = console.stdout()
    for name in intake.ignored:
        show.print(f"ignored, for it is no submission: {shown(name)}", markup=False, soft_wrap=True)
    elsewhere = options.cluster and not options.cluster.startswith(f"{LOCAL}:")
    batch = Batch(
        exercises=exercises,
        digests={name: find_exercise(name, str(site_root()))[2] for name in exercises},
        intake=intake,
        config=config,
        seed=options.seed,
        schedules=options.schedules,
        site="" if elsewhere else str(site_root()),
        force=options.force,
        retry_errors=options.retry_errors,
    )
    interrupted = False
    try:
        with _engine(options, config) as engine, Watcher(console.stderr()) as watch:
            run_batch(batch, journal, engine, watch)
    except KeyboardInterrupt:
        interrupted = True
    status = _finish(journal, titles, gradebooks)
    if interrupted:
        show.print("interrupted; the same command goes on from here")
        return 2
    return status


def _engine(options: argparse.Namespace, config: Config) -> Engine:
    if options.cluster:
        return Dask(options.cluster, config.isolation)
    choose_isolation(config.isolation)
    return Local(options.jobs or 0)


def _exercises(names: Sequence[str]) -> dict[str, Exercise]:
    path = next((name for name in names if "/" in name), None)
    if path is not None:
        raise UsageError(f"a class is graded in a site: move {path} into its exercises/")
    exercises = {name: console.exercise(name) for name in names}
    if len(exercises) != len(names):
        raise UsageError("an exercise is named twice")
    return exercises


def _check_places(submissions: Path, out: Path) -> None:
    if not submissions.exists():
        raise UsageError(f"there is no {shown(str(submissions))}")
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise UsageError(
            f"{out} lies in {submissions}: it would be taken for a submission; choose another --out"
        )


def _same(journal: Journal, exercises: Mapping[str, Exercise], options: argparse.Namespace) -> None:
    """Refuse to mix two batches in one folder."""
    known, names = journal.fact("exercises"), " ".join(exercises)
    if known and known != names:
        raise UsageError(f"{options.out} holds a batch of {shown(known)}; choose another --out, or remove it")
    journal.note("exercises", names)


def _intake(options: argparse.Namespace, exercises: Sequence[Exercise], roster: Sequence[Student]) -> Intake:
    folder: Path = options.submissions
    if folder.is_file():
        if not archives.is_archive(folder.name):
            raise UsageError(f"{shown(str(folder))} is neither a folder nor a zip or tar archive")
        folder = _unpacked(folder, options.out / _DOWNLOAD)
    return read_intake(exercises, folder, roster, options.attempt)


def _unpacked(archive: Path, folder: Path) -> Path:
    """Unpack an LMS's download next to the journal; again if it has changed."""
    status = archive.stat()
    stamp = folder / ".from"
    wanted = f"{archive.resolve()} {status.st_size} {status.st_mtime_ns}\n"
    inner = folder / "files"
    if not stamp.exists() or stamp.read_text(errors="replace") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        inner.mkdir(parents=True)
        try:
            archives.unpack_to_folder(archive, inner)
        except OSError as error:
            raise UsageError(f"{archive} cannot be unpacked to {folder}: {error.strerror}") from error
        stamp.write_text(wanted, errors="replace")
    return inner


# What gradebooks are filled in.


def _gradebooks(options: argparse.Namespace, exercises: Mapping[str, object]) -> Gradebooks:
    worksheets = {name: Path(path) for name, path in pairs(options.moodle, exercises, "--moodle").items()}
    for path in (options.canvas, *worksheets.values()):
        if path is not None and not path.is_file():
            raise UsageError(f"there is no {path}")
    return Gradebooks(
        canvas=options.canvas,
        assignments=pairs(options.assignment, exercises, "--assignment"),
        moodle=worksheets,
        columns=tuple(options.moodle_columns.split(",")) if options.moodle_columns else (),
    )


def pairs(given: Sequence[str], exercises: Mapping[str, object], option: str) -> dict[str, str]:
    """Read EX=VALUE; with one exercise VALUE alone is enough.

    Raises:
        UsageError: of several exercises none is named.
    """
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if sign and name in exercises:
            found[name] = value
        elif len(exercises) == 1:
            found[next(iter(exercises))] = text
        else:
            raise UsageError(f"{option}: which exercise is {shown(text)} of? Write {option} EX={shown(text)}")
    return found


def _dumped(gradebooks: Gradebooks) -> str:
    return json.dumps(
        {
            "canvas": str(gradebooks.canvas.resolve()) if gradebooks.canvas else "",
            "assignments": dict(gradebooks.assignments),
            "moodle": {name: str(path.resolve()) for name, path in gradebooks.moodle.items()},
            "columns": list(gradebooks.columns),
        }
    )


def _noted(journal: Journal) -> Gradebooks:
    row = json.loads(journal.fact("gradebooks") or "{}")
    return Gradebooks(
        canvas=Path(row["canvas"]) if row.get("canvas") else None,
        assignments=row.get("assignments", {}),
        moodle={name: Path(path) for name, path in row.get("moodle", {}).items()},
        columns=row.get("columns", ()),
    )


# The end.


def _report(options: argparse.Namespace) -> int:
    with Journal(options.folder, write=False) as journal:
        titles = json.loads(journal.fact("titles") or "{}")
        given = _gradebooks(options, titles)
        wanted = given if given.canvas or given.moodle else _noted(journal)
        return _finish(journal, titles, wanted)


def _finish(journal: Journal, titles: Mapping[str, str], gradebooks: Gradebooks) -> int:
    """Write the outputs and say what there is, and what a person must look at."""
    show = console.stdout()
    told = make_outputs(journal, titles, gradebooks)
    counts: Counter[Status] = Counter()
    for exercise in titles:
        for row in journal.rows(exercise):
            counts[row.result.status] += 1
    for line in told:
        show.print(line, markup=False, soft_wrap=True)
    parts = [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    missing = sum(1 for exercise in titles for _ in journal.missing(exercise))
    absent = f"; {count(missing, 'student')} on the roster handed in nothing" if missing else ""
    show.print(
        f"{count(counts.total(), 'submission')}: {', '.join(parts) or 'nothing'}{absent}.",
        markup=False,
        soft_wrap=True,
    )
    show.print(f"look at {journal.folder / 'class.html'}", markup=False, soft_wrap=True)
    if counts[Status.ERROR]:
        show.print("--retry-errors grades those again at which the grader failed")
    if counts[Status.ERROR] or counts[Status.UNDECIDED] or counts[Status.WAITING]:
        return 2
    return 1 if counts[Status.UNREADABLE] else 0
