"""Reading back what `History.dump` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from grader.model.history import (
    HISTORY_VERSION,
    CastMember,
    EndReason,
    Entry,
    History,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    RunEnd,
    Waiting,
)
from grader.model.schedule import Switch


def load_history(lines: Iterable[str]) -> History:
    """Read what `History.dump` wrote.

    Raises:
        ValueError: the text is not a history, or of another version.
    """
    iterator = iter(lines)
    header = json.loads(next(iterator, "null"))
    if not isinstance(header, dict) or header.get("version") != HISTORY_VERSION:
        found = header.get("version") if isinstance(header, dict) else None
        raise ValueError(f"not a history of version {HISTORY_VERSION} (found {found!r})")
    ops = []
    for line in iterator:
        row = json.loads(line)
        row["type"] = OpType(row["type"])
        ops.append(Op(**row))
    end = header["end"]
    waiting = tuple(
        Waiting(**{**row, "holds": tuple((fd, obj, access) for fd, obj, access in row["holds"])})
        for row in end["waiting"]
    )
    return History(
        ops=tuple(ops),
        objects={row["id"]: Object(**{**row, "kind": ObjectKind(row["kind"])}) for row in header["objects"]},
        processes={row["pid"]: Process(**row) for row in header["processes"]},
        cast={name: CastMember(**row) for name, row in header["cast"].items()},
        before=tuple(_entry(row) for row in header["before"]),
        after=tuple(_entry(row) for row in header["after"]),
        end=RunEnd(**{**end, "reason": EndReason(end["reason"]), "waiting": waiting}),
        schedule=tuple(Switch(*row) for row in header.get("schedule", ())),
        umask=header.get("umask", 0o022),
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{**row, "kind": ObjectKind(row["kind"]), "values": tuple(row.get("values", ()))})
