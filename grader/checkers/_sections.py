"""Who is inside a marked stretch of the programs, told by what was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from grader.model.history import History, Op, OpType
from grader.model.section import Section

Inside: TypeAlias = dict[tuple[object, ...], Op]
"""Who is inside, by the op that printed the line of entering."""


def inside(history: History, section: Section) -> Iterator[tuple[Op, Inside]]:
    """Yield after each entry the op that printed it and all who are inside; the dict changes afterwards."""
    enter, leave = re.compile(section.enter), re.compile(section.leave)
    now: Inside = {}
    for op, line in _lines(history):
        if section.parts and op.part not in section.parts:
            continue
        entered, left = enter.fullmatch(line), leave.fullmatch(line)
        if left is not None:
            now.pop((op.part, *(left.groups() or (op.pid,))), None)
        if entered is not None:
            now[op.part, *(entered.groups() or (op.pid,))] = op
            yield op, now


def most_inside(history: History, section: Section) -> int:
    """Return how many were inside at once at most."""
    return max((len(now) for _op, now in inside(history, section)), default=0)


def _lines(history: History) -> Iterator[tuple[Op, str]]:
    """Yield the lines that were printed, each with the op of its end."""
    open_: dict[tuple[str, int], str] = {}
    for op in history.ops:
        if op.f != "output" or op.type is not OpType.OK or op.value.get("stream") != "stdout":
            continue
        *whole, rest = (open_.get((op.part, op.pid), "") + str(op.value.get("data", ""))).split("\n")
        open_[op.part, op.pid] = rest
        for line in whole:
            yield op, line.removesuffix("\r")
