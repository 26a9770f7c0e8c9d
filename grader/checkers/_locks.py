"""Who holds what of semaphores and mutexes: taken, and not yet given back by the same process.

A semaphore is a lock if it is taken with SEM_UNDO, or if only those gave it back who had taken it; one that
carries word from one process to another is held by nobody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from grader.model.history import History, Op, OpType

Lock: TypeAlias = tuple[str, int]
"""A semaphore or mutex: the object, and the offset in it or the number in its set."""

_TAKE = frozenset(
    {"sem_wait", "sem_trywait", "sem_timedwait", "pthread_mutex_lock", "pthread_mutex_trylock",
     "pthread_rwlock_rdlock", "pthread_rwlock_wrlock"}
)  # fmt: skip
_GIVE = frozenset({"sem_post", "pthread_mutex_unlock", "pthread_rwlock_unlock"})
LOCKING = frozenset({"semop", "flock", "fcntl"}) | _TAKE
"""Calls in which a process waits for something that another one holds."""


def holders(history: History) -> Mapping[Lock, list[int]]:
    """Return the processes that hold each lock when the run is over, in the order in which they took it."""
    walk = _Walk(history)
    held = {
        lock: [pid for pid, count in counts.items() if count > 0] for lock, counts in walk.holding.items()
    }
    return {lock: pids for lock, pids in held.items() if pids and walk.is_lock(lock)}


def died_holding(history: History) -> Mapping[Lock, int]:
    """Return the locks that nobody has got since their holder ended with them, and who it was."""
    walk = _Walk(history)
    return {lock: pid for lock, pid in walk.left.items() if walk.is_lock(lock)}


class _Walk:
    """Who holds what at the end of a run.

    Attributes:
        holding: how often each process has taken a lock and not given it back.
        left: who ended holding a lock that nobody has taken since.
    """

    def __init__(self, history: History) -> None:
        self.holding: dict[Lock, Counter[int]] = defaultdict(Counter)
        self.left: dict[Lock, int] = {}
        self._certain: set[Lock] = set()
        self._gave: set[Lock] = set()
        self._words: set[Lock] = set()
        self._undone: set[tuple[Lock, int]] = set()
        for op in history.ops:
            if op.f == "exit":
                self._ends(op.pid)
            elif op.f.startswith("pthread_cond_") and "mutex" in history.invoke_of(op).value:
                self._waits(op, history.invoke_of(op))
            elif op.invoked is not None and (op.type is OpType.OK or op.error == "EOWNERDEAD"):
                self._changes(op.pid, history.invoke_of(op))

    def is_lock(self, lock: Lock) -> bool:
        """Whether it is one, and not a semaphore that carries word."""
        return lock in self._certain or (lock in self._gave and lock not in self._words)

    def _changes(self, pid: int, invoke: Op) -> None:
        if invoke.f.startswith("pthread_"):
            self._certain.update(lock for lock, _ in changes(invoke))
        for lock in undone(invoke):
            self._certain.add(lock)
            self._undone.add((lock, pid))
        for lock, change in changes(invoke):
            if change < 0:
                self.holding[lock][pid] += 1
                self.left.pop(lock, None)
            else:
                self._gave.add(lock)
                if not self.holding[lock][pid]:
                    self._words.add(lock)
                self.holding[lock][pid] = max(self.holding[lock][pid] - 1, 0)

    def _waits(self, op: Op, invoke: Op) -> None:
        """Who waits for a condition has given its mutex back, and gets it again before the wait ends."""
        mutex = invoke.value["mutex"]
        if not isinstance(mutex, dict):
            return
        counts = self.holding[str(mutex.get("object")), int(mutex.get("offset", 0))]
        counts[op.pid] = max(counts[op.pid] + (-1 if op.type is OpType.INVOKE else 1), 0)

    def _ends(self, pid: int) -> None:
        for lock, counts in self.holding.items():
            if counts.pop(pid, 0) > 0 and (lock, pid) not in self._undone:
                self.left[lock] = pid


def undone(invoke: Op) -> Iterator[Lock]:
    """Yield the semaphores that the kernel gives back for who takes them in this call, if he ends."""
    operations = invoke.value.get("ops") if invoke.f == "semop" else ()
    for one in operations if isinstance(operations, list) else ():
        if (
            isinstance(one, dict)
            and "SEM_UNDO" in (one.get("flags") or ())
            and int(str(one.get("op", 0))) < 0
        ):
            yield invoke.object, int(str(one.get("num", 0)))


def changes(invoke: Op) -> Iterator[tuple[Lock, int]]:
    """Yield the locks that a call takes (-1) or gives back (1)."""
    if invoke.f == "semop":
        operations = invoke.value.get("ops")
        for one in operations if isinstance(operations, list) else ():
            if isinstance(one, dict) and isinstance(one.get("op"), int) and one["op"] != 0:
                yield (invoke.object, int(str(one.get("num", 0)))), -1 if int(str(one["op"])) < 0 else 1
    elif invoke.f in _TAKE | _GIVE and invoke.object:
        yield (invoke.object, int(str(invoke.value.get("offset", 0)))), -1 if invoke.f in _TAKE else 1
