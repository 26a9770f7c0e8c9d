"""Runs a batch: everything that was handed in is graded once, whatever happens in between. Read this first.

intake --entries--> load --tasks--> engine --results--> journal --rows--> outputs
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import Protocol

from grader import __version__
from grader.batch.engines.base import Engine
from grader.batch.grading import MismatchError, fingerprint
from grader.batch.intake.entries import Intake, programs_of
from grader.batch.intake.load import load_entry
from grader.batch.journal import Journal
from grader.batch.model import Entry, Result, Status, Task, key_of
from grader.counterexample import digest_of_submission
from grader.model.config import Config
from grader.model.errors import HostError, SubmissionError
from grader.model.exercise import Exercise

_AHEAD = 2
"""Gradings that are handed to the engine for each one it makes at a time: enough that it never waits, and few
enough that it does not matter how large the class is."""
_LOST = "whoever grades gave up; what was graded is kept, and the same command goes on from there"
_AGAIN = (Status.ERROR, Status.UNDECIDED)


class Watch(Protocol):
    """Whom to tell how far the batch is."""

    def begin(self, total: int) -> None:
        """So many entries there are."""

    def known(self, status: Status) -> None:
        """One was graded before."""

    def result(self, entry: Entry, result: Result) -> None:
        """One was graded now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What to grade, and how.

    Attributes:
        exercises: by id.
        digests: of each exercise and its reference.
        intake: what was handed in.
        config, seed, schedules: as for a single check.
        site: folder with `exercises/`, as workers on this machine need it; empty: each finds its own.
        force: grade everything again.
        retry_errors: grade again what the grader failed at, or could not decide.
    """

    exercises: Mapping[str, Exercise]
    digests: Mapping[str, str]
    intake: Intake
    config: Config = field(default_factory=Config)
    seed: int = 0
    schedules: int | None = None
    site: str = ""
    force: bool = False
    retry_errors: bool = False


def run_batch(batch: Batch, journal: Journal, engine: Engine, watch: Watch) -> None:
    """Grade what is not graded yet.

    1. write down what was handed in;
    2. for each entry, in order, one at a time: read it, and see whether it was graded as it is now;
    3. if not, hand it to the engine, never more than that can begin soon;
    4. add each result to the journal as soon as there is one.

    Nothing but the journal remembers anything: to be killed between any two steps costs the gradings that
    were being made, and nothing else.

    Raises:
        JournalError: the journal cannot be written.
        MismatchError: a worker has another grader or exercise.
        HostError: the engine was lost.
    """
    entries = batch.intake.entries
    number = journal.begin(entries, batch.intake.missing, forced=batch.force)
    since = journal.since(number)
    watch.begin(len(entries))
    waiting: dict[Future[Result], tuple[Entry, str]] = {}

    def collect() -> None:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            entry, key = waiting.pop(future)
            note(entry, key, _result(future))

    def note(entry: Entry, key: str, result: Result) -> None:
        journal.add(number, entry, key, result)
        watch.result(entry, result)

    for entry in entries:
        key, task, problem = _prepared(batch, entry)
        status = journal.status(entry, key, since)
        journal.expect(entry, key)
        if status is not None and not (batch.retry_errors and status in _AGAIN):
            watch.known(status)
        elif task is None:
            note(entry, key, Result(status=Status.UNREADABLE, reason=problem))
        else:
            while len(waiting) >= max(engine.width() * _AHEAD, 1):
                collect()
            waiting[engine.submit(task)] = (entry, key)
    while waiting:
        collect()
    journal.end(number)


def _prepared(batch: Batch, entry: Entry) -> tuple[str, Task | None, str]:
    """Read a submission: what its result is valid for, and its grading, or why there can be none."""
    try:
        tree = load_entry(
            entry,
            programs_of(batch.exercises[entry.exercise]),
            batch.config.build,
            only=len(batch.exercises) == 1,
        )
    except SubmissionError as error:
        key = hashlib.sha256(f"unreadable: {error}".encode("utf-8", "replace")).hexdigest()
        return key, None, str(error)
    task = Task(
        label=entry.label,
        files=tree.files,
        modes=tree.modes,
        exercise=entry.exercise,
        digest=batch.digests[entry.exercise],
        fingerprint="" if batch.site else fingerprint(),
        config=batch.config,
        seed=batch.seed,
        schedules=batch.schedules,
        site=batch.site,
    )
    return key_of(task, digest_of_submission(tree), __version__), task, ""


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except MismatchError:
        raise
    except CancelledError as error:
        raise HostError(_LOST) from error
    except Exception as error:  # of the engine: all its attempts were lost
        return Result(status=Status.ERROR, reason=f"{type(error).__name__}: {error}"[:500], transient=True)
