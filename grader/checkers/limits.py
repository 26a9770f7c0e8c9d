"""Check `limits`: a run was ended because the submission went on without end.

The wall clock is a last resort that also a slow machine can reach: it proves nothing, nothing is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, located, who
from grader.model.history import EndReason, History, Op, OpType
from grader.model.verdict import Finding

RULE = "A program that has nothing to do must sleep in the kernel, and one that is done must end."

_TAIL = 500
"""So many last operations show who kept the run going."""

_SHARE = 3
"""Who is named did at least one in so many of them."""

_TIMED = frozenset({"nanosleep", "poll", "select", "epoll_wait", "sigwait", "mq_receive", "mq_send", "semop",
                    "sem_timedwait", "alarm", "setitimer"})  # fmt: skip


def check(history: History, spec: Spec) -> list[Finding]:  # noqa: ARG001  (all checkers have one signature)
    """Report who reached a limit, if it was the submission."""
    if history.end.reason is not EndReason.LIMIT:
        return []
    judge = _JUDGES.get(history.end.limit)
    found = judge(history) if judge is not None else None
    return [found] if found is not None else []


def _cpu(history: History) -> Finding | None:
    op = next((op for op in reversed(history.ops) if op.f == "spin"), None)
    if op is None:
        running = [thread for thread in history.end.waiting if thread.state == "running"]
        if len(running) != 1:
            return None
        op = next((op for op in reversed(history.ops) if op.pid == running[0].pid), None)
    if op is None or not _own(history, op, foreign(history)):
        return None
    detail = f" ({history.end.detail})" if history.end.detail else ""
    name = who(history, op.part, op.pid)
    text = f"{name} spins{at(op)}: it uses the processor without asking the kernel{detail}."
    return _finding(op, text, "man 7 sched")


def _events(history: History) -> Finding | None:
    others = foreign(history)
    tail = [op for op in history.ops[-_TAIL:] if op.pid and op.type is not OpType.INVOKE]
    loops = Counter((op.part, op.pid) for op in tail if _own(history, op, others))
    if not loops:
        return None
    (part, pid), count = loops.most_common(1)[0]
    if count * _SHARE < len(tail):
        return None
    calls = Counter((op.f, op.object, op.file, op.line) for op in tail if op.pid == pid)
    place, times = calls.most_common(1)[0]
    op = next(op for op in reversed(tail) if (op.f, op.object, op.file, op.line) == place and op.pid == pid)
    text = (
        f"{who(history, part, pid)} goes on without end: {times} of the last {len(tail)} operations "
        f"are its `{op.f}`{at(op)}."
    )
    return _finding(op, text, "man 2 poll")


def _processes(history: History) -> Finding | None:
    others = foreign(history)
    living = Counter(thread.part for thread in history.end.waiting)
    if not living:
        return None
    part, count = living.most_common(1)[0]
    forks = (op for op in reversed(history.ops) if op.f == "fork" and op.part == part)
    op = next((op for op in forks if _own(history, op, others)), None)
    if op is None or count * 2 < sum(living.values()):
        return None
    return _finding(op, f"{part} had {count} processes and threads at once, forking{at(op)}.", "man 2 fork")


def _output(history: History) -> Finding | None:
    others = foreign(history)
    sizes: Counter[str] = Counter()
    for op in history.ops:
        if op.f == "output":
            sizes[op.part] += len(str(op.value.get("data", "")))
    if not sizes:
        return None
    part = sizes.most_common(1)[0][0]
    op = next(op for op in reversed(history.ops) if op.f == "output" and op.part == part)
    if not _own(history, op, others):
        return None
    return _finding(op, f"{who(history, part, op.pid)} prints without end{at(op)}.", "man 3 printf")


def _time(history: History) -> Finding | None:
    others = foreign(history)
    sleeps = Counter(
        (op.pid, op.f, op.file, op.line)
        for op in history.ops
        if op.f in _TIMED and op.type is OpType.INVOKE and _own(history, op, others)
    )
    if not sleeps:
        return None
    place, count = sleeps.most_common(1)[0]
    op = next(op for op in reversed(history.ops) if (op.pid, op.f, op.file, op.line) == place)
    name = who(history, op.part, op.pid)
    text = f"{name} lets time pass without end: it called `{op.f}`{at(op)} {count} times."
    return _finding(op, text, "man 2 nanosleep")


_JUDGES: dict[str, Callable[[History], Finding | None]] = {
    "cpu": _cpu,
    "events": _events,
    "processes": _processes,
    "output": _output,
    "time": _time,
}


def _own(history: History, op: Op, others: dict[int, int]) -> bool:
    return history.submitted(op.part) and op.pid not in others


def _finding(op: Op, message: str, read: str) -> Finding:
    return Finding(
        check="limits",
        message=message,
        why=RULE,
        read=read,
        part=op.part,
        pid=op.pid,
        ops=(op.index,),
        **located(op),
    )
