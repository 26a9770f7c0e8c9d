"""Check `polling`: asking again and again where the kernel would wake the caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.checkers._processes import foreign
from grader.checkers._tries import TRIES_MIN, Streak, streaks
from grader.checkers.base import Spec, at, failed, located, named, who
from grader.model.exercise import Blocked
from grader.model.history import EndReason, History, Op
from grader.model.verdict import Finding

RULE = "Waiting is blocking: who asks again and again wastes the processor, or comes late, or both."

_ENDLESS_MIN = 20
"""So many sleeps or looks at the end of a run that reached a limit are a wait."""

_ADVICE = {
    "would-block": "Without the non-blocking flag the kernel wakes the caller when there is something.",
    "time-out": "Without a time-out the kernel wakes the caller when there is something.",
    "absent": "Open what blocks until the peer is there, or wait on an object that both sides know.",
    "end-of-file": "At end of file read returns at once, for ever: close the descriptor or keep a writer.",
    "probe": "Wait for the change itself: on a semaphore, in wait, or for a message.",
    "sleep": "A semaphore, a message or a signal wakes the caller when it is time, not before and not after.",
}
_READING = {
    "read": "man 2 read", "msgrcv": "man 2 msgrcv", "semop": "man 2 semop", "wait": "man 2 wait",
    "flock": "man 2 flock", "fcntl": "man 2 fcntl", "mq_receive": "man 3 mq_receive",
    "sem_trywait": "man 3 sem_wait", "poll": "man 2 poll", "select": "man 2 select", "open": "man 7 fifo",
    "kill": "man 2 wait", "nanosleep": "man 7 sem_overview",
}  # fmt: skip


def check(history: History, spec: Spec) -> list[Finding]:
    """Report operations that a thread repeats without any progress, the longest streak of each loop."""
    worst: dict[tuple[str, str, str, int], list[Streak]] = {}
    for streak in streaks(history, _judged(history)):
        if not _proven(history, spec, streak):
            continue
        op = streak.last
        worst.setdefault((op.part, op.f, op.file, op.line), []).append(streak)
    loops = [max(found, key=lambda streak: streak.tries) for found in worst.values()]
    # A loop that tries and sleeps shows twice; the sleep is then told with the try.
    trying = {(streak.last.pid, streak.last.tid) for streak in loops if streak.kind != "sleep"}
    return [
        _finding(history, streak)
        for streak in loops
        if streak.kind != "sleep" or (streak.last.pid, streak.last.tid) not in trying
    ]


def _judged(history: History) -> Iterator[Op]:
    others = foreign(history)
    for op in history.ops:
        if op.pid and history.submitted(op.part) and op.index < others.get(op.pid, len(history.ops)):
            yield op


def _proven(history: History, spec: Spec, streak: Streak) -> bool:
    """Whether a streak is a wait. Tries are; sleeps alone, and looks without a pause, need not be.

    What a loop looks at between two sleeps may be invisible, but a program may also sleep for other reasons;
    and who looks at one place again and again may be computing. It is a wait if the script found the part
    asleep where it should have waited for something, or if a limit was reached with nothing else going on.
    """
    op = streak.last
    if streak.kind != "sleep" and streak.tries >= TRIES_MIN:
        return True
    if history.end.reason is EndReason.LIMIT and history.end.limit in {"time", "events"}:
        return not streak.over and max(streak.tries, streak.looks) >= _ENDLESS_MIN
    return streak.kind == "sleep" and any(
        step.blocked.part == op.part and _asleep(observed, op)
        for _, step, observed in failed(history, spec, Blocked)
    )


def _asleep(observed: Any, op: Op) -> bool:
    rows = observed if isinstance(observed, list | tuple) else []
    return any(isinstance(row, dict) and row.get("call") == op.f and row.get("pid") == op.pid for row in rows)


def _finding(history: History, streak: Streak) -> Finding:
    op = streak.last
    on = f" on {named(history, op.object)}" if op.object else ""
    if streak.kind == "absent":
        path = history.invoke_of(op).value.get("path", "")
        on = f" of {path}" if path else on
    seconds = (op.time_ns - streak.first.time_ns) / 1e9
    over = f" over {seconds:.3g} s of virtual time" if seconds else ""
    times = max(streak.tries, streak.looks)
    pause = " (sleeping in between)" if streak.kind != "sleep" and streak.pauses >= TRIES_MIN - 1 else ""
    return Finding(
        check="polling",
        message=f"{who(history, op.part, op.pid)} polls: it called {op.f}{on} {times} times in a row"
        f"{at(op)}{over}{pause}, {_in_vain(streak)}.",
        why=f"{RULE} {_ADVICE[streak.kind]}",
        read=_READING.get(op.f, "man 2 poll"),
        part=op.part,
        pid=op.pid,
        ops=(*(index for index in streak.ops if index != op.index), op.index),
        **located(op),
    )


def _in_vain(streak: Streak) -> str:
    return {
        "would-block": f"each time in vain ({streak.last.error or 'nothing there'})",
        "time-out": "each time until the time-out",
        "absent": f"each time in vain ({streak.last.error})",
        "end-of-file": "each time at end of file",
        "probe": "only to look",
        "sleep": "and did nothing else",
    }[streak.kind]
