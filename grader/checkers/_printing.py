"""Who stands at the call that prints a line, and who comes there past others that sleep.

A thread that ran on after an operation stands at its next one until that is made. So it stands at the call
that writes a line from its last operation before that call: whatever it has to hold while it writes, it holds
all that time. Nothing is known of one that was woken, or sent a signal, and has not been chosen since. When
it has written the line it runs on again; if it then stands at an announced post, it has given nothing back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from grader.checkers._locks import LOCKING
from grader.model.history import History, Op, OpType
from grader.model.section import Section

Inside: TypeAlias = dict[tuple[object, ...], Op]
"""Who is inside, by the op that printed the line of entering."""

Place: TypeAlias = tuple[str, object]
"""An object, and where in it a lock lies."""

_NOT_RUN_ON = frozenset({"continue", "deliver", "exec", "fork", "spin", "stop"})
_SLEEPS = LOCKING | {"futex", "pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait"}
_ANNOUNCED = "size"


def lines(history: History, section: Section) -> Iterator[tuple[Op, str]]:
    """Yield the lines that the parts of a section printed, each with the op of its end."""
    open_: dict[tuple[str, int], str] = {}
    for op in history.ops:
        if op.f != "output" or op.type is not OpType.OK or op.value.get("stream") != "stdout":
            continue
        if section.parts and op.part not in section.parts:
            continue
        *whole, rest = (open_.get((op.part, op.pid), "") + str(op.value.get("data", ""))).split("\n")
        open_[op.part, op.pid] = rest
        for line in whole:
            yield op, line.removesuffix("\r")


def printing(history: History, section: Section) -> Iterator[tuple[Op, Inside]]:
    """Yield for each line that is printed its op, and all who stand at the call that prints such a line."""
    printed = [(op, arrived(history, op), _left(history, op)) for op in _entries(history, section)]
    for op, _, _ in printed:
        there = [other for other, since, until in printed if since < op.index <= until]
        yield op, {(other.part, other.pid): other for other in there}


def past_waiting(history: History, section: Section) -> int:
    """Return the greatest number of one who printed a line and those who slept all the way he came there.

    His way begins at his line before, or his birth, and is that of one who wants something from when he has
    given back what he had. Only who has such lines to print, too, counts as sleeping; and only if he sleeps
    for nothing that the one who passed him used on his way.
    """
    printed = list(_entries(history, section))
    sleeps = list(_sleeps(history, {op.pid for op in printed}))
    begun = {child: op.index for op in history.ops if (child := _child(op))}
    most = min(len(printed), 1)
    for op in printed:
        start = begun.get(op.pid, op.index)
        begun[op.pid] = op.index
        way = [own for own in history.ops[start + 1 : op.index] if own.pid == op.pid]
        start, used = _wanting(way, start)
        passed = {
            sleep.pid
            for sleep, end in sleeps
            if sleep.index < start and end > op.index and sleep.pid != op.pid and not _places(sleep) & used
        }
        most = max(most, 1 + len(passed))
    return most


def _entries(history: History, section: Section) -> Iterator[Op]:
    enter = re.compile(section.enter)
    return (op for op, line in lines(history, section) if enter.fullmatch(line) and op.pid)


def arrived(history: History, output: Op) -> int:
    """Return the index of the op after which a thread stood at the call that printed; of that if unknown."""
    earlier = history.ops[: output.index]
    own = [op for op in earlier if op.pid == output.pid and op.f != "output"]
    call = next((op for op in reversed(own) if op.type is OpType.INVOKE), output)
    before = next((op for op in reversed(own) if op.tid == call.tid and op.index < call.index), None)
    if before is None or before.type is OpType.INVOKE or before.f in _NOT_RUN_ON:
        return call.index
    if before.blocked and _ANNOUNCED not in history.invoke_of(before).value:
        return call.index
    return before.index


def _left(history: History, output: Op) -> int:
    """Return the index of the announced post at which who has printed stands next; else of the output."""
    later = (op for op in history.ops[output.index + 1 :] if op.pid == output.pid)
    then = next((op for op in later if op.f != "output"), None)
    stands = then is not None and then.f == "sem_post" and _ANNOUNCED in then.value
    return then.index if stands and then is not None else output.index


def _sleeps(history: History, pids: set[int]) -> Iterator[tuple[Op, int]]:
    """Yield the invokes of calls in which one of these processes slept for a lock, each with its end."""
    ended = {op.invoked: op for op in history.ops if op.invoked is not None}
    for op in history.ops:
        if op.type is OpType.INVOKE and op.f in _SLEEPS and op.pid in pids:
            end = ended.get(op.index)
            if end is None:
                yield op, len(history.ops)
            elif end.blocked:
                yield op, end.index


def _wanting(way: list[Op], start: int) -> tuple[int, set[Place]]:
    """Return since when somebody wants something, and what he used from then on.

    What an announced post or a `semop` gives back is known, so are all takings of such a process then.
    """
    for position, op in enumerate(way):
        if not _gives_back(op):
            return start, {place for used in way[position:] for place in _places(used)}
        start = op.index
    return start, set()


def _gives_back(op: Op) -> bool:
    if op.type is not OpType.INVOKE:
        return op.f in ("sem_post", "semop")
    changes = op.value.get("ops")
    if op.f == "semop" and isinstance(changes, list):
        return all(int(change["op"]) > 0 for change in changes)
    return op.f == "sem_post" and _ANNOUNCED in op.value


def _places(op: Op) -> set[Place]:
    changes = op.value.get("ops")
    if op.f == "semop" and isinstance(changes, list):
        return {(op.object, change["num"]) for change in changes}
    if op.type is not OpType.INVOKE or not op.object:
        return set()
    return {(op.object, op.value.get("offset", 0))}


def _child(op: Op) -> int:
    child = op.value.get("child") if op.f == "fork" and op.type is OpType.OK else None
    return child if isinstance(child, int) else 0
