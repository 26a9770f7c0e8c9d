"""What `grader publish` does: from the folder of a batch to the line items of an LMS."""

from __future__ import annotations

import argparse
import json
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.progress import Progress

from grader.batch.journal import Journal, Row
from grader.batch.publishing.client import Client, LineItemError
from grader.batch.publishing.clock import Clock, RealClock
from grader.batch.publishing.keys import Key, load_key
from grader.batch.publishing.record import Record
from grader.batch.publishing.scores import Collected, Score, collect
from grader.batch.publishing.send import Sent, send_scores
from grader.batch.publishing.settings import Registration, check_url, load_registration
from grader.batch.publishing.users import Users, known_users, read_users
from grader.commands import console
from grader.commands.batch import pairs
from grader.model.errors import UsageError
from grader.reporters.explain import count, worth

_FULL, _LOOK, _FAILED = 0, 1, 2


def run(options: argparse.Namespace) -> int:
    """Send scores, show what would be sent, or print the public key; return the exit status."""
    registration = load_registration(options.config)
    path = options.config.parent / registration.key
    key = load_key(path, registration.key_id)
    if options.show_key:
        _say(json.dumps(key.public(), indent=2))
        return _FULL
    _warn_if_readable(path)
    if options.folder is None:
        raise UsageError("name the folder of the batch: grader publish DIR --config FILE")
    try:
        with Journal(options.folder, write=False) as journal:
            titles = json.loads(journal.fact("titles") or "{}")
            line_items = _line_items(options, registration, titles)
            found = _collected(options, journal, line_items)
            with Record(options.folder, write=not options.dry_run) as record:
                if options.dry_run:
                    return _shown(found, line_items, record, force=options.force)
                return _sent(found, line_items, record, registration, key, force=options.force)
    except sqlite3.Error as error:
        raise UsageError(f"the journal in {options.folder} cannot be read: {error}") from error


def _say(text: str) -> None:
    console.stdout().print(text, markup=False, soft_wrap=True)


def _warn_if_readable(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        text = f"others on this machine may read the key: chmod 600 {path}"
        console.stderr().print(text, markup=False, soft_wrap=True)


def _line_items(
    options: argparse.Namespace, registration: Registration, titles: Mapping[str, str]
) -> dict[str, str]:
    """Return where the scores of each exercise go, in the batch's order."""
    given = pairs(options.line_item, titles, "--line-item")
    for exercise, url in given.items():
        check_url(url, f"--line-item of {exercise}")
    known = {**registration.line_items, **given}
    found = {exercise: known[exercise] for exercise in titles if exercise in known}
    if not found:
        raise UsageError(
            f"the batch is of {', '.join(titles) or 'nothing'}, and there is no line item for its scores: "
            f"name it with --line-item, or under line_items in {options.config}"
        )
    twice = [url for url in found.values() if list(found.values()).count(url) > 1]
    if twice:
        raise UsageError(
            f"two exercises have the line item {twice[0]}: one's scores would replace the other's"
        )
    for exercise in titles.keys() - found.keys():
        _say(f"{exercise} has no line item: nothing is sent")
    return found


def _collected(
    options: argparse.Namespace, journal: Journal, line_items: Mapping[str, str]
) -> dict[str, Collected]:
    given = read_users(options.users) if options.users else None
    found = {}
    for exercise in line_items:

        def rows(exercise: str = exercise) -> Iterator[Row]:
            return journal.rows(exercise)

        users: Users = given or known_users(rows())
        found[exercise] = collect(rows, users, comments=not options.no_comments)
        if given is None and found[exercise].unknown and not found[exercise].scores:
            raise UsageError(
                f"{exercise}: nobody's LTI user id is known (only a download of Canvas has them): "
                "name a file that says whose is which, --users CSV"
            )
    return found


def _shown(
    found: Mapping[str, Collected], line_items: Mapping[str, str], record: Record, *, force: bool
) -> int:
    for exercise, collected in found.items():
        _say(f"{exercise}: to {line_items[exercise]}")
        for score in collected.scores:
            before = record.has(line_items[exercise], score) and not force
            what = "sent before" if before else "would be sent"
            _say(f"  {score.who} (user {score.user}): {worth(score.points, score.points_max)}, {what}")
        _tell_left(collected)
    return _status(found, failed=False)


def _sent(
    found: Mapping[str, Collected],
    line_items: Mapping[str, str],
    record: Record,
    registration: Registration,
    key: Key,
    *,
    force: bool,
) -> int:
    clock = RealClock()
    with closing(Client(registration, key, clock)) as client:
        return _sent_by(client, clock, found, line_items, record, force=force)


def _sent_by(
    client: Client,
    clock: Clock,
    found: Mapping[str, Collected],
    line_items: Mapping[str, str],
    record: Record,
    *,
    force: bool,
) -> int:
    failed = False
    for exercise, collected in found.items():
        try:
            with _Teller(exercise, len(collected.scores)) as tell:
                done = send_scores(
                    line_items[exercise], collected.scores, record, client, clock, tell, again=force
                )
        except LineItemError as error:
            console.stderr().print(f"{exercise}: {error}", markup=False, soft_wrap=True)
            failed = True
            continue
        failed = failed or done.failed > 0
        _say(f"{exercise}: {_told(done)}")
        _tell_left(collected)
    return _status(found, failed=failed)


class _Teller(AbstractContextManager["_Teller"]):
    """Shows how far the sending is, and on a line of its own each score that was not taken."""

    def __init__(self, exercise: str, total: int) -> None:
        self._console = console.stderr()
        self._progress = Progress(
            console=self._console, transient=True, disable=not self._console.is_terminal
        )
        self._bar = self._progress.add_task(exercise, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, score: Score, problem: str) -> None:
        self._progress.advance(self._bar)
        if problem:
            text = f"{score.who} (user {score.user}): not sent: {problem}"
            self._console.print(text, markup=False, soft_wrap=True)


def _told(done: Sent) -> str:
    parts = [f"{count(done.sent, 'score')} sent"]
    if done.before:
        parts.append(f"{done.before:,} sent before")
    if done.failed:
        parts.append(f"{done.failed:,} not sent; the same command tries these again")
    return ", ".join(parts)


def _tell_left(collected: Collected) -> None:
    """Say whose scores are not sent, and why."""
    for who, why in collected.open:
        _say(f"  {who}: nothing is sent, for there is no grade ({why})")
    for who in collected.unknown:
        _say(f"  {who}: nothing is sent, for the LTI user id is not known; add a line to --users")


def _status(found: Mapping[str, Collected], *, failed: bool) -> int:
    if failed:
        return _FAILED
    return _LOOK if any(collected.open or collected.unknown for collected in found.values()) else _FULL
