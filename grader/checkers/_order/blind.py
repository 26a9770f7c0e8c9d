"""Programs without the run-time: what they do to semaphores and locks in shared memory is not announced.

A program of the reference, or one in Python, may take a semaphore that nobody else has and post another one,
and no op tells of it. So all that is synchronised by memory it has mapped is taken for one thing.
"""

from __future__ import annotations

from collections.abc import Hashable

from grader.model.history import History, ObjectKind, Op, OpType

BLIND = ("blind",)
"""Key of all synchronisation in memory that such a program has mapped."""

_MAPPING = frozenset({"mmap", "shmat", "sem_open"})
_KINDS = frozenset(
    {ObjectKind.FILE, ObjectKind.SHARED_MEMORY, ObjectKind.SEMAPHORE, ObjectKind.SYSV_SHARED_MEMORY,
     ObjectKind.MAPPING}
)  # fmt: skip
_ANNOUNCED = ("pthread_", "sem_", "volatile_", "atomic_", "load", "store", "read_range", "write_range")
_CALLS = frozenset({"pthread_create", "sem_open", "sem_unlink"})


class Images:
    """Which program each process executes: an exec begins a new image, a fork shares it."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._of: dict[int, int] = {}
        self._count = 0

    def note(self, op: Op) -> int:
        """Return the image of the process an op is of; to be told all ops in order."""
        if op.pid not in self._of:
            process = self._history.processes.get(op.pid)
            parent = process.parent if process is not None else 0
            self._of[op.pid] = self._of.get(parent) or self._next()
        if op.f == "exec" and op.type is OpType.OK:
            self._of[op.pid] = self._next()
        child = op.value.get("child")
        if op.f == "fork" and op.type is OpType.OK and isinstance(child, int):
            self._of.setdefault(child, self._of[op.pid])
        return self._of[op.pid]

    def _next(self) -> int:
        self._count += 1
        return self._count


class Blind:
    """The blind images of a history and the memory they have mapped."""

    def __init__(self, history: History) -> None:
        images, announcing = Images(history), set()
        mapped: set[tuple[int, str]] = set()
        for op in history.ops:
            if not op.pid or not op.tid:
                continue
            image = images.note(op)
            if announced(op):
                announcing.add(image)
            elif op.f in _MAPPING and op.type is OpType.OK and _is_memory(history, op.object):
                mapped.add((image, op.object))
        self.objects = frozenset(item for image, item in mapped if image not in announcing)
        self.images = frozenset(image for image, _item in mapped if image not in announcing)

    def place(self, op: Op, item: str, offset: object) -> Hashable:
        """Return the key of a place in memory: (object, offset), unless a blind program has it mapped."""
        if item in self.objects:
            return BLIND
        return (item or op.pid, offset)


def tagged(tag: str, place: Hashable) -> Hashable:
    """Return the key of one of several things that are left at a place."""
    return BLIND if place == BLIND else (tag, place)


def announced(op: Op) -> bool:
    """Whether an op was announced by the run-time."""
    begins = op.invoked is None and op.f not in _CALLS and op.f.startswith(_ANNOUNCED)
    return begins and "op" not in op.value  # else it is a futex call on a named semaphore


def _is_memory(history: History, item: str) -> bool:
    known = history.objects.get(item)
    return known is not None and known.kind in _KINDS
