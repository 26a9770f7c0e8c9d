"""What the checks of an exercise are made with: all that its `checks.py` imports of this package.

A check is a public function `def my_check(history: History, spec: Spec) -> list[Finding]` whose docstring
begins with its rule. It is asked after each run, and returns a finding for each violation the history proves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from grader.checkers._accesses import Touch, to_memory
from grader.checkers._custom import EXPLAINS_NAME
from grader.checkers._printing import lines as printed_lines
from grader.checkers.base import Spec, alive, argument, finished, last_line, named, quoted, who
from grader.model.history import (
    EndReason,
    Entry,
    History,
    Json,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    Waiting,
)
from grader.model.section import Section
from grader.model.verdict import Finding, Severity

__all__ = [
    "Call",
    "EndReason",
    "Entry",
    "Finding",
    "History",
    "Line",
    "Object",
    "ObjectKind",
    "Op",
    "OpType",
    "Process",
    "Spec",
    "Touch",
    "Waiting",
    "alive",
    "calls",
    "ends",
    "explains",
    "finding",
    "finished",
    "lines",
    "named",
    "parts",
    "quoted",
    "stores",
    "who",
]

Player: TypeAlias = Literal["submission", "reference", "anybody"]
"""Whose parts are looked at."""

CheckT = TypeVar("CheckT", bound=Callable[[History, Spec], list[Finding]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation from its beginning to its end.

    Attributes:
        start: its beginning; of an event the event itself.
        end: its end; None if it was still pending when the run ended.
        history: what it is part of.
    """

    start: Op
    end: Op | None
    history: History

    @property
    def f(self) -> str:
        """Its POSIX name: `write`."""
        return self.start.f

    @property
    def part(self) -> str:
        """Who made it, by the name in the cast."""
        return self.start.part

    @property
    def pid(self) -> int:
        """The process that made it."""
        return self.start.pid

    @property
    def ok(self) -> bool:
        """Whether it ended well; no if it failed, and if it is pending."""
        return self.end is not None and self.end.type is OpType.OK

    @property
    def pending(self) -> bool:
        """Whether its caller was still in it when the run ended."""
        return self.end is None

    @property
    def blocked(self) -> bool:
        """Whether its caller slept in it, or still does."""
        return self.end is None or self.end.blocked

    @property
    def error(self) -> str:
        """The errno's name if it failed, else nothing."""
        return self.end.error if self.end else ""

    @property
    def result(self) -> int | None:
        """What it returned; None if it is pending."""
        return self.end.result if self.end else None

    @property
    def on(self) -> str:
        """The name of its object as a student knows it: `note.fifo`; nothing if it has none."""
        item = self.history.objects.get((self.end or self.start).object or self.start.object)
        return item.name if item else ""

    @property
    def data(self) -> str:
        """What it moved: text, one character a byte, at most 4096 of them."""
        return str(self.value("data", ""))

    def value(self, name: str, default: Json = None) -> Json:
        """Return an argument, or what was found out at its end, by its name in docs/history.md."""
        found: Json = argument(self.history, self.end or self.start, name, default)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that was printed.

    Attributes:
        text: without its newline.
        op: the `output` with which it was complete.
    """

    text: str
    op: Op

    @property
    def part(self) -> str:
        """Who printed it."""
        return self.op.part


def parts(history: History, role: str = "", *, by: Player = "submission") -> list[str]:
    """Return the parts of a run.

    Args:
        history: the run.
        role: only parts of this role; empty: of any.
        by: whose.
    """
    return [
        name
        for name, member in history.cast.items()
        if role in ("", member.role) and by in ("anybody", member.by)
    ]


def calls(
    history: History, *names: str, part: str = "", role: str = "", on: str = "", by: Player = "submission"
) -> list[Call]:
    """Return operations in the order in which they were begun.

    Args:
        history: the run.
        names: of the calls, and of events such as `exit`, as in docs/history.md; none: all.
        part: only those of this part.
        role: only those of parts of this role.
        on: only those on objects with this name, as a student knows it.
        by: whose; it is the submission that is judged.
    """
    wanted = {name for name in parts(history, role, by=by) if part in ("", name)}
    ended = {op.invoked: op for op in history.ops if op.invoked is not None}
    found = []
    for op in history.ops:
        if op.part not in wanted or op.invoked is not None or (names and op.f not in names):
            continue
        end = ended.get(op.index) if op.type is OpType.INVOKE else op
        call = Call(start=op, end=end, history=history)
        if on in ("", call.on):
            found.append(call)
    return found


def lines(history: History, *, part: str = "", role: str = "", by: Player = "submission") -> list[Line]:
    """Return the whole lines that were printed on standard output, in the order in which they were complete.

    Args:
        history: the run.
        part: only those of this part.
        role: only those of parts of this role.
        by: whose.
    """
    wanted = [name for name in parts(history, role, by=by) if part in ("", name)]
    if not wanted:
        return []
    section = Section(enter="", parts=wanted)
    return [Line(text=text, op=op) for op, text in printed_lines(history, section)]


def ends(history: History, *, part: str = "", role: str = "", by: Player = "submission") -> list[Call]:
    """Return the ends of processes; `value("status")`, or `value("signal")` of which they died.

    Args:
        history: the run.
        part: only those of this part.
        role: only those of parts of this role.
        by: whose.
    """
    return calls(history, "exit", part=part, role=role, by=by)


def stores(history: History, *, part: str = "") -> list[Touch]:
    """Return what the submission writes into memory that others may see, in order; C programs tell of it.

    Args:
        history: the run.
        part: only those of this part.
    """
    return [touch for touch in to_memory(history) if touch.writes and part in ("", touch.op.part)]


def finding(
    history: History, message: str, *witnesses: Op | Call | Line, part: str = "", read: str = "",
    advice: bool = False,
) -> Finding:  # fmt: skip
    """Make a finding; the check's name and its rule are added to it.

    Args:
        history: the run.
        message: what happened, in one sentence, with names and values.
        witnesses: the operations that prove it; the last one is whose source line is shown.
        part: who is to blame, if it is not who made the last of them.
        read: what to read, e.g. `man 7 fifo`.
        advice: it is told, and costs nothing.

    Raises:
        ValueError: nobody is to blame: there is neither a witness nor a part.
    """
    ops = [op for witness in witnesses for op in _ops(witness)]
    last = next((op for op in reversed(ops) if op.pid and part in ("", op.part)), None)
    blamed = part or (last.part if last else "")
    if not blamed:
        raise ValueError("a finding names an operation of a program, or a part")
    place = last if last is None or last.file else last_line(history, last.pid, last.index)
    shown = place if place is not None and history.submitted(blamed) else None
    return Finding(
        check="",
        message=message,
        why="",
        read=read,
        severity=Severity.ADVICE if advice else Severity.ERROR,
        part=blamed,
        pid=last.pid if last else 0,
        ops=tuple(dict.fromkeys(op.index for op in ops)),
        file=shown.file if shown else "",
        line=shown.line if shown else 0,
    )


def _ops(witness: Op | Call | Line) -> tuple[Op, ...]:
    if isinstance(witness, Op):
        return (witness,)
    if isinstance(witness, Line):
        return (witness.op,)
    return (witness.start,) if witness.end is None else (witness.start, witness.end)


def explains(*checks: str) -> Callable[[CheckT], CheckT]:
    """Say which checks' findings are listed under those of a check, for it names their cause.

    Without it these are `ordering`, `blocking`, `exit-status` and `output`.

    Args:
        checks: ids of built-in checks; none: whatever it finds explains nothing else.
    """

    def marked(check: CheckT) -> CheckT:
        vars(check)[EXPLAINS_NAME] = frozenset(checks)
        return check

    return marked
