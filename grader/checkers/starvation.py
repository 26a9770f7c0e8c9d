"""Check `starvation`: one waits while others are served again and again, though all have their turns."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checkers.base import Spec, at, located, named, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "Who waits must be served before others have been served again and again."

_FAIR = "fair"
_SERVED = frozenset(
    {"sem_wait", "semop", "flock", "fcntl", "pthread_mutex_lock", "pthread_rwlock_rdlock",
     "pthread_rwlock_wrlock", "msgrcv", "mq_receive", "read", "recv", "accept"}
)  # fmt: skip
"""Calls that wait for their turn at an object."""


def check(history: History, spec: Spec) -> list[Finding]:
    """Report who was overtaken more often than the scenario allows, in a fair schedule."""
    bound = spec.scenario.overtaken
    if bound is None or spec.strategy != _FAIR:
        return []
    for invoke, end in _waits(history):
        others = [
            op
            for op in history.on(invoke.object)
            if invoke.index < op.index < end and _took(history, op) and op.tid != invoke.tid
            if op.value.get("offset") == invoke.value.get("offset")
        ]
        if len(others) > bound:
            return [_finding(history, invoke, others, bound)]
    return []


def _waits(history: History) -> Iterator[tuple[Op, int]]:
    """Yield the calls of the submission in which somebody waited, each with the index of its end."""
    ends = {op.invoked: op for op in history.ops if op.invoked is not None}
    for op in history.ops:
        if op.type is not OpType.INVOKE or op.f not in _SERVED or not op.object:
            continue
        end = ends.get(op.index)
        if history.submitted(op.part) and (end is None or end.blocked):
            yield op, len(history.ops) if end is None else end.index


def _took(history: History, op: Op) -> bool:
    """Whether an op is the end of a call that was served, and not one that gave something back."""
    if op.type is not OpType.OK or op.f not in _SERVED or op.invoked is None:
        return False
    given = history.invoke_of(op).value
    words = {str(word) for key in ("operation", "type") for word in _list(given.get(key))}
    return not words & {"LOCK_UN", "F_UNLCK"}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _finding(history: History, invoke: Op, others: list[Op], bound: int) -> Finding:
    return Finding(
        check="starvation",
        message=f"{who(history, invoke.part, invoke.pid)} waits in {invoke.f} on "
        f"{named(history, invoke.object)}{at(invoke)} while others get it {len(others)} times; "
        f"{bound} are allowed.",
        why=RULE,
        read="man 7 sem_overview",
        part=invoke.part,
        pid=invoke.pid,
        ops=(invoke.index, *(op.index for op in others[: bound + 1])),
        **located(invoke),
    )
