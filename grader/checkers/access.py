"""Check `access`: an IPC object others could use, by its permission bits or because it has a name at all."""

from __future__ import annotations

from grader.checkers._lines import resolver
from grader.checkers._objects import creator, made_by_script, makes, mode_of, uses
from grader.checkers._processes import foreign
from grader.checkers._reach import reachable
from grader.checkers.base import Spec, argument, at, failed, located, spoken, who
from grader.model.exercise import Present
from grader.model.history import History, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = "Objects are created with mode 0600: nobody else on the machine may read or change them."

_JUDGED = frozenset(
    {ObjectKind.FIFO, ObjectKind.SHARED_MEMORY, ObjectKind.SEMAPHORE, ObjectKind.QUEUE,
     ObjectKind.SYSV_SHARED_MEMORY, ObjectKind.SYSV_SEMAPHORE, ObjectKind.SYSV_QUEUE}
)  # fmt: skip
_TOO_WIDE = 0o177
_USUAL_UMASK = 0o022
_SYSV_CALLS = frozenset({"msgget", "semget", "shmget"})
_CONTROLS = frozenset({"msgctl", "semctl", "shmctl"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report objects of the submission with too wide a mode, as the kernel shows it, else as asked for."""
    findings, known = _demanded(history, spec)
    known |= {(entry.kind, entry.name) for entry in history.before} | made_by_script(history, spec)
    known |= _declared(history, spec)
    modes: dict[tuple[ObjectKind, str], tuple[Op | None, int]] = {
        (entry.kind, entry.name): (creator(history, entry.kind, entry.name), entry.mode)
        for entry in history.after
    }
    for item in history.objects.values():
        if item.name and item.kind in _JUDGED and (item.kind, item.name) not in modes:
            modes[item.kind, item.name] = _asked_for(history, item.kind, item.name)
    for (kind, name), (made, mode) in modes.items():
        if kind in _JUDGED and (kind, name) not in known and mode & _TOO_WIDE and _own(history, made):
            findings.append(_finding(history, kind, name, mode, made))
    return findings + reachable(history, spec)


def _own(history: History, made: Op | None) -> bool:
    return made is not None and history.submitted(made.part) and made.pid not in foreign(history)


def _asked_for(history: History, kind: ObjectKind, name: str) -> tuple[Op | None, int]:
    """Return the first making of an object that is gone by now and its mode; 0 if that is not known for sure.

    System V calls do not apply the umask.
    """
    ops = list(uses(history, kind, name))
    if any(_changes_mode(history, op) for op in ops):
        return None, 0
    made = creator(history, kind, name) or next(
        (history.invoke_of(op) for op in ops if op.type is OpType.OK and makes(history, op, name)), None
    )
    if made is None:
        return None, 0
    mode = made.value.get("mode")
    if not isinstance(mode, int):
        return made, 0
    return made, mode if made.f in _SYSV_CALLS else mode & ~_umask(history, made)


def _changes_mode(history: History, op: Op) -> bool:
    return op.f in {"chmod", "fchmod"} or (op.f in _CONTROLS and argument(history, op, "cmd") == "IPC_SET")


def _umask(history: History, made: Op) -> int:
    """Return the umask of the process that made an object: set by itself, or inherited."""
    pid = made.pid
    for op in reversed(history.ops[: made.index]):
        if op.pid == pid and op.f == "umask" and op.type is OpType.OK:
            return int(argument(history, op, "mode", history.umask))
        if op.f == "fork" and op.value.get("child") == pid:
            pid = op.pid
    return history.umask


def _finding(history: History, kind: ObjectKind, name: str, mode: int, made: Op | None) -> Finding:
    by = f", made by {who(history, made.part, made.pid)}{at(made)}" if made else ""
    return Finding(
        check="access",
        message=f"{spoken(kind, name)} has mode {mode:04o} and should have 0600{by}{_masked(history)}.",
        why=RULE,
        read="man 2 umask",
        part=made.part if made else "",
        pid=made.pid if made else 0,
        ops=(made.index,) if made else (),
        **located(made),
    )


def _masked(history: History) -> str:
    """Say which umask a run was made with, if it is not the one that nearly everybody has."""
    return "" if history.umask == _USUAL_UMASK else f", under umask {history.umask:03o}"


def _declared(history: History, spec: Spec) -> set[tuple[ObjectKind, str]]:
    """Return the objects of which the script itself says what mode they must have."""
    resolve = resolver(history, len(history.ops))
    steps = (step for step in spec.script.steps if isinstance(step, Present))
    return {(step.present.kind, resolve(step.present.name)) for step in steps if step.present.mode}


def _demanded(history: History, spec: Spec) -> tuple[list[Finding], set[tuple[ObjectKind, str]]]:
    """Report objects whose mode is not the one the script demands, and say which these are."""
    findings = []
    known = set()
    for op, step, observed in failed(history, spec, Present):
        mode = mode_of(observed)
        if step.present.mode is None or mode is None or mode == int(step.present.mode, 8):
            continue
        name = resolver(history, op.index)(step.present.name)
        known.add((step.present.kind, name))
        made = creator(history, step.present.kind, name)
        own = made if made is not None and history.submitted(made.part) else None
        findings.append(
            Finding(
                check="access",
                message=f"{spoken(step.present.kind, name)} has mode {mode:04o} "
                f"and should have {step.present.mode}{at(own)}{_masked(history)}.",
                why="The permission bits of an object say who may use it.",
                read="man 2 umask",
                part=own.part if own else "",
                pid=own.pid if own else 0,
                ops=(*((own.index,) if own else ()), op.index),
                **located(own),
            )
        )
    return findings, known
