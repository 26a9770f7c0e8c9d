"""Text that stayed in the buffer of stdout: copied by fork and printed twice, or forgotten and never printed.

What was in a buffer is told by the run-time in C programs: a fork copies it, `exec` and `_exit` forget it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.checkers.base import argument, at, quoted, who
from grader.model.history import History, Op, OpType


@dataclass(frozen=True, slots=True)
class Buffered:
    """Text that was in a buffer at the wrong moment.

    Attributes:
        sentence: what became of it.
        ops: the fork, and who printed the text; or the end of who lost it.
        where: the call at which the buffer should have been empty.
    """

    sentence: str
    ops: tuple[int, ...]
    where: Op


def copied(history: History, part: str, extra: Sequence[str]) -> Buffered | None:
    """Find text that was in the buffer at a fork, that both have printed, and that is in the way.

    Args:
        history: the run.
        part: who printed it.
        extra: lines that were printed and not demanded.
    """
    for fork in history.of(part):
        child = fork.value.get("child")
        text = str(argument(history, fork, "unflushed", ""))
        if fork.f != "fork" or fork.type is not OpType.OK or not isinstance(child, int) or not text:
            continue
        outputs = [_first(history, pid, fork.index) for pid in (fork.pid, child)]
        printed = [op for op in outputs if op is not None and _data(op).startswith(text)]
        if len(printed) == 2 and any(line in one for line in text.splitlines() for one in extra):
            return Buffered(
                f"{quoted(text)} was still in the buffer of stdout when {who(history, part, fork.pid)} made "
                f"pid {child} by fork{at(fork)}: each has a copy of the buffer, and has printed it.",
                (fork.index, *sorted(op.index for op in printed)),
                fork,
            )
    return None


def _first(history: History, pid: int, fork: int) -> Op | None:
    """Return the first text of a process after a fork; a child may come before the fork has returned."""
    begun = history.invoke_of(history.ops[fork]).index
    ops = history.ops[begun:]
    return next((op for op in ops if op.pid == pid and op.f == "output" and _stream(op) == "stdout"), None)


def forgotten(history: History, part: str, before: int, wanted: Sequence[str]) -> Buffered | None:
    """Find demanded lines that somebody had in the buffer of stdout when that was forgotten.

    Args:
        history: the run.
        part: who should have printed them.
        before: index of the demand.
        wanted: lines that are missing.
    """
    for op in history.ops[:before]:
        text = str(argument(history, op, "unflushed", ""))
        if op.part != part or not text or op.type is not OpType.OK or op.f not in ("exit", "exec"):
            continue
        if op.f == "exit" and "status" not in op.value:
            continue  # who was killed, or has crashed, loses more than that
        inherited = _inherited(history, op.pid)
        own = text.removeprefix(inherited)
        if any(line in wanted for line in own.splitlines()):
            how = "ended by _exit" if op.f == "exit" else f"executed {argument(history, op, 'path')}"
            return Buffered(
                f"{quoted(own)} was still in the buffer of stdout when {who(history, part, op.pid)} "
                f"{how}{at(op)}, and is lost.",
                (op.index,),
                op,
            )
    return None


def _inherited(history: History, pid: int) -> str:
    """Return the text that was in a process' buffer when it was made: that is its parent's to print."""
    for op in history.ops:
        if op.f == "fork" and op.type is OpType.OK and op.value.get("child") == pid:
            return str(argument(history, op, "unflushed", ""))
    return ""


def _data(op: Op) -> str:
    return str(op.value.get("data", ""))


def _stream(op: Op) -> str:
    return str(op.value.get("stream", "stdout"))
