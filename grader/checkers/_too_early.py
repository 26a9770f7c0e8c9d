"""Names that were taken away before a process had opened the object that needed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from grader.checkers._objects import READING, SYSTEM_V, makes, persistence, removes, same_name
from grader.checkers.base import argument, at, located, spoken, who
from grader.model.history import History, Object, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = (
    "A name is removed when all who need it have opened the object: later they find nothing, or another one."
)

_FILES = frozenset({ObjectKind.FILE, ObjectKind.FIFO, ObjectKind.SOCKET})
_OPENS: Final[Mapping[str, frozenset[ObjectKind]]] = {
    "open": _FILES,
    "connect": _FILES,
    "shm_open": frozenset({ObjectKind.SHARED_MEMORY}),
    "sem_open": frozenset({ObjectKind.SEMAPHORE}),
    "mq_open": frozenset({ObjectKind.QUEUE}),
    "shmget": frozenset({ObjectKind.SYSV_SHARED_MEMORY}),
    "semget": frozenset({ObjectKind.SYSV_SEMAPHORE}),
    "msgget": frozenset({ObjectKind.SYSV_QUEUE}),
}
"""Calls that need a name, and what they can find under it."""

_NAMED = frozenset(kind for kinds in _OPENS.values() for kind in kinds)


def too_early(history: History) -> list[Finding]:
    """Report a name of the submission's that was removed while somebody still needed it.

    Only where the script was disappointed, and only for who lived when it was removed: either he found
    nothing and the script waits for his part, or he made another object while somebody waits on the first.
    """
    unmet = next((op for op in history.ops if op.pid == 0 and not op.part and op.type is OpType.FAIL), None)
    if unmet is None:
        return []
    for removal, item in _removals(history):
        needed = _found_nothing(history, removal, item, _concerned(unmet)) or _made_another(
            history, removal, item
        )
        if needed is not None:
            return [_finding(history, removal, item, needed)]
    return []


def _removals(history: History) -> Iterator[tuple[Op, Object]]:
    for op in history.ops:
        item = history.objects.get(op.object)
        if item is None or not item.name or item.kind not in _NAMED:
            continue
        if op.type is OpType.OK and history.submitted(op.part) and removes(history, op, item.name):
            yield op, item


def _concerned(unmet: Op) -> set[str]:
    """Return the parts of which the script demands what is not so."""
    part, observed = unmet.value.get("part"), unmet.value.get("observed")
    if isinstance(part, str):
        return {part}
    return set(observed) if isinstance(observed, Mapping) and unmet.f == "exit" else set()


def _found_nothing(history: History, removal: Op, item: Object, parts: set[str]) -> Op | None:
    """Return the vain try of somebody to open the object, if he got it at no later time, either."""
    for op in history.ops[removal.index :]:
        if op.type is OpType.OK and makes(history, op, item.name) and _is_named(history, op, item):
            return None
        if op.error != "ENOENT" or op.part not in parts or op.pid == removal.pid:
            continue
        if _is_named(history, op, item) and _birth(history, op.pid) < removal.index:
            return op
    return None


def _made_another(history: History, removal: Op, item: Object) -> Op | None:
    """Return the call that made the object anew, while somebody else waits on the first one for ever."""
    pending = (history.ops[thread.op] for thread in history.end.waiting if thread.op is not None)
    if not any(op.object == item.id and op.pid != removal.pid for op in pending):
        return None
    for op in history.ops[removal.index :]:
        known = history.objects.get(op.object)
        if known is None or known.id == item.id or (known.kind, known.name) != (item.kind, item.name):
            continue
        if op.type is OpType.OK and op.pid != removal.pid and makes(history, op, item.name):
            return op if _birth(history, op.pid) < removal.index else None
    return None


def _is_named(history: History, op: Op, item: Object) -> bool:
    """Whether a call opens, or tries to open, an object of this kind and name."""
    if item.kind not in _OPENS.get(op.f, ()):
        return False
    if item.kind in SYSTEM_V:
        return str(argument(history, op, "key")) == item.name
    return same_name(argument(history, op, "path", argument(history, op, "address")), item.name)


def _birth(history: History, pid: int) -> int:
    """Return the index of the first op that tells of a process."""
    return next(
        op.index for op in history.ops if op.pid == pid or (op.f == "fork" and op.value.get("child") == pid)
    )


def _finding(history: History, removal: Op, item: Object, needed: Op) -> Finding:
    source, opening = history.invoke_of(removal), history.invoke_of(needed)
    name, peer = spoken(item.kind, item.name), who(history, needed.part, needed.pid)
    if needed.error:
        came_of_it = f"{peer}, which needs it, finds nothing{at(opening)}"
    else:
        waiting = next(
            thread
            for thread in history.end.waiting
            if thread.op is not None
            and history.ops[thread.op].object == item.id
            and thread.pid != removal.pid
        )
        sleeper = who(history, waiting.part, waiting.pid)
        came_of_it = f"{peer} makes another one{at(opening)}, and {sleeper} waits on the first"
    return Finding(
        check="persistence",
        message=f"{who(history, removal.part, removal.pid)} removed {name}{at(source)} too early: "
        f"{came_of_it}.",
        why=f"{RULE} {persistence(item.kind)}",
        read=READING.get(item.kind, "man 2 unlink"),
        part=removal.part,
        pid=removal.pid,
        ops=(needed.index, removal.index),
        **located(source),
    )
