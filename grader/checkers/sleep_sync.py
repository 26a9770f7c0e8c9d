"""Check `sleep-sync`: an order that only a sleep was to enforce.

The scheduler sometimes lets time pass though somebody is ready to run, as a busy machine does; it notes
that as `clock` with `late`. Where a sleeper then overtook the others and the output is wrong, the sleep is
the cause. So it is where lines came in the wrong order though nothing but a sleep stood before each of them:
no call in which their writers could have waited for each other.
"""

from __future__ import annotations

from grader.checkers._expect import difference
from grader.checkers._printed import written_since
from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, failed, located, who
from grader.model.exercise import Expect
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "A sleep puts nothing in order: on a busy machine it ends before the others have got anywhere."

_NO_WAITING = frozenset({"load", "store", "close", "sigaction", "sigprocmask", "exec", "mmap", "stat"})
_EXCHANGES = frozenset({"write", "send", "msgsnd", "mq_send", "sem_post", "semop", "kill", "store"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report the sleep behind output that is wrong in a run whose sleepers woke while others were ready."""
    woken = _woken_early(history)
    for op, step, _ in failed(history, spec, Expect):
        demand = step.expect
        found = difference(history, spec, op, demand)
        if found.short:
            continue
        written = written_since(history, demand.part, demand.stream, op.index)
        if found.reordered:
            slept = [_slept_before(history, output) for output in written]
            writers = {output.pid for output, sleep in zip(written, slept, strict=True) if sleep}
            first = next((sleep for sleep in slept if sleep), None)
            if first is not None and len(writers) > 1:
                return [_finding(history, first, (first.index, op.index))]
        for sleep, end in woken:
            # What the sleeper wrote, or passed on to others who wrote, came too early.
            acted = _act_after(history, end, written, own_output=not found.reordered)
            if acted is not None:
                return [_finding(history, sleep, (sleep.index, end.index, acted.index, op.index))]
    return []


def _woken_early(history: History) -> list[tuple[Op, Op]]:
    """Return the sleeps of the submission, invoke and end, that ended while somebody else was ready."""
    late = {op.value.get("to_ns") for op in history.ops if op.f == "clock" and op.value.get("late") is True}
    others = foreign(history)
    found = []
    for end in history.ops:
        if end.f != "nanosleep" or end.type is not OpType.OK or end.invoked is None:
            continue
        if not history.submitted(end.part) or end.pid in others:
            continue
        if end.time_ns in late:
            found.append((history.ops[end.invoked], end))
    return found


def _slept_before(history: History, output: Op) -> Op | None:
    """Return the sleep that alone stood between a line and what its writer did before; None if it waited."""
    if not history.submitted(output.part) or output.pid in foreign(history):
        return None
    wrote = False
    for op in reversed(history.ops[: output.index]):
        if op.pid != output.pid or op.f == "output":
            continue
        if op.f == "write":
            if wrote and op.type is OpType.OK:
                return None
            wrote = True
        elif op.f == "nanosleep" and op.type is OpType.OK and op.invoked is not None:
            return history.ops[op.invoked]
        elif op.f not in _NO_WAITING:
            return None
    return None


def _act_after(history: History, end: Op, written: list[Op], *, own_output: bool) -> Op | None:
    for op in history.ops[end.index + 1 :]:
        if op.pid != end.pid or op.tid not in (end.tid, 0):  # which thread printed is not known
            continue
        if op.f == "output" and op in written:
            return op
        if not own_output and op.f in _EXCHANGES and op.object and written and op.index < written[-1].index:
            return op
    return None


def _finding(history: History, sleep: Op, ops: tuple[int, ...]) -> Finding:
    duration = sleep.value.get("duration_ns")
    relative = isinstance(duration, int) and not sleep.value.get("absolute")
    seconds = f" for {int(str(duration)) / 1e9:g} s" if relative else ""
    return Finding(
        check="sleep-sync",
        message=f"{who(history, sleep.part, sleep.pid)} sleeps{seconds}{at(sleep)} so that others come "
        "first; when it woke before they were done, the output was wrong.",
        why=RULE,
        read="man 7 sem_overview",
        part=sleep.part,
        pid=sleep.pid,
        ops=ops,
        **located(sleep),
    )
