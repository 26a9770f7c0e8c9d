"""Who touched which bytes last: finds accesses that overlap, conflict, and are in no order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto, unique

from grader.checkers._order import Order


@unique
class Access(Enum):
    """What an access does to the bytes."""

    READ = auto()
    WRITE = auto()
    ATOMIC_READ = auto()
    ATOMIC_WRITE = auto()


@dataclass(slots=True)
class _Piece:
    """Bytes that were touched alike.

    Attributes:
        end: the byte behind them.
        last: by thread and kind of access, the index of the last one.
        latest: thread, time and kind of the very last one.
    """

    end: int
    last: dict[tuple[int, Access], int]
    latest: tuple[tuple[int, int], Access] | None = None


_WRITES = frozenset({Access.WRITE, Access.ATOMIC_WRITE})
_ATOMIC = frozenset({Access.ATOMIC_READ, Access.ATOMIC_WRITE})


class Shadow:
    """The bytes of one object, in pieces that were touched alike.

    Of each thread the last access of a kind is enough: if that one is before another, so are all before it.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._starts: list[int] = []
        self._pieces: dict[int, _Piece] = {}

    def touch(self, index: int, start: int, size: int, access: Access) -> list[int]:
        """Note an access.

        Args:
            index: of the op.
            start: the first byte.
            size: how many.
            access: what it does to them.

        Returns:
            The ops, in order, that conflict with it and are not before it.
        """
        epoch = self._order.epoch(index)
        thread, found = epoch[0], set[int]()
        for piece in self._exactly(start, start + size):
            if piece.latest == (epoch, access):
                continue  # nobody has been here since, and nothing is known that was not known then
            found.update(
                other
                for (whose, kind), other in piece.last.items()
                if whose != thread and _conflict(kind, access) and not self._order.before(other, index)
            )
            piece.last[thread, access], piece.latest = index, (epoch, access)
        return sorted(found)

    def forget(self, start: int, size: int) -> None:
        """Forget what was done to bytes that will be used for something else."""
        self._cut(start)
        self._cut(start + size)
        first, behind = bisect_left(self._starts, start), bisect_left(self._starts, start + size)
        for at in self._starts[first:behind]:
            del self._pieces[at]
        del self._starts[first:behind]

    def _exactly(self, start: int, end: int) -> Iterator[_Piece]:
        """Yield the pieces that make up [start, end), after cutting and adding what it takes."""
        known = self._pieces.get(start)
        if known is not None and known.end == end:
            yield known
            return
        self._cut(start)
        self._cut(end)
        at, position = bisect_left(self._starts, start), start
        while position < end:
            if at == len(self._starts) or self._starts[at] > position:
                upto = min(end, self._starts[at]) if at < len(self._starts) else end
                self._starts.insert(at, position)
                self._pieces[position] = _Piece(upto, {})
            piece = self._pieces[position]
            yield piece
            position = piece.end
            at += 1

    def _cut(self, where: int) -> None:
        """Let no piece go across a place."""
        at = bisect_right(self._starts, where) - 1
        if at >= 0 and self._starts[at] < where < self._pieces[self._starts[at]].end:
            piece = self._pieces[self._starts[at]]
            self._starts.insert(at + 1, where)
            self._pieces[where] = _Piece(piece.end, dict(piece.last), piece.latest)
            piece.end = where


def _conflict(one: Access, other: Access) -> bool:
    """Whether one of two accesses writes, and not both are atomic."""
    return bool({one, other} & _WRITES) and not {one, other} <= _ATOMIC
