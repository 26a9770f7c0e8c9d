"""Check `deadlock`: processes asleep that only each other could wake, or nobody at all."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checkers._expect import difference
from grader.checkers._locks import LOCKING, Lock, changes, died_holding, holders
from grader.checkers._pages import page
from grader.checkers._processes import exits
from grader.checkers._waits import SIGNALS, Wait, lock_holders, never_woken, open_ends, unreaped, waits
from grader.checkers.base import Spec, at, failed, flags, located, named, who
from grader.model.exercise import Blocked, Exit, Expect, Present
from grader.model.history import EndReason, History, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = "Whoever waits must be woken by somebody who does not wait for him in turn."

_TOLD_MAX = 4
_PIPES = frozenset({ObjectKind.PIPE, ObjectKind.FIFO})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report who waits for whom: all if the script waits in vain, else a circle beside which others go on."""
    if history.end.reason is not EndReason.STUCK or _wrong_text(history, spec):
        return _beside_others(history, spec)
    stuck = never_woken(history, waits(history, spec))
    concerned, circles_only = _concerned(history, spec)
    roots = [
        wait
        for wait in stuck
        if wait.thread.part in concerned
        and _counts(history, wait, stuck)
        and (wait.wakers or not circles_only)
    ]
    involved = _reachable(roots, stuck)
    own = [wait for wait in involved if history.submitted(wait.thread.part)]
    if not own:
        return []
    return [_finding(history, sorted(involved, key=lambda wait: _telling(history, wait)), own)]


def _beside_others(history: History, spec: Spec) -> list[Finding]:
    """Report a circle of processes that wait for what they hold: nobody outside it can open it.

    Only locks are looked at: two who wait for messages from each other may rest until the next request comes.
    """
    if history.end.reason is EndReason.CRASHED:
        return []
    stuck = never_woken(history, waits(history, spec))
    held = holders(history)
    circle = [
        wait
        for wait in stuck
        if wait.op.f in LOCKING
        and wait.wakers
        and (wait.op.f in ("flock", "fcntl") or any(held.get(lock) for lock, _ in changes(wait.op)))
    ]
    pids = {wait.thread.pid for wait in circle}
    circle = [wait for wait in circle if wait.wakers & pids]
    own = [wait for wait in circle if history.submitted(wait.thread.part)]
    return [_finding(history, circle, own)] if own and len(circle) > 1 else []


def _wrong_text(history: History, spec: Spec) -> bool:
    """Whether the script stands still for text that is wrong, not for text that does not come."""
    return any(
        not difference(history, spec, op, step.expect).short for op, step, _ in failed(history, spec, Expect)
    )


def _concerned(history: History, spec: Spec) -> tuple[set[str], bool]:
    """Return the parts whose doing the script waits for, and whether only a circle can be to blame.

    Who should be asleep in another call, or has not made an object yet, may well wait rightly for somebody
    the script has not started; who should print or end may not.
    """
    index = history.end.step
    step = spec.script.steps[index] if index is not None and index < len(spec.script.steps) else None
    if isinstance(step, Expect):
        return {step.expect.part}, False
    if isinstance(step, Exit):
        return set(step.exit), False
    if isinstance(step, Blocked):
        return {step.blocked.part}, True
    if isinstance(step, Present) and all(not observed for _, _, observed in failed(history, spec, Present)):
        return set(history.cast), True
    return set(), True


def _counts(history: History, wait: Wait, stuck: Sequence[Wait]) -> bool:
    """Whether a part stands still: all of it, or this thread in the middle of something.

    A thread that rests in a receiving call while others of its part go on is nothing unusual.
    """
    part = {(t.pid, t.tid) for t in history.end.waiting if t.part == wait.thread.part and t.state != "zombie"}
    still = {(other.thread.pid, other.thread.tid) for other in stuck}
    return part <= still or not wait.resting


def _reachable(roots: Sequence[Wait], stuck: Sequence[Wait]) -> list[Wait]:
    """Follow the wait-for graph: all on whom the roots depend."""
    found = list(roots)
    for wait in found:
        found.extend(other for other in stuck if other.thread.pid in wait.wakers and other not in found)
    return found


def _telling(history: History, wait: Wait) -> tuple[bool, int]:
    """Order for telling: the wait that shows the mistake first, waits for children last."""
    kind = _kind(history, wait.op)
    own_end = kind in _PIPES and wait.op.f != "open" and not wait.wakers
    ranks = [own_end, wait.op.f == "open", kind not in _PIPES and wait.op.f != "wait", wait.op.f != "wait"]
    return not history.submitted(wait.thread.part), ranks.index(True) if True in ranks else len(ranks)


def _kind(history: History, op: Op) -> ObjectKind | None:
    known = history.objects.get(op.object)
    return None if known is None else known.kind


def _finding(history: History, involved: Sequence[Wait], own: Sequence[Wait]) -> Finding:
    told = [_sentence(history, wait) for wait in involved[:_TOLD_MAX]]
    if len(involved) > _TOLD_MAX:
        told.append(f"and {len(involved) - _TOLD_MAX} more wait in this circle")
    first = next(wait for wait in involved if wait in own)
    return Finding(
        check="deadlock",
        message=f"{'; '.join(told)}.",
        why=RULE,
        read=page(history, first.op),
        part=first.thread.part,
        pid=first.thread.pid,
        ops=tuple(wait.op.index for wait in involved),
        **located(first.op),
    )


def _sentence(history: History, wait: Wait) -> str:
    name = who(history, wait.thread.part, wait.thread.pid)
    op = wait.op
    if op.f == "wait":
        children = ", ".join(f"pid {pid}" for pid in sorted(wait.wakers))
        return f"{name} waits for its child {children} to end{at(op)}"
    kind = _kind(history, op)
    on = f" on {_place(history, op.object, op.value.get('offset'))}" if op.object else ""
    if op.f == "open":
        mode = flags(history, op)
        what = "writer" if "O_RDONLY" in mode else "reader" if "O_WRONLY" in mode else "peer"
        text = f"{name} waits in open of {named(history, op.object)} for a {what}{at(op)}"
        return text + ("" if wait.wakers else ", and nobody is left who could wake it")
    text = f"{name} waits in {op.f}{on}{at(op)}"
    if kind in _PIPES and op.f in {"read", "write"}:
        return text + _pipe_end(history, wait)
    if op.f in {"flock", "fcntl"} and lock_holders(history, op.object):
        owners = ", ".join(_name_of(history, pid) for pid in sorted(lock_holders(history, op.object)))
        return f"{text}, locked by {owners}"
    if op.f in LOCKING and (told := _owner_told(history, wait)):
        return text + told
    if op.f == "semop":
        text += _numbers([lock for lock, change in changes(op) if change < 0])
    if not wait.wakers:
        return f"{text}, and nobody is left who could wake it{_fallen(history, wait)}"
    return text


def _owner_told(history: History, wait: Wait) -> str:
    """Say who holds the lock that somebody waits for, and what he holds himself; "" if it is none."""
    held, died = holders(history), died_holding(history)
    several = wait.op.f == "semop"
    takes = [lock for lock, change in changes(wait.op) if change < 0]
    wanted = [lock for lock in takes if lock in held] or [lock for lock in takes if lock in died]
    if not wanted:
        return ""
    number = _numbers(wanted[:1]) if several else ""
    if held.get(wanted[0]) == [wait.thread.pid]:
        owners = "it holds already"
    elif wanted[0] in held:
        owners = f"{', '.join(_name_of(history, pid) for pid in held[wanted[0]])} holds"
    else:
        owners = _last_holder(history, died[wanted[0]])
    own = [lock for lock, pids in held.items() if wait.thread.pid in pids and lock not in wanted]
    names = [_numbered(own)] if several and own else [_place(history, item, place) for item, place in own]
    return f"{number}, which {owners}" + (f", and holds {' and '.join(names)}" if names else "")


def _numbers(locks: Sequence[Lock]) -> str:
    return f" ({_numbered(locks)})" if locks else ""


def _numbered(locks: Sequence[Lock]) -> str:
    """Name semaphores of a set."""
    numbers = " and ".join(str(place) for _, place in locks)
    return f"number{'s' if len(locks) > 1 else ''} {numbers}"


def _last_holder(history: History, pid: int) -> str:
    """Say who held a lock when he ended, and how he ended."""
    signal = exits(history)[pid].value.get("signal")
    how = "was killed" if signal == "SIGKILL" else f"died of {signal}" if signal else "ended"
    return f"{_name_of(history, pid)} held when it {how}"


def _fallen(history: History, wait: Wait) -> str:
    """Say which child was not waited for, or which process of the same part died of a signal; else ""."""
    zombies = unreaped(history, wait.thread.pid) if wait.op.f in SIGNALS else []
    if zombies:
        told = f"its child (pid {zombies[0]})" if len(zombies) == 1 else f"{len(zombies)} of its children"
        return f"; {told} had ended already and {'was' if len(zombies) == 1 else 'were'} not waited for"
    op = next((end for end in exits(history).values() if end.part == wait.thread.part and _fatal(end)), None)
    if op is None:
        return ""
    child = history.processes[op.pid].parent == wait.thread.pid
    name = f"its child (pid {op.pid})" if child else _name_of(history, op.pid)
    signal = _fatal(op)
    sent = [
        o for o in history.ops if o.f == "deliver" and o.pid == op.pid and o.value.get("signal") == signal
    ]
    sender = sent[-1].value.get("from") if sent else "kernel"
    if sender == "kernel":
        return f"; {name} died of {signal}"
    by = _name_of(history, sender) if isinstance(sender, int) else f"the {sender}"
    unhandled = "" if signal == "SIGKILL" else ", for which it had no handler"
    return f"; {name} died of {signal}, sent by {by}{unhandled}"


def _fatal(end: Op) -> str:
    return str(end.value.get("signal", ""))


def _place(history: History, item: str, offset: object) -> str:
    """Name an object, and in memory that holds several locks which one it is."""
    memory = {ObjectKind.MAPPING, ObjectKind.SHARED_MEMORY, ObjectKind.SYSV_SHARED_MEMORY}
    known = history.objects.get(item)
    if known is None or known.kind not in memory or not isinstance(offset, int):
        return named(history, item)
    return f"byte {offset} of {named(history, item)}"


def _name_of(history: History, pid: int) -> str:
    process = history.processes.get(pid)
    return who(history, process.part, pid) if process else f"pid {pid}"


def _pipe_end(history: History, wait: Wait) -> str:
    """Say who keeps the other end of a pipe open."""
    reading = wait.op.f == "read"
    end = "write" if reading else "read"
    ends = open_ends(history, wait.op.object, end[0])
    pid = wait.thread.pid
    if [t.pid for t, _ in ends] == [pid]:
        fd = ends[0][1]
        return (
            f"; the only open {end} end is its own descriptor {fd}{_inherited(history, wait.op.object, pid)}"
        )
    told = [
        f"its own descriptor {fd}{_inherited(history, wait.op.object, pid)}"
        if t.pid == pid
        else f"descriptor {fd} of {_name_of(history, t.pid)}"
        for t, fd in ends
    ]
    return f", whose {end} end is {' and '.join(told)}" if told else ""


def _inherited(history: History, item: str, pid: int) -> str:
    """Say `, inherited at fork` where a process has an object it did not open itself."""
    forked = any(op.f == "fork" and op.value.get("child") == pid for op in history.ops)
    opened = any(
        op.pid == pid and op.type is OpType.OK and op.f in {"pipe", "open"} for op in history.on(item)
    )
    return ", inherited at fork" if forked and not opened else ""
