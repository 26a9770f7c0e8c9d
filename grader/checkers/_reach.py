"""Objects that strangers can reach: those that have a name for more than a moment."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checkers._objects import KERNELS, makes, removes
from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, located, spoken, who
from grader.model.history import History, Object, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = (
    "Who is related needs no names: an anonymous mapping, a pipe, or an object made with IPC_PRIVATE is "
    "reached by its maker and those whom it forks, and by nobody else."
)

_NAMED = KERNELS | {ObjectKind.FIFO}
_NOBODY = frozenset({"", "0"})


def reachable(history: History, spec: Spec) -> list[Finding]:
    """Report objects with names, where the scenario wants none.

    A name that is gone before its maker forks or sleeps is none: libraries make objects so that cannot be
    made without one.
    """
    parts = {part for part in spec.scenario.unnamed if history.submitted(part)}
    others = foreign(history) if parts else {}
    found: dict[str, Finding] = {}
    for op, item in _made(history) if parts else ():
        if op.part in parts and op.pid not in others and _lasts(history, op, item):
            found.setdefault(op.part, _finding(history, history.invoke_of(op), item))
    return list(found.values())


def _made(history: History) -> Iterator[tuple[Op, Object]]:
    seen: set[str] = set()
    for op in history.ops:
        item = history.objects.get(op.object)
        if item is None or item.id in seen or item.kind not in _NAMED or item.name in _NOBODY:
            continue
        if op.type is OpType.OK and makes(history, op, item.name):
            seen.add(item.id)
            yield op, item


def _lasts(history: History, made: Op, item: Object) -> bool:
    """Whether a name outlives the moment in which an object was made."""
    for op in history.ops[made.index + 1 :]:
        if op.object == item.id and op.type is OpType.OK and removes(history, op, item.name):
            return False
        if op.pid == made.pid and (op.f in {"fork", "exit"} or op.blocked):
            return True
    return True


def _finding(history: History, made: Op, item: Object) -> Finding:
    return Finding(
        check="access",
        message=f"{who(history, made.part, made.pid)} makes {spoken(item.kind, item.name)}{at(made)}, which "
        "everybody reaches who knows its name.",
        why=RULE,
        read="man 2 mmap",
        part=made.part,
        pid=made.pid,
        ops=(made.index,),
        **located(made),
    )
