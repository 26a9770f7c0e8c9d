"""Check `persistence`: an object that must outlive a program is missing, or is not what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.checkers._lines import resolver
from grader.checkers._objects import KERNELS, READING, makes, mode_of, persistence, removes, uses
from grader.checkers._too_early import too_early
from grader.checkers.base import Spec, at, failed, located, quoted, spoken, who
from grader.model.exercise import ObjectState, Pattern, Present
from grader.model.history import History, Object, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = "What the contract promises to keep is still there, and whole, after the programs have ended."

_QUEUES = frozenset({ObjectKind.QUEUE, ObjectKind.SYSV_QUEUE})
_SENDS = frozenset({"mq_send", "msgsnd"})
_RECEIVES = frozenset({"mq_receive", "msgrcv"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report objects that the script demands and that are missing or different."""
    findings = []
    for op, step, observed in failed(history, spec, Present):
        message = _wrong(history, op, step.present, observed)
        if message:
            remover = None if observed else _remover(history, step.present, op.index)
            findings.append(
                Finding(
                    check="persistence",
                    message=f"{message}.",
                    why=f"{RULE} {persistence(step.present.kind)}",
                    read=READING.get(step.present.kind, "man 2 unlink"),
                    part=remover.part if remover else "",
                    pid=remover.pid if remover else 0,
                    ops=(*((remover.index,) if remover else ()), op.index),
                    **located(remover),
                )
            )
    return findings + (_taken_away(history) or too_early(history))


def _taken_away(history: History) -> list[Finding]:
    """Report queues removed with messages in them, or with somebody waiting, and made anew under their name.

    Only where the script was disappointed: then this is why.
    """
    if not any(op.pid == 0 and not op.part and op.type is OpType.FAIL for op in history.ops):
        return []
    findings = []
    for item in history.objects.values():
        removal = _removal(history, item) if item.kind in _QUEUES and item.name else None
        if removal is None or not history.submitted(removal.part):
            continue
        unread, waiting = _unread(history, item, removal.index), _others(history, item, removal)
        if (unread > 0 or waiting) and _made_anew(history, item, removal.index):
            lost = f"with {_counted(unread)} in it" if unread > 0 else f"while {waiting} waits on it"
            name = who(history, removal.part, removal.pid)
            findings.append(
                Finding(
                    check="persistence",
                    message=f"{name} removed {spoken(item.kind, item.name)}{at(removal)} {lost}, "
                    "and it was made anew.",
                    why=RULE,
                    read=READING[item.kind],
                    part=removal.part,
                    pid=removal.pid,
                    ops=(removal.index,),
                    **located(removal),
                )
            )
    return findings[:1]


def _counted(unread: int) -> str:
    return "one message" if unread == 1 else f"{unread} messages"


def _removal(history: History, item: Object) -> Op | None:
    return next(
        (op for op in history.on(item.id) if op.type is OpType.OK and removes(history, op, item.name)), None
    )


def _unread(history: History, item: Object, before: int) -> int:
    """Count the messages in a queue."""
    done = [op.f for op in history.on(item.id) if op.type is OpType.OK and op.index < before]
    return sum(f in _SENDS for f in done) - sum(f in _RECEIVES for f in done)


def _others(history: History, item: Object, removal: Op) -> str:
    """Name a part that waits in a receive or a send when its queue is removed."""
    pending: dict[int, Op] = {}
    for op in history.on(item.id):
        if op.index < removal.index and op.f in _SENDS | _RECEIVES:
            if op.type is OpType.INVOKE:
                pending[op.index] = op
            else:
                pending.pop(op.invoked if op.invoked is not None else -1, None)
    return next((who(history, op.part, op.pid) for op in pending.values() if op.pid != removal.pid), "")


def _made_anew(history: History, item: Object, after: int) -> bool:
    later = [
        other.id for other in history.objects.values() if (other.kind, other.name) == (item.kind, item.name)
    ]
    return any(op.index > after and op.object in later and op.object != item.id for op in history.ops)


def _wrong(history: History, op: Op, demand: ObjectState, observed: Any) -> str:
    resolve = resolver(history, op.index)
    name = resolve(demand.name)
    shown = f"{demand.kind.value} {name}"
    if not observed:
        remover = _remover(history, demand, op.index)
        if remover is not None:
            return f"{shown} is missing: {who(history, remover.part, remover.pid)} removed it{at(remover)}"
        made = [o.index for o in uses(history, demand.kind, name) if o.type is OpType.OK and o.pid]
        return f"{shown} is missing" + _since(history, demand.kind, op.index, made)
    kind = observed.get("kind")
    if kind is not None and kind != demand.kind.value:
        return f"{name} is a {kind} and should be a {demand.kind.value}"
    size = observed.get("size")
    if demand.size is not None and size is not None and size != demand.size:
        return f"{shown} has size {size} and should have {demand.size}"
    if demand.content is None or (demand.mode is not None and mode_of(observed) != int(demand.mode, 8)):
        return ""  # what is wrong is its mode, as the check `access` says
    should = (
        "" if isinstance(demand.content, Pattern) else f" and should be {quoted(resolve(demand.content))}"
    )
    return f"the content of {spoken(demand.kind, name)} is {quoted(str(observed.get('content', '')))}{should}"


def _since(history: History, kind: ObjectKind, before: int, made: Sequence[int]) -> str:
    """Say since when an object that nobody removed is missing; nothing if that is not known."""
    boots = [op.index for op in history.ops[:before] if op.f == "reboot" and not op.part]
    if not made:
        return ": no program ever made it"
    if not boots or made[-1] > boots[-1]:
        return ""
    if kind in KERNELS:
        return " since the reboot, which no object of the kernel outlives: nobody made it again"
    return " since the reboot"


def _remover(history: History, demand: ObjectState, before: int) -> Op | None:
    """Return the last call of the submission that took the object's name away."""
    name = resolver(history, before)(demand.name)
    found = None
    for op in uses(history, demand.kind, name):
        if op.index >= before or op.type is not OpType.OK or not op.pid:
            continue
        if removes(history, op, name):
            found = history.invoke_of(op)
        elif makes(history, op, name):
            found = None
    return found if found is not None and history.submitted(found.part) else None
