"""Check `atomicity`: what is read and what is made of it are two steps, and somebody else came in between.

Each access may be guarded, so that nothing races, and an addition is lost all the same: the lock was given
back between reading and writing, or the two are atomic, each for itself. That what is written depends on what
was read is a guess; so it is told only as the cause of a run whose demands are not met.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

from grader.checkers._accesses import Touch, to_memory
from grader.checkers._held import lock_name, place_name
from grader.checkers._locks import Lock, changes
from grader.checkers.base import Spec, at, located, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "What is read and what is made of it belong into one critical section, or are one atomic operation."

_REPORTED_MAX = 3

_Thread: TypeAlias = tuple[int, int]
_Taken: TypeAlias = dict[Lock, int]
"""The locks that are held, each with the index of the op by which it was taken."""


@dataclass(frozen=True, slots=True)
class _Guarded:
    """An access and the locks that are held at it."""

    touch: Touch
    locks: _Taken


def check(history: History, spec: Spec) -> list[Finding]:
    """Report writes of what was read before others wrote there, in a run whose script demanded in vain."""
    del spec
    if not any(op.pid == 0 and op.type is OpType.FAIL for op in history.ops):
        return []
    taken: dict[_Thread, _Taken] = defaultdict(dict)
    touches = {touch.op.index: touch for touch in to_memory(history)}
    read: dict[tuple[_Thread, object], _Guarded] = {}
    written: dict[object, list[_Guarded]] = defaultdict(list)
    found: dict[object, Finding] = {}
    for op in history.ops:
        thread = (op.pid, op.tid)
        if op.type is OpType.OK and op.invoked is not None:
            for lock, change in changes(history.invoke_of(op)):
                if change < 0:
                    taken[thread][lock] = op.index
                else:
                    taken[thread].pop(lock, None)
        touch = touches.get(op.index)
        if touch is None:
            continue
        place = (touch.item, touch.start, touch.size)
        now = _Guarded(touch, dict(taken[thread]))
        if not touch.writes:
            read[thread, place] = now
            continue
        before = read.pop((thread, place), None)
        if before is not None and not _one_step(touch):
            finding = _torn(history, before, now, written[place])
            if finding is not None:
                found.setdefault((finding.file, finding.line) if finding.file else place, finding)
        written[place].append(now)
    return list(found.values())[:_REPORTED_MAX]


def _one_step(touch: Touch) -> bool:
    """Whether a write reads what it changes by itself."""
    return touch.atomic and touch.op.f != "atomic_store"


def _torn(history: History, read: _Guarded, write: _Guarded, written: list[_Guarded]) -> Finding | None:
    """Return what is wrong with reading here and writing there, if somebody else wrote in between."""
    one, other = read.touch.op, write.touch.op
    between = [
        guarded
        for guarded in written
        if one.index < guarded.touch.op.index
        and (guarded.touch.op.pid, guarded.touch.op.tid) != (one.pid, one.tid)
    ]
    both = [lock for lock in read.locks if lock in write.locks]
    shared = [lock for lock in both if all(lock in guarded.locks for guarded in between)]
    kept = [lock for lock in both if read.locks[lock] == write.locks[lock]]
    # What the others held meanwhile keeps nobody out: a semaphore that counts places, not a lock.
    if not between or any(lock not in shared for lock in kept):
        return None
    guard = next((lock for lock in shared if lock not in kept), None)
    if guard is None and not (read.touch.atomic and write.touch.atomic):
        return None
    rival = between[-1].touch.op
    how = "these are two steps, though each is atomic"
    if guard is not None:
        name = lock_name(history, history.invoke_of(history.ops[write.locks[guard]]), *guard)
        how = f"in between it gives {name} back"
    last = read.touch.start + read.touch.size - 1
    where = f"bytes {read.touch.start} to {last} of {place_name(history, read.touch.item)}"
    text = f"{_whose(history, one)} reads {where}{at(one)} and writes them{at(other)}; {how}: "
    text += f"{_whose(history, rival)} writes them meanwhile{at(rival)}, and that is lost."
    return Finding(
        check="atomicity",
        message=text,
        why=RULE,
        read="man 7 sem_overview",
        part=other.part,
        pid=other.pid,
        ops=(one.index, rival.index, other.index),
        **located(other),
    )


def _whose(history: History, op: Op) -> str:
    thread = f"thread {op.tid} of " if op.tid != op.pid else ""
    return thread + who(history, op.part, op.pid)
