"""Check `descriptors`: ends of pipes that keep others waiting, descriptors that leak.

An end that nobody uses is an error where somebody sleeps for ever because of it, and advice elsewhere. What
a program that is started finds open is an error where the exercise says so, and advice elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.checkers._ends import STANDARD, Held, Users, beyond_standard, held, is_pipe, made_by
from grader.checkers._growth import growth
from grader.checkers._processes import arguments, foreign, runtime_helpers
from grader.checkers._waits import Wait, never_woken, open_ends, waits
from grader.checkers.base import Spec, at, located, named, who
from grader.model.history import EndReason, History, Op, OpType
from grader.model.verdict import Finding, Severity

RULE = "Who does not use an end of a pipe closes it: while anybody has it open, the other side waits for it."
LEAK = (
    "A program that is started has open what its parent had open, unless it was closed or is closed on exec."
)
GROWTH = "What is opened for a request is closed with it: the number of descriptors of a process is limited."

_READS, _WRITES = frozenset({"read"}), frozenset({"write"})
_POLLS = frozenset({"poll", "select", "epoll_wait"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report ends that keep somebody waiting, descriptors that leak to others, and those that become more."""
    users = Users(history)
    return [
        *_waited_for(history, spec, users),
        *_leaked(history, spec),
        *growth(history, GROWTH),
        *_unused(history, users),
    ]


# -- ends that somebody waits for ----------------------------------------------------------------------


def _waited_for(history: History, spec: Spec, users: Users) -> list[Finding]:
    """Report an end that keeps a process asleep for ever: it would find the end of the file, or SIGPIPE."""
    if history.end.reason is not EndReason.STUCK:
        return []
    others = foreign(history)
    stuck = never_woken(history, waits(history, spec))
    for wait in stuck:
        for item, access in _expected(history, wait) if history.submitted(wait.thread.part) else ():
            keepers = [(thread.pid, fd) for thread, fd in open_ends(history, item, access)]
            useless = [
                (pid in others and fd > STANDARD) or _useless(wait, pid, (item, access), users, stuck)
                for pid, fd in keepers
            ]
            if keepers and all(useless):
                return [_keeps(history, wait, *keepers[0], item, access)]
    return []


def _expected(history: History, wait: Wait) -> Iterator[tuple[str, str]]:
    """Yield the pipes whose end a sleeping process would notice, with the access that keeps it away."""
    op = wait.op
    objects = op.value.get("objects") if op.f in _POLLS else [op.object]
    for item in objects if isinstance(objects, list | tuple) else ():
        if isinstance(item, str) and is_pipe(history, item):
            if op.f in _READS | _POLLS:
                yield item, "w"
            elif op.f in _WRITES:
                yield item, "r"


def _useless(wait: Wait, pid: int, end: tuple[str, str], users: Users, stuck: Sequence[Wait]) -> bool:
    """Whether an end is certainly of no use to who has it and never used it.

    It is if it sleeps at the other end, or if another one was to use this end, and it only waits for its
    children or at the other end, too.
    """
    if pid in users.possible(*end):
        return False
    if pid == wait.thread.pid:
        return True
    asleep = [other.op for other in stuck if other.thread.pid == pid]
    idle = all(op.f == "wait" or (op.f == wait.op.f and op.object == wait.op.object) for op in asleep)
    return bool(asleep) and idle and bool(users.meant(*end) - {wait.thread.pid, pid})


def _keeps(history: History, wait: Wait, pid: int, fd: int, item: str, access: str) -> Finding:
    made = made_by(history, item)
    op, sleeper = wait.op, who(history, wait.thread.part, wait.thread.pid)
    part = history.processes[pid].part
    own = pid == wait.thread.pid
    keeper = "it" if own else who(history, part, pid)
    what, side = ("end of file", "write") if access == "w" else ("SIGPIPE", "read")
    inherited = "" if made is not None and made.pid == pid else ", inherited"
    return Finding(
        check="descriptors",
        message=f"{sleeper} waits in {op.f} on {named(history, item)}{at(op)} and gets no {what}: {keeper} "
        f"keeps a {side} end open{' itself' if own else ''} (descriptor {fd}{inherited}) that it does not use"
        f"{_origin(made)}.",
        why=RULE,
        read="man 7 pipe",
        part=part,
        pid=pid,
        ops=(*((made.index,) if made is not None else ()), op.index),
        **located(made),
    )


def _origin(made: Op | None) -> str:
    return f"; the pipe was made{at(made)}" if at(made) else ""


# -- descriptors that leak into other programs ---------------------------------------------------------


def _leaked(history: History, spec: Spec) -> list[Finding]:
    """Report what programs that a part starts find open beyond their standard streams."""
    others, helpers = foreign(history), runtime_helpers(history)
    found: dict[tuple[str, Severity], Finding] = {}
    for op in history.ops:
        if op.f != "exec" or op.type is not OpType.OK or not history.submitted(op.part):
            continue
        leaks = list(beyond_standard(op))
        if not leaks or op.pid in helpers or others.get(op.pid) != op.index:
            continue
        strict = op.part in spec.scenario.closes_on_exec
        severity = Severity.ERROR if strict else Severity.ADVICE
        found.setdefault((op.part, severity), _leak(history, op, leaks, severity))
    return list(found.values())


def _leak(history: History, op: Op, leaks: list[Held], severity: Severity) -> Finding:
    program = next(iter(arguments(history, op)), "a program")
    told = ", ".join(f"{one.fd} ({_end(history, one)})" for one in leaks)
    number = "descriptor" if len(leaks) == 1 else "descriptors"
    made = made_by(history, leaks[0].object)
    source = made or history.invoke_of(op)
    return Finding(
        check="descriptors",
        severity=severity,
        message=f"{who(history, op.part, op.pid)} starts {program} with {number} {told} open{_origin(made)}.",
        why=LEAK,
        read="man 2 fcntl",
        part=op.part,
        pid=op.pid,
        ops=(source.index, op.index) if source.index < op.index else (op.index,),
        **located(source if source.file else history.invoke_of(op)),
    )


def _end(history: History, one: Held) -> str:
    if not is_pipe(history, one.object):
        return named(history, one.object)
    return f"the {'read' if one.access == 'r' else 'write'} end of {named(history, one.object)}"


# -- ends that harm nobody yet -------------------------------------------------------------------------


def _unused(history: History, users: Users) -> list[Finding]:
    """Advise to close ends that a process has had open to its end, asleep at times, and that others use."""
    others = foreign(history)
    found: dict[tuple[str, str, int], Finding] = {}
    for op in history.ops:
        if op.f != "exit" or op.pid in others or not history.submitted(op.part):
            continue
        for one in held(op):
            if _harmless_and_unused(history, op, one, users):
                made = made_by(history, one.object)
                place = ("", 0) if made is None else (made.file, made.line)
                found.setdefault((one.access, *place), _advice(history, op, one, made))
    return list(found.values())


def _harmless_and_unused(history: History, op: Op, one: Held, users: Users) -> bool:
    if one.access not in {"r", "w"} or op.pid in users.possible(one.object, one.access):
        return False
    made = made_by(history, one.object)
    since = -1 if made is None else made.index
    slept = any(o.pid == op.pid and o.blocked and o.index > since for o in history.ops)
    return slept and bool(users.certain(one.object, one.access))


def _advice(history: History, op: Op, one: Held, made: Op | None) -> Finding:
    side = "read" if one.access == "r" else "write"
    return Finding(
        check="descriptors",
        severity=Severity.ADVICE,
        message=f"{who(history, op.part, op.pid)} has a {side} end of {named(history, one.object)} open "
        f"(descriptor {one.fd}) until it ends, and never uses it{_origin(made)}.",
        why=RULE,
        read="man 7 pipe",
        part=op.part,
        pid=op.pid,
        ops=(*((made.index,) if made is not None else ()), op.index),
        **located(made),
    )
