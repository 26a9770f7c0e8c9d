"""Named kernel objects: who made them, who used them, what may be left of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.checkers._lines import resolver
from grader.checkers.base import Spec, argument, at, flags, spoken, who
from grader.model.exercise import Create
from grader.model.history import Entry, History, Json, ObjectKind, Op, OpType

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

SYSTEM_V = frozenset({ObjectKind.SYSV_SHARED_MEMORY, ObjectKind.SYSV_SEMAPHORE, ObjectKind.SYSV_QUEUE})
KERNELS = SYSTEM_V | {ObjectKind.SHARED_MEMORY, ObjectKind.SEMAPHORE, ObjectKind.QUEUE}
"""Kinds of objects that live as long as the kernel runs, at the most."""

_QUEUES = frozenset({ObjectKind.QUEUE, ObjectKind.SYSV_QUEUE})


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


def persistence(kind: ObjectKind) -> str:
    """Say in one sentence how long an object of a kind lives."""
    if kind in KERNELS:
        return "It has kernel persistence: it is there until it is removed or the system is booted anew."
    if kind in {ObjectKind.FIFO, ObjectKind.SOCKET}:
        return (
            "Its name has file-system persistence: it is there until it is removed, booting or not; "
            "what was sent through it has process persistence: it goes with the last one who has it open."
        )
    return "It has file-system persistence: it is there until it is removed, booting or not."


def described(entry: Entry) -> str:
    """Tell mode, owner and content of an object: `mode 0600, owner 1000, 2 messages waiting`."""
    told = [f"mode {entry.mode:04o}"]
    if entry.uid is not None:
        told.append(f"owner {entry.uid}")
    if entry.kind is ObjectKind.SEMAPHORE:
        told.extend(f"value {value}" for value in entry.values)
    elif entry.kind is ObjectKind.SYSV_SEMAPHORE:
        values = ", ".join(str(value) for value in entry.values)
        told.append(_counted(entry.size, "semaphore") + (f" with value {values}" if values else ""))
    elif entry.kind in _QUEUES:
        told.append(f"{_counted(entry.size, 'message')} waiting")
    elif entry.size or entry.kind not in {ObjectKind.FIFO, ObjectKind.SOCKET, ObjectKind.DIRECTORY}:
        told.append(_counted(entry.size, "byte"))
    return ", ".join(told)


def remaining(history: History) -> tuple[str, ...]:
    """List what the programs of a run have left, wanted or not, each with its maker."""
    before = {(entry.kind, entry.name, entry.inode) for entry in history.before}
    return tuple(
        f"{called(entry)} ({described(entry)}){maker(history, creator(history, entry.kind, entry.name))}"
        for entry in history.after
        if (entry.kind, entry.name, entry.inode) not in before and "__pycache__" not in entry.name
    )


def maker(history: History, made: Op | None) -> str:
    """Return `, made by alice at chat.c:12`, or nothing if it is not known."""
    return f", made by {who(history, made.part, made.pid)}{at(made)}" if made is not None else ""


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def called(entry: Entry) -> str:
    """Name an object of an inventory by its kind and name; a System V object without a key by its id."""
    if entry.kind in SYSTEM_V and entry.name in {"", "0"}:
        return f"{spoken(entry.kind, '')}with id {entry.inode}"
    name = spoken(entry.kind, entry.name)
    return name if name != entry.name else f"{entry.kind.value} {name}"


def mode_of(observed: Any) -> int | None:
    """Return the permission bits of an object the script looked at; None if it did not see them."""
    mode = observed.get("mode") if isinstance(observed, dict) else None
    if isinstance(mode, str):
        return int(mode, 8)
    return mode if isinstance(mode, int) else None
