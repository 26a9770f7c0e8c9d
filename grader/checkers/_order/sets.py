"""What orders accesses by System V semaphores: several operations at once, wait for zero, undo at exit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from grader.checkers._order.clocks import Clocks, Handler
from grader.checkers.base import argument
from grader.model.history import Op, OpType

_LOOKS = frozenset({"GETVAL", "GETALL", "GETNCNT", "GETZCNT", "GETPID", "IPC_STAT"})
_SETS = frozenset({"SETVAL", "SETALL"})


class Sets:
    """Semaphore sets. What was added is left apart from what was taken: a wait for zero needs the latter."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._undone: dict[int, set[tuple[str, int]]] = defaultdict(set)

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {"semop": self._leaves, "semctl": self._is_set, "exit": self._undoes}

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns."""
        return {"semop": self._got, "semctl": self._looked}

    def _leaves(self, op: Op, thread: int) -> None:
        keys: list[tuple[object, ...]] = [("set", op.object)]
        for number, change, undo in _operations(self._clocks, op):
            if change:
                keys.append(("added" if change > 0 else "taken", op.object, number))
            if undo:
                self._undone[op.pid].add((op.object, number))
        self._clocks.release(thread, *keys)

    def _got(self, op: Op, thread: int) -> None:
        if op.type is not OpType.OK:
            return
        for number, change, _undo in _operations(self._clocks, op):
            if change <= 0:
                self._clocks.acquire(thread, ("added", op.object, number), ("added", op.object))
            if change == 0:
                self._clocks.acquire(thread, ("taken", op.object, number))

    def _is_set(self, op: Op, thread: int) -> None:
        if op.value.get("cmd") in _SETS:
            self._clocks.release(thread, ("added", op.object), ("set", op.object))

    def _looked(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK and argument(self._clocks.history, op, "cmd") in _LOOKS:
            self._clocks.acquire(thread, ("set", op.object))

    def _undoes(self, op: Op, thread: int) -> None:
        for item, number in sorted(self._undone.get(op.pid, ())):
            keys = [("added", item, number), ("taken", item, number), ("set", item)]
            self._clocks.release(thread, *keys)


def _operations(clocks: Clocks, op: Op) -> Iterator[tuple[int, int, bool]]:
    """Yield number, change and whether it is undone at exit, of each operation of a semop."""
    listed = argument(clocks.history, op, "ops", [])
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, dict):
            yield int(one.get("num", 0)), int(one.get("op", 0)), "SEM_UNDO" in one.get("flags", ())
