"""Who holds what of semaphores and mutexes: taken, and not yet given back by the same process.

A semaphore is a lock if only those gave it back who had taken it; one that carries word from one process to
another is held by nobody.
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
    holding: dict[Lock, Counter[int]] = defaultdict(Counter)
    gave: dict[Lock, set[int]] = defaultdict(set)
    words: set[Lock] = set()
    for op in history.ops:
        if op.f == "exit":
            for counts in holding.values():
                counts.pop(op.pid, None)
        if op.type is not OpType.OK or op.invoked is None:
            continue
        for lock, change in changes(history.invoke_of(op)):
            if change < 0:
                holding[lock][op.pid] += 1
            else:
                gave[lock].add(op.pid)
                if not holding[lock][op.pid]:
                    words.add(lock)
                holding[lock][op.pid] = max(holding[lock][op.pid] - 1, 0)
    return {
        lock: [pid for pid, count in counts.items() if count > 0]
        for lock, counts in holding.items()
        if any(count > 0 for count in counts.values()) and gave[lock] and lock not in words
    }


def changes(invoke: Op) -> Iterator[tuple[Lock, int]]:
    """Yield the locks that a call takes (-1) or gives back (1)."""
    if invoke.f == "semop":
        operations = invoke.value.get("ops")
        for one in operations if isinstance(operations, list) else ():
            if isinstance(one, dict) and isinstance(one.get("op"), int) and one["op"] != 0:
                yield (invoke.object, int(str(one.get("num", 0)))), -1 if int(str(one["op"])) < 0 else 1
    elif invoke.f in _TAKE | _GIVE and invoke.object:
        yield (invoke.object, int(str(invoke.value.get("offset", 0)))), -1 if invoke.f in _TAKE else 1
