"""Who is inside a marked stretch of the programs, told by what was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.checkers._printing import Inside, lines, past_waiting, printing
from grader.model.history import History, Op
from grader.model.section import Overlap, Section


def inside(history: History, section: Section) -> Iterator[tuple[Op, Inside]]:
    """Yield after each entry the op that printed it and all who are inside; the dict changes afterwards."""
    if not section.leave:
        yield from printing(history, section)
        return
    enter, leave = re.compile(section.enter), re.compile(section.leave)
    now: Inside = {}
    died = {op.pid: op.index for op in history.ops if op.f == "exit" and "signal" in op.value}
    for op, line in lines(history, section):
        for gone in [key for key, other in now.items() if died.get(other.pid, op.index) < op.index]:
            del now[gone]
        entered, left = enter.fullmatch(line), leave.fullmatch(line)
        if left is not None:
            now.pop((op.part, *(left.groups() or (op.pid,))), None)
        if entered is not None:
            now[op.part, *(entered.groups() or (op.pid,))] = op
            yield op, now


def most_inside(history: History, section: Section) -> int:
    """Return how many were inside at once at most."""
    if isinstance(section, Overlap) and section.past_waiting:
        return past_waiting(history, section)
    return max((len(now) for _op, now in inside(history, section)), default=0)
