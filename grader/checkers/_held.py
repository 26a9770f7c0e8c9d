"""Which locks a thread holds at an op, in words: what an access was guarded by."""

from __future__ import annotations

from grader.checkers._locks import changes
from grader.checkers.base import argument, flags, named
from grader.model.history import History, ObjectKind, Op, OpType


def held(history: History, index: int) -> dict[tuple[str, object], str]:
    """Return the locks that a thread has taken and not given back when it makes an op.

    Args:
        history: of the run.
        index: of the op.

    Returns:
        By object and place in it, what to call it. A semaphore counts as long as the thread that took it has
        not posted it.
    """
    own = history.ops[index]
    found: dict[tuple[str, object], str] = {}
    for op in history.ops[:index]:
        if (op.pid, op.tid) != (own.pid, own.tid) or op.type is not OpType.OK or op.invoked is None:
            continue
        invoke = history.invoke_of(op)
        for (item, place), change in changes(invoke):
            if change < 0:
                found[item, place] = lock_name(history, invoke, item, place)
            else:
                found.pop((item, place), None)
        if op.f in ("flock", "fcntl"):
            words = {*flags(history, op, "operation"), argument(history, op, "type")}
            if words & {"LOCK_UN", "F_UNLCK"}:
                found.pop((op.object, op.f), None)
            elif words & {"LOCK_EX", "LOCK_SH", "F_WRLCK", "F_RDLCK"}:
                found[op.object, op.f] = f"the lock on {named(history, op.object)}"
    return found


def place_name(history: History, item: str) -> str:
    """Name a piece of shared memory: `shared memory /count`, `shared mapping 2`."""
    known = history.objects.get(item)
    if known is None or known.kind is not ObjectKind.MAPPING:
        return named(history, item)
    several = sum(1 for other in history.objects.values() if other.kind is ObjectKind.MAPPING) > 1
    return f"shared mapping {item.rpartition(':')[2]}" if several else "the shared mapping"


def lock_name(history: History, invoke: Op, item: str, place: int) -> str:
    """Name a lock that a call takes: `semaphore /count`, `the lock at byte 32 of the shared mapping`."""
    known = history.objects.get(item)
    if invoke.f == "semop":
        return f"semaphore {place} of {named(history, item)}"
    if known is not None and known.kind is ObjectKind.SEMAPHORE:
        return named(history, item)
    word = "semaphore" if invoke.f.startswith("sem_") else "lock"
    if known is not None and known.kind is ObjectKind.FUTEX:
        return f"a {word} in its own memory"
    return f"the {word} at byte {place} of {place_name(history, item)}"
