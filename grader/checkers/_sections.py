"""Who is inside a marked stretch of the programs, told by what was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.checkers._printing import Inside, arrived, lines, past_waiting, printing
from grader.model.history import History, Op
from grader.model.section import Overlap, Section

WRITES = frozenset({"write", "send", "sendfile", "splice"})
"""Calls that can print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Somebody's way through a section.

    Attributes:
        key: who, as the lines tell it.
        entered: the `output` of the line of entering.
        since: the op after which he stood at the call that printed it: so far he had come by then.
        until: the `output` of the line of leaving, or his death, or the end of the run.
        enter, leave: the beginnings of the calls that printed these lines, if they are known; the same
            call if there is no line of leaving.
    """

    key: tuple[object, ...]
    entered: Op
    since: int
    until: int
    enter: Op | None
    leave: Op | None = None


def inside(history: History, section: Section) -> Iterator[tuple[Op, Inside]]:
    """Yield for each entry the op that printed it, and all who are inside then."""
    if not section.leave:
        yield from printing(history, section)
        return
    ways = stretches(history, section)
    for way in sorted(ways, key=lambda way: way.since):
        there = {other.key: other.entered for other in ways if other.since <= way.since < other.until}
        yield way.entered, {**there, way.key: way.entered}


def most_inside(history: History, section: Section) -> int:
    """Return how many were inside at once at most."""
    if isinstance(section, Overlap) and section.past_waiting:
        return past_waiting(history, section)
    return max((len(now) for _op, now in inside(history, section)), default=0)


def stretches(history: History, section: Section) -> list[Stretch]:
    """Return all ways through a section in the order of their beginnings."""
    enter, leave = re.compile(section.enter), re.compile(section.leave)
    died = {op.pid: op.index for op in history.ops if op.f == "exit" and "signal" in op.value}
    found: list[Stretch] = []
    now: dict[tuple[object, ...], int] = {}
    printed: dict[int, int] = {}
    for op, line in lines(history, section):
        entered, left = enter.fullmatch(line), leave.fullmatch(line) if section.leave else None
        for match in (left, entered):
            key = (op.part, *(match.groups() or (op.pid,))) if match else None
            if key in now:
                way = found[now[key]]
                end = min(op.index, way.until)
                by = _printed_by(history, op) if match is left else None
                found[now.pop(key)] = replace(way, until=end, leave=by if end == op.index else None)
        if entered is not None:
            key, call = (op.part, *(entered.groups() or (op.pid,))), _printed_by(history, op)
            way = Stretch(
                key=key,
                entered=op,
                since=max(arrived(history, op), printed.get(op.pid, 0)),
                until=died.get(op.pid, len(history.ops)),
                enter=call,
            )
            if section.leave:
                now[key] = len(found)
            else:
                way = replace(way, until=op.index, leave=call)
            found.append(way)
        printed[op.pid] = op.index
    return found


def meetings(ways: Sequence[Stretch]) -> list[tuple[Op, Op]]:
    """Return who leaves a section and who enters next, as calls: the other way round both would be inside."""
    enters = [way.enter for way in ways if way.enter is not None]
    found = []
    for leave in [way.leave for way in ways if way.leave is not None]:
        following = next((enter for enter in enters if enter.index > leave.index), None)
        if following is not None and (following.pid, following.tid) != (leave.pid, leave.tid):
            found.append((leave, following))
    return found


def _printed_by(history: History, output: Op) -> Op | None:
    """Return the beginning of the call whose text an `output` is, if it is known."""
    before = (op for op in reversed(history.ops[: output.index]) if op.pid == output.pid and op.f != "output")
    last = next(before, None) if output.pid else None
    call = history.invoke_of(last) if last is not None else None
    return call if call is not None and call.f in WRITES else None
