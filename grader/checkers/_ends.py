"""Descriptors: who has which end of a pipe, who uses it, and what stays open in programs that are started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grader.checkers.base import argument
from grader.model.history import History, ObjectKind, Op, OpType

_READS = frozenset({"read", "recv"})
_WRITES = frozenset({"write", "send"})
_EITHER = frozenset({"poll", "select", "epoll_ctl", "dup", "dup2"})
"""Calls about one end of a pipe; the history does not say which."""

_COPIES = frozenset({"sendfile", "splice", "tee"})
"""Calls that read from an object which the history does not name."""

STANDARD = 2
"""The highest descriptor that every program expects to have."""


@dataclass(frozen=True, slots=True)
class Held:
    """An open descriptor: its number, the object, and `r`, `w` or `rw`."""

    fd: int
    object: str
    access: str


def held(op: Op) -> list[Held]:
    """Return the descriptors that an `exec` or an `exit` tells of."""
    rows = op.value.get("holds")
    if not isinstance(rows, list | tuple):
        return []
    return [Held(int(fd), str(item), str(access)) for fd, item, access in rows]


def is_pipe(history: History, item: str) -> bool:
    """Whether an object is a pipe that the programs made, and no stream of a part."""
    known = history.objects.get(item)
    return known is not None and known.kind is ObjectKind.PIPE and not known.name


def made_by(history: History, item: str) -> Op | None:
    """Return the call that made a pipe."""
    made = next((op for op in history.on(item) if op.f == "pipe" and op.type is OpType.OK), None)
    return None if made is None else history.invoke_of(made)


class Users:
    """Who has done something with which end of a pipe."""

    def __init__(self, history: History) -> None:
        self._certain: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._meant: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._possible: dict[str, set[int]] = defaultdict(set)
        self._of_any: set[int] = set()
        for op in history.ops:
            if op.f in _COPIES:
                self._of_any.add(op.pid)
            for item in _concerned(history, op):
                self._possible[item].add(op.pid)
            if op.f in _READS | _WRITES:
                self._certain[op.object, "r" if op.f in _READS else "w"].add(op.pid)
            for item, access in _standard(op):
                self._meant[item, access].add(op.pid)

    def certain(self, item: str, access: str) -> set[int]:
        """Return the processes that have used an end."""
        return self._certain.get((item, access), set())

    def meant(self, item: str, access: str) -> set[int]:
        """Return those that have, and those whose program was started with it as a standard stream."""
        return self.certain(item, access) | self._meant.get((item, access), set())

    def possible(self, item: str, access: str) -> set[int]:
        """Return the processes that may have: of some calls it is not told which end they are about."""
        return self.meant(item, access) | self._possible.get(item, set()) | self._of_any


def _standard(op: Op) -> Iterator[tuple[str, str]]:
    """Yield the standard streams that a program is started with, with what is done to them."""
    for one in held(op) if op.f == "exec" else ():
        if one.fd <= STANDARD:
            yield from ((one.object, access) for access in one.access)


def _concerned(history: History, op: Op) -> Iterator[str]:
    if op.f in _EITHER:
        yield op.object
        several = op.value.get("objects")
        for item in several if isinstance(several, list | tuple) else [argument(history, op, "watched", "")]:
            yield str(item)


def beyond_standard(op: Op) -> Iterator[Held]:
    """Yield what a program is started with beyond stdin, stdout and stderr."""
    return (one for one in held(op) if one.fd > STANDARD)
