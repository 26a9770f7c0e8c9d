"""Semaphores and locks in memory: who made each, who used it, in the order of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.checkers._held import place_name
from grader.checkers._order.blind import Blind
from grader.checkers._processes import foreign
from grader.checkers.base import argument
from grader.model.history import History, ObjectKind, Op, OpType

_FAMILIES = {
    "sem_": "semaphore",
    "pthread_mutex_": "mutex",
    "pthread_cond_": "condition variable",
    "pthread_rwlock_": "read-write lock",
    "pthread_barrier_": "barrier",
    "pthread_spin_": "spin lock",
}
_NO_USE = ("_init", "_destroy", "_open", "_close", "_unlink", "_consistent", "_busy")


@dataclass(slots=True)
class Lock:
    """One semaphore or lock.

    Attributes:
        item, offset: where it is; in private memory each process has its own `item`, at the same offset.
        word: what it is: `mutex`.
        private: it is in memory that no other process sees.
        inits, destroys: the calls that made or unmade it, their invokes, if they succeeded.
        uses: all other calls, their invokes.
    """

    item: str
    offset: int
    word: str
    private: bool
    inits: list[Op] = field(default_factory=list)
    destroys: list[Op] = field(default_factory=list)
    uses: list[Op] = field(default_factory=list)

    @property
    def users(self) -> dict[int, Op]:
        """The processes that use it, each with its first use."""
        found: dict[int, Op] = {}
        for op in self.uses:
            found.setdefault(op.pid, op)
        return found


def locks(history: History) -> list[Lock]:
    """Return the locks that only instrumented programs of the submission use, in the order of their first op.

    Named semaphores are left out: they are made by name, and shared by it.
    """
    blind, others = Blind(history), foreign(history)
    succeeded = {op.invoked for op in history.ops if op.type is OpType.OK}
    found: dict[tuple[str, int], Lock] = {}
    left_out: set[tuple[str, int]] = set()
    for op in history.ops:
        word = _word(op)
        known = history.objects.get(op.object)
        offset = op.value.get("offset")
        if not word or known is None or known.kind is ObjectKind.SEMAPHORE or not isinstance(offset, int):
            continue
        place = (op.object, offset)
        if op.object in blind.objects or op.pid in others or not history.submitted(op.part):
            left_out.add(place)
        private = known.kind is ObjectKind.FUTEX
        lock = found.setdefault(place, Lock(op.object, offset, word, private))
        if op.f.endswith("_init"):
            lock.inits += [op] if op.index in succeeded else []
        elif op.f.endswith("_destroy"):
            lock.destroys += [op] if op.index in succeeded else []
        else:
            lock.uses.append(op)
    return [lock for place, lock in found.items() if place not in left_out]


def lock_name(history: History, lock: Lock) -> str:
    """Name a lock: `the mutex at byte 32 of the shared mapping`, `its mutex`."""
    if lock.private:
        return f"its {lock.word}"
    return f"the {lock.word} at byte {lock.offset} of {place_name(history, lock.item)}"


def is_new(history: History, lock: Lock) -> bool:
    """Whether the memory a lock is in did not exist before the run."""
    known = history.objects.get(lock.item)
    return known is not None and not any(
        (entry.kind, entry.name) == (known.kind, known.name) for entry in history.before
    )


def shared_by(op: Op) -> bool:
    """Whether an initialisation makes a lock for several processes."""
    return bool(op.value.get("pshared"))


def mutex_of(history: History, op: Op) -> tuple[str, object] | None:
    """Return the mutex that a wait on a condition gives back and takes again; None if it is not known."""
    mutex = argument(history, op, "mutex")
    return (str(mutex.get("object")), mutex.get("offset")) if isinstance(mutex, Mapping) else None


def _word(op: Op) -> str:
    """Say what kind of lock a call begins to use; "" if it is none, or none that was announced."""
    if op.type is not OpType.INVOKE or "size" not in op.value:
        return ""
    if op.f.endswith(_NO_USE) and not op.f.endswith(("_init", "_destroy")):
        return ""
    return next((word for prefix, word in _FAMILIES.items() if op.f.startswith(prefix)), "")
