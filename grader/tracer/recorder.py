"""Writes the history of one run: gives each operation its place in the total order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from grader.model.history import (
    CastMember,
    Entry,
    History,
    Object,
    Op,
    OpType,
    Process,
    RunEnd,
)
from grader.model.schedule import Switch

Locate: TypeAlias = Callable[[str, int], tuple[str, int]]
"""From (program, address) to (source file, line); ("", 0) if unknown."""


class Recorder:
    """Collects operations as they happen."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._places: list[tuple[str, int]] = []
        self.now: Callable[[], int] = lambda: 0

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self,
        f: str,
        type_: OpType,
        *,
        part: str = "",
        pid: int = 0,
        tid: int = 0,
        object_id: str = "",
        value: Mapping[str, Any] | None = None,
        result: int | None = None,
        error: str = "",
        blocked: bool = False,
        invoked: int | None = None,
        place: tuple[str, int] = ("", 0),
    ) -> int:
        """Append an operation and return its index. `place` is (program, address of the call in it)."""
        index = len(self._rows)
        self._rows.append(
            {
                "index": index,
                "time_ns": self.now(),
                "part": part,
                "pid": pid,
                "tid": tid,
                "type": type_,
                "f": f,
                "object": object_id,
                "value": dict(value or {}),
                "result": result,
                "error": error,
                "blocked": blocked,
                "invoked": invoked,
            }
        )
        self._places.append(place)
        return index

    def row(self, index: int) -> dict[str, Any]:
        """Return a recorded operation's fields."""
        return self._rows[index]

    def amend(self, index: int, object_id: str) -> None:
        """Name the object of an operation that was not known when it was invoked."""
        self._rows[index]["object"] = object_id

    def history(
        self,
        *,
        objects: Mapping[str, Object],
        processes: Mapping[int, Process],
        cast: Mapping[str, CastMember],
        before: tuple[Entry, ...],
        after: tuple[Entry, ...],
        end: RunEnd,
        locate: Locate,
        aliases: Mapping[str, str],
        schedule: tuple[Switch, ...] = (),
        umask: int,
    ) -> History:
        """Make the history of what was recorded; `aliases` are later ids of objects."""
        ops = []
        for row, (program, address) in zip(self._rows, self._places, strict=True):
            row["object"] = aliases.get(row["object"], row["object"])
            file, line = locate(program, address) if address else ("", 0)
            ops.append(Op(**row, file=file, line=line))
        return History(
            ops=tuple(ops),
            objects=objects,
            processes=processes,
            cast=cast,
            before=before,
            after=after,
            end=end,
            schedule=schedule,
            umask=umask,
        )
