"""Named kernel objects: who made them, who used them, what may be left of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.checkers._lines import resolver
from grader.checkers.base import Spec, argument, flags
from grader.model.exercise import Create
from grader.model.history import History, Json, ObjectKind, Op, OpType

_MAKERS = frozenset({"mkfifo", "mknod", "mkdir", "bind", "link", "symlink", "rename"})
_OPENERS = frozenset({"open", "shm_open", "sem_open", "mq_open", "msgget", "semget", "shmget"})
_REMOVERS = frozenset({"unlink", "rmdir", "shm_unlink", "sem_unlink", "mq_unlink"})
_CONTROLS = frozenset({"msgctl", "semctl", "shmctl"})
_MOVES = frozenset({"rename", "link"})

READING = {
    ObjectKind.SHARED_MEMORY: "man 3 shm_unlink",
    ObjectKind.SEMAPHORE: "man 3 sem_unlink",
    ObjectKind.QUEUE: "man 3 mq_unlink",
    ObjectKind.SYSV_SHARED_MEMORY: "man 2 shmctl",
    ObjectKind.SYSV_SEMAPHORE: "man 2 semctl",
    ObjectKind.SYSV_QUEUE: "man 2 msgctl",
}
"""What to read about how objects go away, where it is not `unlink`."""


def ids_of(history: History, kind: ObjectKind, name: str) -> set[str]:
    """Return the ids of an object of the inventory, one for each generation."""
    return {item.id for item in history.objects.values() if item.kind is kind and item.name == name}


def uses(history: History, kind: ObjectKind, name: str) -> Iterator[Op]:
    """Return the ops on an object, of all its generations, and those that gave it its name."""
    ids = ids_of(history, kind, name)
    for op in history.ops:
        if op.object in ids or (op.f in _MOVES and same_name(argument(history, op, "to"), name)):
            yield op


def creator(history: History, kind: ObjectKind, name: str) -> Op | None:
    """Return the call that made an object as it last was; None if nobody in the run is known to have."""
    made: Op | None = None
    for op in uses(history, kind, name):
        if op.type is not OpType.OK:
            continue
        if removes(history, op, name):
            made = None
        elif made is None and makes(history, op, name):
            made = history.invoke_of(op)
    return made


def made_by_script(history: History, spec: Spec) -> set[tuple[ObjectKind, str]]:
    """Return the kinds and names of the objects the script made: what becomes of them is its own affair."""
    made: set[tuple[ObjectKind, str]] = set()
    for op in history.ops:
        index = op.value.get("step")
        if op.f == "create" and op.pid == 0 and isinstance(index, int) and index < len(spec.script.steps):
            step = spec.script.steps[index]
            if isinstance(step, Create):
                made.add((step.create.kind, resolver(history, op.index)(step.create.name)))
    return made


def removes(history: History, op: Op, name: str) -> bool:
    """Whether a call takes an object's name away."""
    if op.f == "rename":
        return not same_name(argument(history, op, "to"), name)
    return op.f in _REMOVERS or (op.f in _CONTROLS and argument(history, op, "cmd") == "IPC_RMID")


def makes(history: History, op: Op, name: str) -> bool:
    """Whether a call may make an object of this name; of several that may, the first one did."""
    if op.f in _MOVES:
        return same_name(argument(history, op, "to"), name)
    if op.f in _MAKERS:
        return True
    return op.f in _OPENERS and bool(flags(history, op) & {"O_CREAT", "IPC_CREAT"})


def same_name(path: Json, name: str) -> bool:
    """Whether a path given to a call is an object's name: relative to the working directory, or absolute."""
    return isinstance(path, str) and (path == name or path.endswith(f"/{name.strip('/')}"))


def mode_of(observed: Any) -> int | None:
    """Return the permission bits of an object the script looked at; None if it did not see them."""
    mode = observed.get("mode") if isinstance(observed, dict) else None
    if isinstance(mode, str):
        return int(mode, 8)
    return mode if isinstance(mode, int) else None
