"""What was sent to an LMS, kept beside the journal: `published.sqlite`.

A score is noted before it is sent, and again when the LMS has it. Who is killed in between sends it again,
with a later time: that does no harm, and losing one would.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from grader.batch.publishing.scores import Score
from grader.model.errors import UsageError

NAME: Final = "published.sqlite"
_STEP_S: Final = 1.0
"""Moodle compares times in whole seconds, and refuses one that is not later."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sent (
    line_item TEXT NOT NULL, user TEXT NOT NULL, digest TEXT NOT NULL, timestamp REAL NOT NULL,
    done INTEGER NOT NULL, PRIMARY KEY (line_item, user))
"""


class Record:
    """The record in a folder. A context manager; nobody else can have it meanwhile.

    Args:
        folder: of the batch.
        write: be the one that sends; otherwise nothing is changed, not even made.

    Raises:
        UsageError: somebody else sends, or it cannot be used.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        self._path = folder / NAME
        place = str(self._path) if write or self._path.is_file() else ":memory:"
        try:
            self._database = sqlite3.connect(place, isolation_level=None, timeout=0)
        except sqlite3.Error as error:
            raise UsageError(f"{self._path} cannot be used: {error}") from error
        try:
            if write:
                self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._database.execute("BEGIN EXCLUSIVE")
            if write or place == ":memory:":
                self._database.execute(_SCHEMA)
            if write:
                self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._database.close()
            if "locked" in str(error):
                raise UsageError(f"another `grader publish` is at work in {folder}; wait for it") from error
            raise UsageError(f"{self._path} cannot be used: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def has(self, line_item: str, score: Score) -> bool:
        """Whether the LMS has a score as it is now."""
        row = self._row(line_item, score.user)
        return row is not None and row[1] == 1 and row[0] == score.digest

    def next_time(self, line_item: str, score: Score, now: float) -> float:
        """Note that a score is about to be sent, and return its time: later than that of any before it."""
        row = self._row(line_item, score.user)
        timestamp = now if row is None else max(now, row[2] + _STEP_S)
        self._write(line_item, score, timestamp, done=False)
        return timestamp

    def sent(self, line_item: str, score: Score, timestamp: float) -> None:
        """Note that the LMS has a score."""
        self._write(line_item, score, timestamp, done=True)

    def _row(self, line_item: str, user: str) -> tuple[str, int, float] | None:
        try:
            row: tuple[str, int, float] | None = self._database.execute(
                "SELECT digest, done, timestamp FROM sent WHERE line_item = ? AND user = ?", [line_item, user]
            ).fetchone()
        except sqlite3.Error as error:
            raise UsageError(f"{self._path} cannot be read: {error}") from error
        return row

    def _write(self, line_item: str, score: Score, timestamp: float, *, done: bool) -> None:
        try:
            self._database.execute(
                "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?)",
                [line_item, score.user, score.digest, timestamp, done],
            )
        except sqlite3.Error as error:
            raise UsageError(f"{self._path} cannot be written: {error}; nothing more is sent") from error
