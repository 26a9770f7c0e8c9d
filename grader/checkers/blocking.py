"""Check `blocking`: a program that should sleep in a call is somewhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checkers._processes import gave_up
from grader.checkers.base import Spec, at, failed, last_line, located, named, who
from grader.model.exercise import Blockage, Blocked
from grader.model.history import History, Op
from grader.model.verdict import Finding

RULE = "Whoever has to wait sleeps in the call that waits, and the kernel wakes him when it is time."

_SLEEPS = frozenset({"nanosleep", "sched_yield"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report parts that are not asleep in the call the script names."""
    return [
        _finding(history, op, step.blocked, observed)
        for op, step, observed in failed(history, spec, Blocked)
        if gave_up(history, step.blocked.part, op.index) is None  # then that it failed is what matters
    ]


def _finding(history: History, op: Op, demand: Blockage, observed: Any) -> Finding:
    rows = [row for row in observed if isinstance(row, dict)] if isinstance(observed, list | tuple) else []
    own = history.submitted(demand.part)
    calls = " or ".join(demand.call) or "a call that waits"
    on = f" on {demand.object}" if demand.object else ""
    many = f" with {demand.processes} processes" if demand.processes > 1 else ""
    instead = ", ".join(_told(history, row) for row in rows) or "none of its processes is left"
    pid = next((row["pid"] for row in rows if isinstance(row.get("pid"), int)), 0)
    source = last_line(history, pid, op.index) if pid else None
    sleeping = any(row.get("call") in _SLEEPS for row in rows)
    note = " It asks again and again instead: that is polling, however long the sleep." if sleeping else ""
    return Finding(
        check="blocking",
        message=f"{who(history, demand.part)} should be asleep in {calls}{on}{many}; instead {instead}.",
        why=RULE + note,
        read=_reading(demand),
        part=demand.part if own else "",
        pid=pid if own else 0,
        ops=(op.index,),
        **(located(source) if own else {}),
    )


def _told(history: History, row: Mapping[str, Any]) -> str:
    pid = row.get("pid", 0)
    name = f"pid {pid}"
    call, item = str(row.get("call") or ""), str(row.get("object") or "")
    on = f" on {named(history, item)}" if item else ""
    state = str(row.get("state", ""))
    if call in _SLEEPS:
        return f"{name} sleeps in {call}"
    if call:
        last = last_line(history, pid)
        return f"{name} is in {call}{on}{at(last) if last is not None and last.f == call else ''}"
    return f"{name} is {state}" if state else name


def _reading(demand: Blockage) -> str:
    pages = {"read": "man 2 read", "msgrcv": "man 2 msgrcv", "semop": "man 2 semop", "open": "man 7 fifo",
             "sem_wait": "man 3 sem_wait", "mq_receive": "man 3 mq_receive", "flock": "man 2 flock",
             "fcntl": "man 2 fcntl", "accept": "man 2 accept", "wait": "man 2 wait"}  # fmt: skip
    return next((pages[call] for call in demand.call if call in pages), "man 2 poll")
