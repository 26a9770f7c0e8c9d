"""Check `lost-wakeup`: somebody sleeps for what had already come when it went to sleep."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, located, who
from grader.model.history import EndReason, History, Op, OpType, Waiting
from grader.model.verdict import Finding

RULE = (
    "Between looking whether something has come and going to sleep for it, it can come: the two must be one "
    "step."
)

_SLEEPS = frozenset(
    {
        *("pause", "sigsuspend", "sigwait", "read", "recv", "poll", "select", "epoll_wait", "accept"),
        *("msgrcv", "mq_receive"),
    }
)
"""Calls in which a program waits for a signal to come."""

_UNNOTICED = frozenset({"sigprocmask", "sigaction", "unsafe_call", "errno_changed"})
"""What a program does between a signal and its sleep without having noticed the signal."""

_SIGNALLING = frozenset({"pthread_cond_signal", "pthread_cond_broadcast"})


def check(history: History, spec: Spec) -> list[Finding]:
    """Report who sleeps at the end though what it sleeps for came just before it went to sleep."""
    del spec
    if history.end.reason not in (EndReason.STUCK, EndReason.UNMET):
        return []
    others = foreign(history)
    findings: list[Finding] = []
    for thread in history.end.waiting:
        if thread.state != "blocked" or thread.op is None:
            continue
        if not history.submitted(thread.part) or thread.pid in others:
            continue
        sleep = history.ops[thread.op]
        if sleep.f in _SLEEPS:
            findings.extend(_signal_before(history, thread, sleep))
        elif sleep.f == "pthread_cond_wait":
            findings.extend(_condition_before(history, thread, sleep))
    return findings


def _signal_before(history: History, thread: Waiting, sleep: Op) -> Iterator[Finding]:
    """Yield the signal that was handled right before a sleep that nothing ended."""
    delivered = None
    for op in reversed(history.ops[: sleep.index]):
        if (op.pid, op.tid) != (thread.pid, thread.tid):
            continue
        if op.f == "deliver":
            if op.value.get("action") == "handler":
                delivered = op
            break
        if op.f not in _UNNOTICED:
            break
    if delivered is None or not _awaited(history, delivered):
        return
    name = delivered.value.get("signal")
    yield _finding(
        thread,
        sleep,
        (delivered.index, sleep.index),
        f"{who(history, thread.part, thread.pid)} sleeps in {sleep.f}{at(sleep)} for a signal that had "
        f"already come: {name} was handled before it went to sleep, and nothing came of it.",
        "man 2 sigsuspend",
    )


def _awaited(history: History, delivered: Op) -> bool:
    """Whether nothing came of a signal: the script waits, and has met no demand with text printed since."""
    printed: set[str] = set()
    for op in history.ops[delivered.index :]:
        if op.f == "output":
            printed.add(op.part)
        elif not op.part and op.type is OpType.OK and op.f == "expect" and op.value.get("part") in printed:
            return False
    return True


def _condition_before(history: History, thread: Waiting, sleep: Op) -> Iterator[Finding]:
    """Yield the signal on a condition that came while nobody waited for it."""
    signals = [op for op in history.on(sleep.object) if op.f in _SIGNALLING and op.invoked is None]
    mine = sleep.value.get("offset")
    signals = [op for op in signals if op.value.get("offset") == mine and op.pid != thread.pid]
    if not signals or signals[-1].index > sleep.index:
        return
    last = signals[-1]
    if any(_waited_at(history, op, last) for op in history.on(sleep.object)):
        return
    yield _finding(
        thread,
        sleep,
        (last.index, sleep.index),
        f"{who(history, thread.part, thread.pid)} sleeps in {sleep.f}{at(sleep)} for a {last.f} that had "
        f"already come: {who(history, last.part, last.pid)} made it{at(last)} when nobody waited yet.",
        "man 3 pthread_cond_wait",
    )


def _waited_at(history: History, op: Op, signal: Op) -> bool:
    """Whether an op is a wait on the same condition that was going on when it was signalled."""
    if op.f != "pthread_cond_wait" or op.type is not OpType.INVOKE or op.index > signal.index:
        return False
    if op.value.get("offset") != signal.value.get("offset"):
        return False
    end = next((other.index for other in history.ops if other.invoked == op.index), len(history.ops))
    return end > signal.index


def _finding(thread: Waiting, sleep: Op, ops: tuple[int, ...], message: str, read: str) -> Finding:
    return Finding(
        check="lost-wakeup",
        message=message,
        why=RULE,
        read=read,
        part=thread.part,
        pid=thread.pid,
        ops=ops,
        **located(sleep),
    )
