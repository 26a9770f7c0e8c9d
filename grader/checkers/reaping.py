"""Check `reaping`: children that were not waited for when their parent ended."""

from __future__ import annotations

from grader.checkers._processes import foreign, killed_parts, runtime_helpers
from grader.checkers.base import Spec, finished, last_line, located, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "A parent waits for every child it starts, and ends after all of them."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report zombies and orphans of processes that ended by themselves, before the script was broken off.

    Of one that died of a signal of the script, as SIGTERM, the children that outlive even the run.
    """
    others, helpers, killed = foreign(history), runtime_helpers(history), killed_parts(history, spec)
    findings = []
    for op in history.ops[: _broken_off(history)]:
        if op.f != "exit" or op.part in killed or not history.submitted(op.part) or op.pid in others:
            continue
        orphans = [pid for pid in _pids(op, "orphans") if pid not in helpers]
        zombies = [pid for pid in _pids(op, "zombies") if pid not in helpers]
        if "status" not in op.value:
            orphans, zombies = _outliving(history, spec, op, orphans), []
        if orphans or zombies:
            findings.append(_finding(history, op, zombies, orphans))
    return findings


def _outliving(history: History, spec: Spec, end: Op, orphans: list[int]) -> list[int]:
    """Return the children that were left behind for good by one whom the script has asked to end."""
    asked = any(
        op.f == "deliver" and op.pid == end.pid and op.value.get("from") == "script"
        for op in history.ops[: end.index]
        if op.value.get("signal") == end.value.get("signal")
    )
    if not asked or not finished(history) or end.part in spec.scenario.stays:
        return []
    remain = {thread.pid for thread in history.end.waiting if thread.state != "zombie"}
    return [pid for pid in orphans if pid in remain]


def _broken_off(history: History) -> int:
    """Return the index of the demand that was not met: what ended after it was ended by the grader."""
    return next(
        (op.index for op in history.ops if op.pid == 0 and not op.part and op.type is OpType.FAIL),
        len(history.ops),
    )


def _pids(op: Op, name: str) -> list[int]:
    value = op.value.get(name)
    return [pid for pid in value if isinstance(pid, int)] if isinstance(value, list | tuple) else []


def _finding(history: History, op: Op, zombies: list[int], orphans: list[int]) -> Finding:
    told = []
    if zombies:
        told.append(f"{_count(zombies)} had ended and was never waited for")
    if orphans:
        told.append(f"{_count(orphans)} was still alive")
    forks = [o for o in history.ops if o.f == "fork" and o.value.get("child") in {*zombies, *orphans}]
    how = f"had died of {op.value['signal']}" if "signal" in op.value else "ended"
    source = next((fork for fork in forks if fork.file), None) or last_line(history, op.pid, op.index)
    return Finding(
        check="reaping",
        message=f"When {who(history, op.part, op.pid)} {how}, {' and '.join(told)}.",
        why=RULE,
        read="man 2 wait",
        part=op.part,
        pid=op.pid,
        ops=(*(fork.index for fork in forks), op.index),
        **located(source),
    )


def _count(pids: list[int]) -> str:
    shown = ", ".join(str(pid) for pid in pids[:3]) + (", ..." if len(pids) > 3 else "")
    return f"its child (pid {shown})" if len(pids) == 1 else f"each of {len(pids)} children (pid {shown})"
