"""The wait-for graph of a run that came to a halt: who sleeps for what, and who could wake them.

Theory of operation. Every thread that sleeps when a run is over becomes a `Wait` with the processes that
could wake it, its wakers, taken rather too wide than too narrow: for a pipe those that hold the other end,
for a wait the children, for a lock its holders, for a semaphore or a queue all processes of the parts that
ever used it. A thread the script could wake (it reads standard input, it waits for clients still to be
started or for a signal still to be sent) needs nobody else. Threads that can be woken, directly or by way of
others, are taken out until nothing changes; who remains can only be woken by somebody who also remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.checkers._locks import changes, holders
from grader.checkers._processes import runtime_helpers
from grader.checkers.base import Spec, argument, flags, steps_left
from grader.model.exercise import Exit, Expect, Kill, Reboot, Signal, Start
from grader.model.history import History, ObjectKind, Op, OpType, Waiting

RECEIVING = frozenset(
    {"read", "recv", "accept", "poll", "select", "epoll_wait", "msgrcv", "mq_receive", "pause", "sigsuspend",
     "sigwait", "open"}
)  # fmt: skip
"""Calls in which a server rests between two requests."""

_POLLS = frozenset({"poll", "select", "epoll_wait"})
SIGNALS = frozenset({"pause", "sigsuspend", "sigwait"})
"""Calls in which a process waits for a signal."""

_LOCKS = frozenset({"flock", "fcntl"})
_NAMED = frozenset(
    {ObjectKind.FILE, ObjectKind.FIFO, ObjectKind.SOCKET, ObjectKind.SHARED_MEMORY, ObjectKind.SEMAPHORE,
     ObjectKind.QUEUE, ObjectKind.SYSV_SHARED_MEMORY, ObjectKind.SYSV_SEMAPHORE, ObjectKind.SYSV_QUEUE}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """A thread that sleeps.

    Attributes:
        thread: who.
        op: the pending invoke.
        wakers: the processes that could wake it; empty if there are none left.
        script: the script could wake it, or the history does not say who could.
    """

    thread: Waiting
    op: Op
    wakers: frozenset[int]
    script: bool

    @property
    def resting(self) -> bool:
        """Whether it is in a call in which a server rests between two requests."""
        return self.op.f in RECEIVING


def waits(history: History, spec: Spec) -> list[Wait]:
    """Return the sleeping threads of a run that is over, with their wakers."""
    return [
        _wait(history, spec, thread, history.ops[thread.op])
        for thread in history.end.waiting
        if thread.state == "blocked" and thread.op is not None
    ]


def never_woken(history: History, asleep: Sequence[Wait]) -> list[Wait]:
    """Return the threads that only threads of this same list could wake."""
    known = {(wait.thread.pid, wait.thread.tid) for wait in asleep}
    awake = {
        thread.pid
        for thread in history.end.waiting
        if thread.state != "zombie" and (thread.pid, thread.tid) not in known
    }
    rest = list(asleep)
    while True:
        woken = [wait for wait in rest if wait.script or wait.wakers & awake]
        if not woken:
            return rest
        awake.update(wait.thread.pid for wait in woken)
        rest = [wait for wait in rest if wait not in woken]


def on_stdin(history: History, thread: Waiting) -> bool:
    """Whether a thread sleeps until the script says something more on standard input."""
    if thread.state != "blocked" or thread.op is None:
        return False
    op = history.ops[thread.op]
    if op.f not in _POLLS and op.f != "read":
        return False
    return any(_is_stdin(history, item) for item in _objects(history, thread, op))


def open_ends(history: History, object_id: str, access: str) -> list[tuple[Waiting, int]]:
    """Return who has an object open for `r` or `w`, and at which descriptor; one thread a process."""
    found: dict[int, tuple[Waiting, int]] = {}
    for thread in history.end.waiting:
        for fd, held, how in thread.holds:
            if held == object_id and access in how and thread.state != "zombie":
                found.setdefault(thread.pid, (thread, fd))
    return list(found.values())


def unreaped(history: History, pid: int) -> list[int]:
    """Return the children of a process that have ended and were not waited for when the run was over."""
    ended = {thread.pid for thread in history.end.waiting if thread.state == "zombie"}
    return [child.pid for child in history.processes.values() if child.parent == pid and child.pid in ended]


def lock_holders(history: History, object_id: str) -> set[int]:
    """Return the processes that took a lock on a file and did not let it go."""
    holding: dict[int, int | None] = {}
    for op in history.ops:
        if op.type is not OpType.OK:
            continue
        if op.f == "exit":
            holding.pop(op.pid, None)
        elif op.object != object_id:
            continue
        elif op.f in _LOCKS:
            words = {*flags(history, op, "operation"), argument(history, op, "type")}
            if (
                words & {"LOCK_EX", "LOCK_SH", "F_WRLCK", "F_RDLCK"}
                and argument(history, op, "cmd") != "F_GETLK"
            ):
                holding[op.pid] = argument(history, op, "fd")
            elif words & {"LOCK_UN", "F_UNLCK"}:
                holding.pop(op.pid, None)
        elif op.f == "close" and holding.get(op.pid) == argument(history, op, "fd"):
            holding.pop(op.pid, None)
    return set(holding)


def _wait(history: History, spec: Spec, thread: Waiting, op: Op) -> Wait:
    timed = op.f == "nanosleep" or argument(history, op, "timeout_ns") is not None
    own = (thread.pid, thread.tid)
    living = {t.pid for t in history.end.waiting if t.state != "zombie" and (t.pid, t.tid) != own}
    found: set[int] | None = set()
    if timed or on_stdin(history, thread):
        found = None
    elif op.f in _POLLS:
        found = _union(_wakers(history, thread, op, item) for item in _objects(history, thread, op)) or None
    else:
        found = _wakers(history, thread, op, op.object)
    resting = op.f in RECEIVING and _meant_to_rest(spec, history, thread.part)
    wakers = (found or set()) & living
    script = (
        found is None
        or resting
        or _newcomer(history, spec, op, wakers)
        or _signalled(history, spec, thread, op)
    )
    return Wait(thread, op, frozenset(wakers), script)


def _union(sets: Iterable[set[int] | None]) -> set[int] | None:
    union: set[int] = set()
    for one in sets:
        if one is None:
            return None
        union |= one
    return union


def _wakers(history: History, thread: Waiting, op: Op, item: str) -> set[int] | None:
    """Return the processes that could end a wait on an object; None if the history does not say."""
    living = {t.pid: t.part for t in history.end.waiting if t.state != "zombie"}
    if op.f in {"wait", "fork"}:
        child = argument(history, op, "pid")
        children = {p.pid for p in history.processes.values() if p.parent == thread.pid and p.pid in living}
        return (children & {child} if isinstance(child, int) and child > 0 else children) or None
    if op.f in SIGNALS:
        senders = {o.part for o in history.ops if o.f == "kill"}
        kin = {pid for pid, part in living.items() if part == thread.part} - runtime_helpers(history)
        if thread.part not in senders and kin <= {thread.pid} and not unreaped(history, thread.pid):
            return None  # it waits for signals from outside, as a daemon does
        return kin | {pid for pid, part in living.items() if part in senders}
    if op.f == "pthread_join":
        return {thread.pid}
    if not item:
        return {pid for pid, part in living.items() if part == thread.part} if op.f == "futex" else None
    kind = history.objects[item].kind if item in history.objects else None
    wanted = [lock for lock, change in changes(op) if change < 0]
    if wanted and set(wanted) <= (held := holders(history)).keys():
        return {pid for lock in wanted for pid in held[lock]} & set(living)
    if op.f in _LOCKS:
        return lock_holders(history, item) & set(living) or _users(history, thread, item, living)
    if kind in {ObjectKind.PIPE, ObjectKind.FIFO} and op.f in {"read", "write", *_POLLS}:
        ends = open_ends(history, item, "r" if op.f == "write" else "w")
        return {t.pid for t, _ in ends} or None
    if kind is ObjectKind.SOCKET:
        return {
            t.pid for t in history.end.waiting if any(_is_socket(history, held) for _, held, _ in t.holds)
        }
    return _users(history, thread, item, living)


def _users(history: History, thread: Waiting, item: str, living: dict[int, str]) -> set[int]:
    """Return the living processes of all parts that ever used an object; a fork may use it without a trace.

    What no other part has used yet anybody could come to use, if it has a name.
    """
    parts = {op.part for op in history.on(item) if op.part}
    known = history.objects.get(item)
    if parts <= {thread.part} and known is not None and known.kind in _NAMED and known.name:
        return set(living)
    return {pid for pid, part in living.items() if part in parts}


def _objects(history: History, thread: Waiting, op: Op) -> list[str]:
    """Return the objects a call waits on: one, or those behind the descriptors of a `poll`."""
    if op.f == "epoll_wait":
        return _watched(history, op.object)
    fds, several = argument(history, op, "fds"), argument(history, op, "objects")
    if op.f not in _POLLS or not isinstance(fds, list | tuple):
        return [op.object] if op.object else []
    if isinstance(several, list | tuple):
        return [str(item) for item in several if item]
    numbers = {item.get("fd") if isinstance(item, dict) else item for item in fds}
    return [held for fd, held, _ in thread.holds if fd in numbers]


def _watched(history: History, epoll: str) -> list[str]:
    """Return the objects an epoll descriptor watches."""
    watched: dict[str, None] = {}
    for op in history.on(epoll):
        if op.f == "epoll_ctl" and op.type is OpType.OK:
            item = str(argument(history, op, "watched", ""))
            if argument(history, op, "op") == "EPOLL_CTL_DEL":
                watched.pop(item, None)
            elif item:
                watched[item] = None
    return list(watched)


def _is_stdin(history: History, item: str) -> bool:
    known = history.objects.get(item)
    return known is not None and known.name.startswith(("stdin of ", "terminal of "))


def _is_socket(history: History, item: str) -> bool:
    known = history.objects.get(item)
    return known is not None and known.kind is ObjectKind.SOCKET


def _meant_to_rest(spec: Spec, history: History, part: str) -> bool:
    """Whether the script lets a part run for ever, or ends it by a signal later on."""
    if part in spec.scenario.stays:
        return True
    return any(
        isinstance(step, Reboot)
        or (isinstance(step, Signal) and part in step.signal)
        or (isinstance(step, Kill) and (part in step.parts or (step.child and step.child.part == part)))
        for step in steps_left(history, spec)
    )


def _signalled(history: History, spec: Spec, thread: Waiting, op: Op) -> bool:
    """Whether a thread waits for a signal in a scenario whose script sends its process some: a main one."""
    process = history.processes.get(thread.pid)
    main = process is None or process.main
    return (
        main
        and op.f in SIGNALS
        and any(isinstance(step, Signal) and thread.part in step.signal for step in spec.script.steps)
    )


def _newcomer(history: History, spec: Spec, op: Op, wakers: set[int]) -> bool:
    """Whether a part still to be started may come to the object: its arguments have to do with the name.

    Who is to end now must do so without one that is started afterwards; and so must he who is to print,
    unless he is back where he takes the next request, which may mean that his text was not flushed.
    """
    index = history.end.step
    step = spec.script.steps[index] if index is not None else None
    if isinstance(step, Exit) or (isinstance(step, Expect) and (wakers or op.f not in RECEIVING)):
        return False
    known = history.objects.get(op.object)
    if known is None or known.kind not in _NAMED or not known.name:
        return False
    name = known.name.strip("/")
    for step in steps_left(history, spec):
        if isinstance(step, Start):
            for part in step.start:
                words = (
                    [word.strip("/") for word in spec.script.cast[part].args]
                    if part in spec.script.cast
                    else []
                )
                if not words or any(word and (word in name or name in word) for word in words):
                    return True
    return False
