"""A history as text, one line an operation: what `grader trace` shows.

    #12  0.000031  alice(3)  open("alice.fifo", O_RDONLY) ... blocked
    #15  0.000040  bob(4)    open("alice.fifo", O_WRONLY) = 3
    #16  0.000040  alice(3)  ... resumed open("alice.fifo", O_RDONLY) = 3

A call that nobody interrupted stands on one line. Lines that repeat, as those of a process that polls, are
counted instead of shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from grader.model.history import EndReason, History, Op, OpType, Waiting
from grader.reporters import _calls
from grader.reporters._page import Page
from grader.reporters.base import Reporter
from grader.reporters.explain import count, one_line

REPORTER: Final[Reporter | None] = None  # shows a history, not a verdict

_TIME_WIDTH_MIN: Final = 60
"""Narrower screens do without the column of times."""

_TEXT_WIDTH_MIN: Final = 20
_TEXT_LENGTH_MAX: Final = 2000
_PERIOD_MAX: Final = 4
_COPIES_MIN: Final = 3

STYLES: Final = {
    "call": "",
    "blocked": "yellow",
    "failed": "red",
    "event": "magenta",
    "output": "green",
    "script": "cyan",
    "unmet": "bold red",
    "note": "dim",
}

_REASONS: Final = {
    EndReason.FINISHED: "the script is done",
    EndReason.STUCK: "nobody can go on, and the script still waits",
    EndReason.UNMET: "the script found something else than it demands",
    EndReason.LIMIT: "a limit was reached",
    EndReason.CRASHED: "the run broke off, which is the grader's fault",
}

_OUTPUT_EVENTS: Final = frozenset({"output"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line.

    Attributes:
        index: of the op it is about; -1 if it is about none.
        time_ns: of that op.
        who: the process, or `script`.
        text: what happened; cut on a narrow screen.
        kind: a key of STYLES.
        tail: how it went; never cut.
    """

    index: int
    time_ns: int
    who: str
    text: str
    kind: str
    tail: str = ""


def render_history(history: History, width: int, *, marked: Collection[int] = ()) -> Iterator[str]:
    """Render a history as plain text.

    Args:
        history: what to show.
        width: no line is longer, down to about 40 columns.
        marked: indices of operations that witness a finding; a `>` stands before them.

    Yields:
        Lines without newline, in order.
    """
    for prefix, _row, text in _layout(history, width, marked):
        yield (prefix + text).rstrip()


def print_history(history: History, console: Console, *, marked: Collection[int] = ()) -> None:
    """Print a history, in colours where the console has them.

    Args:
        history: what to show.
        console: its width, encoding and colours are respected.
        marked: as in `render_history`.
    """
    page = Page(console)
    for prefix, row, text in _layout(history, console.width, marked):
        style = "bold" if row.index in marked else "dim"
        line = Text.assemble(page.text(prefix, style), page.text(text, STYLES[row.kind]))
        console.print(line, no_wrap=True, overflow="crop", crop=True)


def _layout(history: History, width: int, marked: Collection[int]) -> Iterator[tuple[str, Row, str]]:
    """Give each row its columns and cut it to the width."""
    folded = list(_folded(list(rows(history)), marked))
    who_width = min(max((len(row.who) for row in folded), default=0), 16)
    index_width = len(str(len(history.ops))) + 1
    last_ns = history.ops[-1].time_ns if history.ops else 0
    time_width = len(f"{last_ns / 1e9:.6f}")
    for row in folded:
        number = f"#{row.index}" if row.index >= 0 else ""
        prefix = f"{'>' if row.index in marked else ' '}{number:>{index_width}}  "
        if width >= _TIME_WIDTH_MIN:
            prefix += f"{row.time_ns / 1e9:{time_width}.6f}  " if row.index >= 0 else " " * (time_width + 2)
        prefix += f"{row.who[:who_width]:{who_width}}  "
        space = max(width - len(prefix), _TEXT_WIDTH_MIN)
        if row.index < 0 or row.kind == "unmet":  # how it ended: too important to be cut
            for text in textwrap.wrap(row.text + row.tail, space):
                yield prefix, row, text
                prefix = " " * len(prefix)
        else:
            yield prefix, row, _clipped(row, space)


def _clipped(row: Row, width: int) -> str:
    whole = row.text + row.tail
    if cell_len(whole) <= width:
        return whole
    tail = row.tail if cell_len(row.tail) <= width // 2 else set_cell_size(row.tail, width // 2 - 3) + "..."
    return set_cell_size(row.text, width - cell_len(tail) - 3) + "..." + tail


def _who(op: Op) -> str:
    if not op.part:
        return "script"
    return f"{op.part}({op.pid})" if op.tid in (op.pid, 0) else f"{op.part}({op.pid}:{op.tid})"


def _kind(op: Op) -> str:
    if not op.part:
        return "unmet" if op.type is OpType.FAIL else "script"
    if op.f in _OUTPUT_EVENTS:
        return "output"
    if op.type is OpType.FAIL:
        return "failed"
    return "event" if op.f in ("exit", "deliver", "stop", "continue", "spin", "fork", "exec") else "call"


def rows(history: History) -> Iterator[Row]:
    """Yield a history line by line, and how it ended."""
    ends = {op.invoked: op for op in history.ops if op.invoked is not None}
    whole = {
        op.index for op in history.ops if op.index in ends and _uninterrupted(history, op, ends[op.index])
    }
    asleep = {waiting.op for waiting in history.end.waiting if waiting.state == "blocked"}
    for op in history.ops:
        if op.invoked is not None:
            if op.invoked not in whole:
                yield _end_row(history, op)
            continue
        end = ends.get(op.index)
        if op.type is not OpType.INVOKE:
            yield _row(op, _calls.call(history, op), _kind(op))
        elif op.index in whole and end is not None:
            slept = "  (slept)" if end.blocked and end.f != "nanosleep" else ""
            yield _row(op, _calls.call(history, op, end), _kind(end), slept)
        elif op.index in asleep or (end is not None and end.blocked):
            yield _row(op, _calls.call(history, op), "blocked", " ... blocked")
        else:
            yield _row(op, _calls.call(history, op), _kind(op), " ...")
    yield from _ending(history)


def _uninterrupted(history: History, invoke: Op, end: Op) -> bool:
    """Whether a call can stand on one line: only its own output lies between its beginning and its end."""
    between = history.ops[invoke.index + 1 : end.index] if end.index - invoke.index < 4 else None
    if between is None or end.type is OpType.INFO:
        return False
    return all(op.f in _OUTPUT_EVENTS and op.pid == invoke.pid for op in between)


def _row(op: Op, call: tuple[str, str], kind: str, remark: str = "") -> Row:
    text, result = call
    return Row(
        index=op.index,
        time_ns=op.time_ns,
        who=one_line(_who(op)),
        text=one_line(text, length=_TEXT_LENGTH_MAX),
        kind=kind,
        tail=one_line(result + remark, length=_TEXT_LENGTH_MAX),
    )


def _end_row(history: History, end: Op) -> Row:
    text, result = _calls.call(history, history.invoke_of(end), end)
    if end.type is OpType.INFO:
        return _row(end, (f"... never returned: {text}", ""), "blocked")
    return _row(end, (f"... {'resumed ' if end.blocked else ''}{text}", result), _kind(end))


def _ending(history: History) -> Iterator[Row]:
    end = history.end
    limit = f" ({end.limit})" if end.limit else ""
    detail = f": {one_line(end.detail)}" if end.detail else ""
    kind = "script" if end.reason is EndReason.FINISHED else "unmet"
    yield Row(index=-1, time_ns=0, who="end", text=_REASONS[end.reason] + limit + detail, kind=kind)
    for waiting in end.waiting:
        who = f"{waiting.part}({waiting.pid})"
        yield Row(index=-1, time_ns=0, who=who, text=_waiting(history, waiting), kind="blocked")


def _waiting(history: History, waiting: Waiting) -> str:
    text = waiting.state
    if waiting.op is not None and 0 <= waiting.op < len(history.ops):
        text += f" in #{waiting.op} {_calls.call(history, history.ops[waiting.op])[0]}"
    if waiting.holds:
        held = [
            f"{fd}<{_calls.label(history, object_id)}> {access}" for fd, object_id, access in waiting.holds
        ]
        text += f"; has open {', '.join(held)}"
    return text


def _folded(rows: list[Row], marked: Collection[int]) -> Iterator[Row]:
    """Replace a short sequence of lines that comes again and again by one copy and a count."""
    position = 0
    while position < len(rows):
        period, copies = _repetition(rows, position, marked)
        yield from rows[position : position + period]
        position += period
        if copies > 1:
            rest = period * (copies - 1)
            first, last = rows[position], rows[position + rest - 1]
            what = "the line above" if period == 1 else f"the {period} lines above"
            text = f"[{count(copies - 1, 'more time')} {what}, to #{last.index}]"
            yield Row(index=first.index, time_ns=first.time_ns, who="", text=text, kind="note")
            position += rest


def _repetition(rows: list[Row], position: int, marked: Collection[int]) -> tuple[int, int]:
    """Return period and number of copies of what repeats at a position; (1, 1) if nothing does."""
    for period in range(1, _PERIOD_MAX + 1):
        copies = 1
        while _same(rows, position, position + copies * period, period, marked):
            copies += 1
        if copies >= _COPIES_MIN:
            return period, copies
    return 1, 1


def _same(rows: list[Row], one: int, other: int, period: int, marked: Collection[int]) -> bool:
    def key(row: Row) -> tuple[str, str, str]:
        return row.who, row.text, row.tail

    if other + period > len(rows) or any(row.index in marked for row in rows[other : other + period]):
        return False
    return all(
        key(a) == key(b) for a, b in zip(rows[one : one + period], rows[other : other + period], strict=True)
    )
