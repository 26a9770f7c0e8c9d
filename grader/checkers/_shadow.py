"""Who touched which bytes last: finds accesses that overlap, conflict, and are in no order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import Enum, auto, unique
from typing import TypeAlias

from grader.checkers._order import Order


@unique
class Access(Enum):
    """What an access does to the bytes."""

    READ = auto()
    WRITE = auto()
    ATOMIC_READ = auto()
    ATOMIC_WRITE = auto()


_Cell: TypeAlias = dict[tuple[int, Access], int]
"""By thread and kind of access, the index of the last one."""

_WRITES = frozenset({Access.WRITE, Access.ATOMIC_WRITE})
_ATOMIC = frozenset({Access.ATOMIC_READ, Access.ATOMIC_WRITE})


class Shadow:
    """The bytes of one object, in pieces that were touched alike.

    Of each thread the last access of a kind is enough: if that one is before another, so are all before it.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._cells: list[_Cell] = []

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
        thread = self._order.thread(index)
        found: set[int] = set()
        for cell in self._pieces(start, start + size):
            found.update(
                other
                for (whose, kind), other in cell.items()
                if whose != thread and _conflict(kind, access) and not self._order.before(other, index)
            )
            cell[thread, access] = index
        return sorted(found)

    def _pieces(self, start: int, end: int) -> Iterator[_Cell]:
        """Yield the cells that make up [start, end), after cutting and adding what it takes."""
        self._cut(start)
        self._cut(end)
        at = bisect_left(self._starts, start)
        position = start
        while position < end:
            if at == len(self._starts) or self._starts[at] > position:
                upto = min(end, self._starts[at]) if at < len(self._starts) else end
                self._starts.insert(at, position)
                self._ends.insert(at, upto)
                self._cells.insert(at, {})
            yield self._cells[at]
            position = self._ends[at]
            at += 1

    def _cut(self, where: int) -> None:
        """Let no piece go across a place."""
        at = bisect_right(self._starts, where) - 1
        if at >= 0 and self._starts[at] < where < self._ends[at]:
            self._starts.insert(at + 1, where)
            self._ends.insert(at + 1, self._ends[at])
            self._cells.insert(at + 1, dict(self._cells[at]))
            self._ends[at] = where


def _conflict(one: Access, other: Access) -> bool:
    """Whether one of two accesses writes, and not both are atomic."""
    return bool({one, other} & _WRITES) and not {one, other} <= _ATOMIC
