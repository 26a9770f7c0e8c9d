"""Check `persistence`: an object that must outlive a program is missing, or is not what it should be."""

from __future__ import annotations

from typing import Any

from grader.checkers._lines import resolver
from grader.checkers._objects import mode_of, removes, uses
from grader.checkers.base import Spec, at, failed, located, quoted, spoken, who
from grader.model.exercise import ObjectState, Pattern, Present
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "What the contract promises to keep is still there, and whole, after the programs have ended."


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
                    why=RULE,
                    read="man 2 unlink" if remover else "man 7 sem_overview",
                    part=remover.part if remover else "",
                    pid=remover.pid if remover else 0,
                    ops=(*((remover.index,) if remover else ()), op.index),
                    **located(remover),
                )
            )
    return findings


def _wrong(history: History, op: Op, demand: ObjectState, observed: Any) -> str:
    resolve = resolver(history, op.index)
    name = resolve(demand.name)
    shown = f"{demand.kind.value} {name}"
    if not observed:
        remover = _remover(history, demand, op.index)
        if remover is not None:
            return f"{shown} is missing: {who(history, remover.part, remover.pid)} removed it{at(remover)}"
        made = any(o.type is OpType.OK and o.pid for o in uses(history, demand.kind, name))
        return f"{shown} is missing" + ("" if made else ": no program ever made it")
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


def _remover(history: History, demand: ObjectState, before: int) -> Op | None:
    """Return the last call of the submission that took the object's name away."""
    name = resolver(history, before)(demand.name)
    found = None
    for op in uses(history, demand.kind, name):
        if op.index < before and op.type is OpType.OK and op.pid and removes(history, op, name):
            found = history.invoke_of(op)
    return found if found is not None and history.submitted(found.part) else None
