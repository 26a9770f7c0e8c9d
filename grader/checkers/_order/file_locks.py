"""What orders accesses by flock(2) and by fcntl(2) record locks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from grader.checkers._order.clocks import Clocks, Handler
from grader.checkers.base import argument, flags
from grader.model.history import Op, OpType

Range: TypeAlias = tuple[int, int]
"""Bytes [start, end) of a file; all of them where it is not known which."""

_END = 1 << 63
_WHOLE = (0, _END)
_SETTING = frozenset({"F_SETLK", "F_SETLKW", "F_OFD_SETLK", "F_OFD_SETLKW"})


class FileLocks:
    """Locks on files: exclusive and shared ones, given back by hand, by close and by exit.

    flock locks a whole file, and independently of fcntl; both are kept as ranges, apart.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._ranges: dict[str, set[Range]] = defaultdict(set)
        self._holders: dict[int, dict[tuple[str, Range], bool]] = defaultdict(dict)
        self._inherited: set[str] = set()

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {
            "flock": self._changes,
            "fcntl": self._changes,
            "close": self._closes,
            "dup2": self._closes_all,
            "exec": self._closes_all,
            "exit": self._closes_all,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns."""
        return {"flock": self._locked, "fcntl": self._locked, "fork": self._forked}

    def _changes(self, op: Op, thread: int) -> None:
        """Leave what a lock guarded that is given back now, or becomes a shared one."""
        kind, place, span = self._lock(op)
        held = any(at == place and _overlap(of, span) for at, of in self._holders[op.pid])
        if kind == "unlock" or (kind and held):
            self._leave(thread, place, span, exclusive=self._exclusively(op.pid, place, span))

    def _locked(self, op: Op, thread: int) -> None:
        kind, place, span = self._lock(op)
        if op.type is not OpType.OK or not kind:
            return
        held = self._holders[op.pid]
        if kind == "unlock":
            for where, other in [key for key in held if key[0] == place and _inside(key[1], span)]:
                del held[where, other]
            return
        if kind in ("exclusive", "shared"):
            held[place, span] = kind == "exclusive"
        keys = [
            (word, place, other)
            for other in sorted(self._ranges[place])
            if _overlap(other, span)
            for word in (("written",) if kind == "shared" else ("written", "read"))
        ]
        self._clocks.acquire(thread, *keys)

    def _closes(self, op: Op, thread: int) -> None:
        """A close gives back all record locks, and that of flock if it is the last descriptor."""
        self._give_back(op, thread, {f"flock {op.object}", f"fcntl {op.object}"})
        held = self._holders[op.pid]
        for key in [key for key in held if key[0] == f"fcntl {op.object}"]:
            del held[key]

    def _closes_all(self, op: Op, thread: int) -> None:
        self._give_back(op, thread, {place for place, _span in self._holders[op.pid]})

    def _give_back(self, op: Op, thread: int, places: set[str]) -> None:
        for place, span in list(self._holders[op.pid]):
            if place in places:
                self._leave(thread, place, span, exclusive=self._exclusively(op.pid, place, span))

    def _forked(self, op: Op, _thread: int) -> None:
        """A child has the locks that belong to what is open, not to the process."""
        child = op.value.get("child")
        if op.type is OpType.OK and isinstance(child, int):
            inherited = {
                key: exclusive
                for key, exclusive in self._holders[op.pid].items()
                if key[0] in self._inherited
            }
            self._holders[child] = {**inherited, **self._holders[child]}

    def _leave(self, thread: int, place: str, span: Range, *, exclusive: bool) -> None:
        self._ranges[place].add(span)
        words = ("written", "read") if exclusive else ("read",)
        self._clocks.release(thread, *((word, place, span) for word in words))

    def _exclusively(self, pid: int, place: str, span: Range) -> bool:
        """Whether a process may hold an exclusive lock; a child has what its parent took by flock."""
        held = [
            one for (where, of), one in self._holders[pid].items() if where == place and _overlap(of, span)
        ]
        return any(held) or not held

    def _lock(self, op: Op) -> tuple[str, str, Range]:
        """Return what is done to a lock, where, and to which bytes; "" if nothing is."""
        history = self._clocks.history
        if op.f == "flock":
            words = flags(history, op, "operation")
            kind = "exclusive" if "LOCK_EX" in words else "shared"
            self._inherited.add(f"flock {op.object}")
            return "unlock" if "LOCK_UN" in words else kind, f"flock {op.object}", _WHOLE
        command = argument(history, op, "cmd")
        if command in ("F_OFD_SETLK", "F_OFD_SETLKW"):
            self._inherited.add(f"fcntl {op.object}")
        if command in _SETTING:
            kinds = {"F_WRLCK": "exclusive", "F_RDLCK": "shared", "F_UNLCK": "unlock"}
            return kinds.get(str(argument(history, op, "type")), ""), f"fcntl {op.object}", self._span(op)
        if command in ("F_GETLK", "F_OFD_GETLK"):
            return "look", f"fcntl {op.object}", self._span(op)
        return "", "", _WHOLE

    def _span(self, op: Op) -> Range:
        start, length, whence = (
            argument(self._clocks.history, op, word) for word in ("start", "len", "whence")
        )
        if whence != 0 or not isinstance(start, int) or not isinstance(length, int):
            return _WHOLE
        if length < 0:
            start, length = start + length, -length
        return (start, start + length if length else _END)


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _inside(one: Range, other: Range) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]
