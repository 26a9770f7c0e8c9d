"""The journal of a batch: each result is on disk the moment it exists, and is never changed again.

SQLite in WAL mode: a transaction is there as a whole or not at all, whatever kills the writer; readers see a
consistent state while it writes. A grading of something that changed adds a row, and the last row counts.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from grader.batch.model import Entry, Result, Status, Student
from grader.model.errors import UsageError

NAME: Final = "journal.sqlite"
_LOCK: Final = "lock"
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rounds (
    id INTEGER PRIMARY KEY, forced INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS entries (
    exercise TEXT NOT NULL, label TEXT NOT NULL, key TEXT NOT NULL DEFAULT '', body TEXT NOT NULL,
    PRIMARY KEY (exercise, label));
CREATE TABLE IF NOT EXISTS missing (exercise TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY, round INTEGER NOT NULL, exercise TEXT NOT NULL, label TEXT NOT NULL,
    key TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    points REAL NOT NULL, points_max REAL NOT NULL, seconds REAL NOT NULL,
    scenarios BLOB NOT NULL, files BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS newest ON results (exercise, label, id);
"""
_NEWEST: Final = """
SELECT e.body, r.status, r.reason, r.points, r.points_max, r.seconds, r.scenarios, r.id
FROM entries e LEFT JOIN results r ON r.id = (
    SELECT max(id) FROM results
    WHERE exercise = e.exercise AND label = e.label AND (e.key = '' OR key = e.key))
WHERE e.exercise = ? ORDER BY e.label COLLATE NOCASE, e.label
"""


class JournalError(UsageError):
    """The journal cannot be read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry, and what became of it.

    Attributes:
        entry: what was handed in.
        result: its newest result, without files; of status WAITING if there is none.
        number: of that result in the journal; 0 if there is none.
    """

    entry: Entry
    result: Result
    number: int


class Journal:
    """The journal in a folder. A context manager.

    Args:
        folder: where the batch keeps everything.
        write: be the one that writes; there can be no other.

    Raises:
        UsageError: there is no journal to be read, it is of another version, or somebody else writes it.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        self.folder = folder
        self._lock: IO[bytes] | None = None
        path = folder / NAME
        if write:
            self._lock = _locked(folder)
        elif not path.is_file():
            raise UsageError(f"{folder} is not the folder of a batch: it has no {NAME}")
        try:
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            if write:
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = FULL")
                self._database.executescript(_SCHEMA)
                self._database.execute("INSERT OR IGNORE INTO facts VALUES ('version', ?)", [str(_VERSION)])
            found = self.fact("version")
        except sqlite3.Error as error:
            self._unlock()
            raise JournalError(f"{path} cannot be used: {error}") from error
        if found != str(_VERSION):
            self.close()
            raise UsageError(f"{path} was written by another version of the grader")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others have it."""
        self._database.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _write(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, tuple(values))
        except sqlite3.Error as error:
            raise JournalError(
                f"{self.folder / NAME} cannot be written: {error}. What was graded before is kept; the same "
                "command goes on from there."
            ) from error

    # What the batch is about.

    def fact(self, name: str) -> str:
        """Return something noted earlier; "" if it was not."""
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else ""

    def note(self, name: str, value: str) -> None:
        """Note something."""
        self._write(
            "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def begin(
        self, entries: Iterable[Entry], missing: Mapping[str, Iterable[Student]], *, forced: bool
    ) -> int:
        """Write down what was handed in, and begin a round, or go on with one that was not ended.

        Args:
            entries: all there are now.
            missing: who handed in nothing, by exercise.
            forced: results of earlier rounds do not count.

        Returns:
            The round.
        """
        last = self._database.execute(
            "SELECT id, forced, ended FROM rounds ORDER BY id DESC LIMIT 1"
        ).fetchone()
        self._write("BEGIN IMMEDIATE")
        try:
            self._write("DELETE FROM missing")
            self._write("CREATE TEMP TABLE old AS SELECT exercise, label, key FROM entries")
            self._write("CREATE INDEX temp.found ON old (exercise, label)")
            self._write("DELETE FROM entries")
            for entry in entries:
                self._write(
                    "INSERT INTO entries VALUES (?1, ?2, coalesce("
                    "(SELECT key FROM old WHERE exercise = ?1 AND label = ?2), ''), ?3)",
                    (entry.exercise, entry.label, _dumped(entry)),
                )
            for exercise, students in missing.items():
                for student in students:
                    self._write("INSERT INTO missing VALUES (?, ?)", (exercise, _dumped(student)))
            if last is None or (forced and (last[2] or not last[1])):
                self._write("INSERT INTO rounds (forced) VALUES (?)", (forced,))
            self._write("DROP TABLE old")
            self._write("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        return int(self._database.execute("SELECT max(id) FROM rounds").fetchone()[0])

    def end(self, number: int) -> None:
        """Note that everything in a round was graded."""
        self._write("UPDATE rounds SET ended = 1 WHERE id = ?", (number,))

    def since(self, number: int) -> int:
        """Return the first round whose results count in this one: the last that was forced."""
        row = self._database.execute(
            "SELECT max(id) FROM rounds WHERE forced AND id <= ?", [number]
        ).fetchone()
        return int(row[0] or 0)

    # Results.

    def expect(self, entry: Entry, key: str) -> None:
        """Note what the submission is now: only results of the same key are its."""
        self._database.execute("PRAGMA synchronous = NORMAL")  # lost with the power, it is noted again
        self._write(
            "UPDATE entries SET key = ? WHERE exercise = ? AND label = ?", (key, entry.exercise, entry.label)
        )

    def add(self, number: int, entry: Entry, key: str, result: Result) -> None:
        """Add a result; when this returns, it stays."""
        self._database.execute("PRAGMA synchronous = FULL")
        self._write(
            "INSERT INTO results (round, exercise, label, key, status, reason, points, points_max, seconds, "
            "scenarios, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                entry.exercise,
                entry.label,
                key,
                result.status.value,
                _clean(result.reason),
                result.points,
                result.points_max,
                result.seconds,
                _packed(result.scenarios),
                _packed(result.files),
            ),
        )

    def status(self, entry: Entry, key: str, since: int) -> Status | None:
        """Return what became of an entry as it is now; None if it was not graded since a round."""
        row = self._database.execute(
            "SELECT status FROM results WHERE exercise = ? AND label = ? AND key = ? AND round >= ? "
            "ORDER BY id DESC LIMIT 1",
            [entry.exercise, entry.label, key, since],
        ).fetchone()
        return Status(row[0]) if row else None

    def rows(self, exercise: str) -> Iterator[Row]:
        """Yield the entries of an exercise with their newest results, by label, one at a time."""
        cursor = self._database.cursor()
        for body, status, reason, points, points_max, seconds, scenarios, number in cursor.execute(
            _NEWEST, [exercise]
        ):
            result = Result(status=Status.WAITING)
            if status is not None:
                result = Result(
                    status=Status(status),
                    reason=reason,
                    points=points,
                    points_max=points_max,
                    seconds=seconds,
                    scenarios=tuple(_unpacked(scenarios)),
                )
            yield Row(entry=_entry(body), result=result, number=number or 0)

    def files(self, number: int) -> dict[str, str]:
        """Return the reports of a result."""
        row = self._database.execute("SELECT files FROM results WHERE id = ?", [number]).fetchone()
        return dict(_unpacked(row[0])) if row else {}

    def missing(self, exercise: str) -> Iterator[Student]:
        """Yield who is on the roster and handed in nothing."""
        for (body,) in self._database.execute("SELECT body FROM missing WHERE exercise = ?", [exercise]):
            yield Student(**json.loads(body))


def _locked(folder: Path) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("ab")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise UsageError(
            f"another batch is at work in {folder}; wait for it, or choose another --out"
        ) from None
    return lock


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _dumped(thing: Entry | Student) -> str:
    return json.dumps(asdict(thing))


def _entry(body: str) -> Entry:
    row = json.loads(body)
    row["students"] = tuple(Student(**student) for student in row["students"])
    row["paths"] = tuple(row["paths"])
    return Entry(**row)


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode(), 6)


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
