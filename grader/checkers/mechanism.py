"""Check `mechanism`: the work was not done by the submission's own means."""

from __future__ import annotations

from grader.checkers.base import Spec, argument, at, located, who
from grader.model.history import History, OpType
from grader.model.verdict import Finding

RULE = "The submission does the work itself; it must not use the programs that play the other parts."

_CALLS = {"exec": "started", "open": "opened"}


def check(history: History, spec: Spec) -> list[Finding]:  # noqa: ARG001  (all checkers have one signature)
    """Report processes of the submission that started or opened a program of the reference."""
    found: dict[tuple[str, str], Finding] = {}
    for op in history.ops:
        if op.f not in _CALLS or op.type is not OpType.OK or not history.submitted(op.part):
            continue
        if argument(history, op, "reference") is True:
            path = argument(history, op, "path", "a program")
            name = who(history, op.part, op.pid)
            finding = Finding(
                check="mechanism",
                message=f"{name} {_CALLS[op.f]} the reference's program ({path}){at(op)}.",
                why=RULE,
                part=op.part,
                pid=op.pid,
                ops=(op.index,),
                **located(op),
            )
            found.setdefault((op.part, op.f), finding)
    return list(found.values())
