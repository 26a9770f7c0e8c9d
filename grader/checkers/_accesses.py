"""Accesses of the submission to shared memory and to files: which bytes, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.checkers._processes import foreign
from grader.checkers._shadow import Access
from grader.checkers.base import argument
from grader.model.history import History, ObjectKind, Op, OpType

_KINDS = {
    "load": Access.READ,
    "volatile_load": Access.READ,
    "read_range": Access.READ,
    "store": Access.WRITE,
    "volatile_store": Access.WRITE,
    "write_range": Access.WRITE,
    "load_store": Access.WRITE,
    "atomic_load": Access.ATOMIC_READ,
    "atomic_store": Access.ATOMIC_WRITE,
    "atomic_exchange": Access.ATOMIC_WRITE,
    "atomic_fetch_add": Access.ATOMIC_WRITE,
    "atomic_fetch_sub": Access.ATOMIC_WRITE,
    "atomic_fetch_and": Access.ATOMIC_WRITE,
    "atomic_fetch_or": Access.ATOMIC_WRITE,
    "atomic_fetch_xor": Access.ATOMIC_WRITE,
    "atomic_fetch_nand": Access.ATOMIC_WRITE,
    "atomic_compare_exchange": Access.ATOMIC_WRITE,
}
PLAIN = frozenset(f for f, access in _KINDS.items() if access in (Access.READ, Access.WRITE))
"""Accesses that are not atomic."""

_VOLATILE = frozenset({"volatile_load", "volatile_store"})
_RESTS = frozenset({"nanosleep", "sched_yield", "looks"})
_LOOKS = frozenset({"load", "volatile_load"})
_SPIN_MIN = 3
"""So many looks at one variable, with nothing else in between, are waiting for it."""


_FREED = "freed"
FILLING = frozenset({"read", "recv", "msgrcv", "mq_receive"})
_TAKING = frozenset({"write", "send", "msgsnd", "mq_send"})
"""Calls that fill the caller's memory, and that take what is in it."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One access: the op, the object and the bytes of it, and what it does to them."""

    op: Op
    item: str
    start: int
    size: int
    access: Access

    @property
    def writes(self) -> bool:
        """Whether it changes the bytes."""
        return self.access in (Access.WRITE, Access.ATOMIC_WRITE)

    @property
    def atomic(self) -> bool:
        """Whether it is one step for everybody."""
        return self.access in (Access.ATOMIC_READ, Access.ATOMIC_WRITE)

    @property
    def private(self) -> bool:
        """Whether only the threads of one process see the bytes."""
        return self.item.startswith(ObjectKind.MEMORY)

    @property
    def volatile(self) -> bool:
        """Whether it is one of a `volatile` variable."""
        return self.op.f in _VOLATILE


def to_memory(history: History) -> Iterator[Touch]:
    """Yield the accesses of the submission's own code to memory that others may see, in order."""
    others = foreign(history)
    ends = {op.invoked: op for op in history.ops if op.f in _TAKING and op.type is OpType.OK}
    for op in history.ops:
        access = _KINDS.get(op.f)
        if not history.submitted(op.part) or op.pid in others:
            continue
        if access is None:
            yield from _by_a_call(history, op, ends)
            continue
        if access is Access.ATOMIC_WRITE and op.value.get("exchanged") is False:
            access = Access.ATOMIC_READ
        start, size = op.value.get("offset"), op.value.get("size")
        if isinstance(start, int) and isinstance(size, int) and size > 0:
            yield Touch(op, op.object, start, size, access)


def _by_a_call(history: History, op: Op, ends: Mapping[int | None, Op]) -> Iterator[Touch]:
    """Yield what a call does to shared memory: it is filled when the call ends, and read when it begins."""
    end = ends.get(op.index) if op.f in _TAKING else op
    if end is None or end.type is not OpType.OK or (op.f not in FILLING and op.f not in _TAKING):
        return
    where = argument(history, op, "memory")
    size = end.result or argument(history, op, "count", 0)
    if isinstance(where, dict) and isinstance(size, int) and size > 0 and (end.result or op.f in _TAKING):
        access = Access.WRITE if op.f in FILLING else Access.READ
        yield Touch(op, str(where["object"]), int(where["offset"]), size, access)


def to_files(history: History) -> Iterator[Touch]:
    """Yield the reads and writes of the submission whose place in a file is known; `op` is the invoke."""
    others = foreign(history)
    for op in history.ops:
        if op.f not in ("read", "write") or op.type is not OpType.OK or op.invoked is None:
            continue
        known = history.objects.get(op.object)
        if known is None or known.kind is not ObjectKind.FILE or not known.name:
            continue
        start = argument(history, op, "offset")
        if history.submitted(op.part) and op.pid not in others and isinstance(start, int) and op.result:
            access = Access.WRITE if op.f == "write" else Access.READ
            yield Touch(history.ops[op.invoked], op.object, start, op.result, access)


def freed(history: History) -> Mapping[int, tuple[str, int, int]]:
    """Return (object, start, size) of private memory that was given back, by the index of the op."""
    return {
        op.index: (op.object, int(str(op.value["offset"])), int(str(op.value["size"])))
        for op in history.ops
        if op.f == _FREED
    }


def waited_for(history: History) -> frozenset[tuple[str, int]]:
    """Return (object, offset) of the plain variables that somebody looks at in a loop, doing nothing else."""
    found: set[tuple[str, int]] = set()
    streaks: dict[tuple[int, int], tuple[tuple[object, ...], int]] = {}
    for op in history.ops:
        thread = (op.pid, op.tid)
        if op.f in _LOOKS:
            offset = op.value.get("offset")
            place = (op.object, offset, op.file, op.line)
            last, count = streaks.get(thread, ((), 0))
            streaks[thread] = place, count + 1 if place == last else 1
            if streaks[thread][1] >= _SPIN_MIN and isinstance(offset, int):
                found.add((op.object, offset))
        elif op.f not in _RESTS and not op.value.get("silent"):
            streaks.pop(thread, None)
    return frozenset(found)
