"""Check `deadlock`: processes asleep that only each other could wake, or nobody at all."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checkers._expect import difference
from grader.checkers._locks import LOCKING, changes, holders
from grader.checkers._waits import Wait, lock_holders, never_woken, open_ends, waits
from grader.checkers.base import Spec, at, failed, flags, located, named, who
from grader.model.exercise import Blocked, Exit, Expect, Present
from grader.model.history import EndReason, History, ObjectKind, Op, OpType
from grader.model.verdict import Finding

RULE = "Whoever waits must be woken by somebody who does not wait for him in turn."

_TOLD_MAX = 4
_PIPES = frozenset({ObjectKind.PIPE, ObjectKind.FIFO})
_READING = {
    "pipe": "man 7 pipe",
    "fifo": "man 7 fifo",
    "semaphore": "man 7 sem_overview",
    "sysv-semaphore": "man 2 semop",
    "sysv-queue": "man 2 msgop",
    "queue": "man 7 mq_overview",
    "socket": "man 7 unix",
    "file": "man 2 flock",
}
_BY_CALL = {"wait": "man 2 wait", "pause": "man 2 sigsuspend", "sigsuspend": "man 2 sigsuspend"}


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
    kind = _kind(history, first.op)
    return Finding(
        check="deadlock",
        message=f"{'; '.join(told)}.",
        why=RULE,
        read=_BY_CALL.get(first.op.f) or _READING.get(kind.value if kind else "", "man 7 pipe"),
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
    if op.f in LOCKING and (told := _locks_told(history, wait)):
        return text + told
    if not wait.wakers:
        return f"{text}, and nobody is left who could wake it"
    return text


def _locks_told(history: History, wait: Wait) -> str:
    """Say who holds the lock that somebody waits for, and what he holds himself; "" if it is none."""
    held = holders(history)
    wanted = [lock for lock, change in changes(wait.op) if change < 0 and held.get(lock)]
    if not wanted:
        return ""
    several = wait.op.f == "semop"
    number = f" (number {wanted[0][1]})" if several else ""
    owners = ", ".join(_name_of(history, pid) for pid in held[wanted[0]])
    own = [lock for lock, pids in held.items() if wait.thread.pid in pids and lock not in wanted]
    names = [f"number {place}" if several else _place(history, item, place) for item, place in own]
    return f"{number}, which {owners} holds" + (f", and holds {' and '.join(names)}" if names else "")


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
