"""What was measured, row by row: each is on disk when it exists, and none is ever changed."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.measure import NotMeasuredError

NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one task.

    Attributes:
        key: of the task: what was measured, in which state.
        runs: how many runs it took; 0 where they were not counted.
        got: what a mutant got, as `grader selftest` says it; of a right solution the scenario's outcome.
        accused: for each run of a right solution that failed: where, and the finding.
        undecided: for each one that proved nothing, or could not be made: where, and why.
        seconds: wall-clock time.
    """

    key: str
    runs: int = 0
    got: str = ""
    accused: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    seconds: float = 0.0


class Journal:
    """The journal in a folder, which is made if there is none. A context manager.

    Raises:
        NotMeasuredError: another measurement writes it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / NAME).open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise NotMeasuredError(f"{folder / NAME} is written by another measurement") from None
        self.rows = read(folder)
        if self._torn(folder):
            self._file.write("\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @staticmethod
    def _torn(folder: Path) -> bool:
        """Whether the last writer was killed in the middle of a line."""
        data = (folder / NAME).read_bytes()
        return bool(data) and not data.endswith(b"\n")

    def add(self, row: Row) -> None:
        """Add a row; when this returns, it is in the file."""
        self._file.write(json.dumps(asdict(row)) + "\n")
        self._file.flush()
        self.rows[row.key] = row


def read(folder: Path) -> dict[str, Row]:
    """Return the rows of a journal by their keys, without those that were not written to their end."""
    path = folder / NAME
    rows: dict[str, Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            fields = json.loads(line)
        except json.JSONDecodeError:
            continue
        fields |= {name: tuple(fields[name]) for name in ("accused", "undecided")}
        rows[fields["key"]] = Row(**fields)
    return rows
