"""Descriptors that become more with each request of a process that is never done with one.

A server rests when nobody can go on, and then has open what it needs to rest. Compared are moments at which
the same processes live, and all others have as many descriptors open as they had: what has been opened in
between is for somebody who is gone. It is told only where it can be of no use any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.checkers._processes import foreign
from grader.checkers.base import argument, at, located, named, who
from grader.model.history import History, ObjectKind, Op, OpType
from grader.model.verdict import Finding

_REQUESTS = 3
"""So many times in a row there must be more."""

_NAMELESS = frozenset({ObjectKind.PIPE, ObjectKind.SOCKET, ObjectKind.EVENT, ObjectKind.TIMER})
_REMOVERS = frozenset({"unlink", "shm_unlink", "sem_unlink", "mq_unlink"})


@dataclass(frozen=True, slots=True)
class _Rest:
    """A moment of rest: where in the history, and how many descriptors a process had open."""

    index: int
    count: int


def growth(history: History, rule: str) -> list[Finding]:
    """Report what a process of the submission opens for each request and never closes."""
    others = foreign(history)
    found = []
    for pid, process in history.processes.items():
        if not history.submitted(process.part) or pid in others:
            continue
        for rests in _series(history, pid):
            opened = _never_closed(history, pid, rests)
            if opened:
                found.append(_finding(history, pid, rests, opened, rule))
                break
    return found


def _series(history: History, pid: int) -> Iterator[list[_Rest]]:
    """Yield moments that can be compared, if there was never less open, and often enough more."""
    series: dict[tuple[tuple[str, int], ...], list[_Rest]] = defaultdict(list)
    for op in history.ops:
        counts = op.value.get("open") if not op.pid and not op.part else None
        if isinstance(counts, Mapping) and str(pid) in counts:
            rest = sorted((str(other), int(n)) for other, n in counts.items() if other != str(pid))
            series[tuple(rest)].append(_Rest(op.index, int(counts[str(pid)])))
    for rests in series.values():
        steps = [later.count - earlier.count for earlier, later in pairwise(rests)]
        if min(steps, default=-1) >= 0 and sum(step > 0 for step in steps) >= _REQUESTS:
            yield rests


def _never_closed(history: History, pid: int, rests: Sequence[_Rest]) -> list[Op]:
    """Return the calls at one place of the program whose descriptors are still open, one for each request."""
    first, last = rests[0].index, rests[-1].index
    still: dict[int, Op] = {}
    for op in history.ops[first:last]:
        if op.pid == pid and op.type is OpType.OK:
            _follow(history, op, still)
    places: dict[tuple[str, str, int], list[Op]] = defaultdict(list)
    for op in still.values():
        if _useless(history, op, still, last):
            places[op.f, op.file, op.line].append(op)
    for opened in places.values():
        requests = {sum(rest.index < op.index for rest in rests) for op in opened}
        if len(requests) >= _REQUESTS:
            return opened
    return []


def _follow(history: History, op: Op, still: dict[int, Op]) -> None:
    """Keep account of the descriptors that a call opens or closes."""
    if op.f == "close":
        first = argument(history, op, "fd")
        last = argument(history, op, "to", first)
        for fd in [fd for fd in still if isinstance(first, int) and first <= fd <= int(last)]:
            del still[fd]
    elif op.f == "dup2":
        still[int(argument(history, op, "to", -1))] = op
    elif op.f == "exec":
        still.clear()
    elif op.f != "sem_open":  # which closes the file again, unseen
        fds = (
            op.value.get("fds")
            if op.f in {"pipe", "socketpair"}
            else [op.value.get("fd", op.value.get("to"))]
        )
        for fd in fds if isinstance(fds, list | tuple) else ():
            if isinstance(fd, int):
                still[fd] = op


def _useless(history: History, op: Op, still: Mapping[int, Op], last: int) -> bool:
    """Whether nobody can want a descriptor any more: there is another one, or no way leads to the object."""
    known = history.objects.get(op.object)
    if known is None:
        return False
    if known.kind in _NAMELESS and not known.name:
        return True
    again = sum(other.object == op.object for other in still.values()) >= _REQUESTS
    removed = any(o.f in _REMOVERS and o.type is OpType.OK and o.index < last for o in history.on(op.object))
    return again or removed


def _finding(history: History, pid: int, rests: Sequence[_Rest], opened: Sequence[Op], rule: str) -> Finding:
    source = history.invoke_of(opened[0])
    names = list(dict.fromkeys(named(history, op.object) for op in opened))
    shown = ", ".join(names[:_REQUESTS]) + (", ..." if len(names) > _REQUESTS else "")
    part = history.processes[pid].part
    return Finding(
        check="descriptors",
        message=f"{who(history, part, pid)} has {rests[-1].count} descriptors open where it had "
        f"{rests[0].count} before, with the same processes around it: what {source.f} opens{at(source)} "
        f"is never closed ({shown}).",
        why=rule,
        read="man 2 close",
        part=part,
        pid=pid,
        ops=tuple(op.index for op in opened),
        **located(source),
    )
