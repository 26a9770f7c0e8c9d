"""What the processes of a part printed: which of it no `expect` has taken, who wrote it, and when."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checkers.base import quoted
from grader.model.history import History, Op, OpType

_LAST_ACTS = frozenset({"write", "close", "munmap"})


def written_since(history: History, part: str, stream: str, end: int) -> list[Op]:
    """Return the `output` ops of a stream since the last `expect` on it that was met, up to an op.

    If it is a file, these are all who wrote into it.
    """
    written: list[Op] = []
    for op in history.ops[:end]:
        if _is_output(op, part, stream) or _is_written(history, op, stream):
            written.append(op)
        elif _took(op, part, stream):
            written.clear()
    return written


def not_taken(history: History, part: str, stream: str) -> str:
    """Return the text of a stream no `expect` took; "" if the records of the two do not fit together."""
    printed = "".join(str(op.value.get("data", "")) for op in history.ops if _is_output(op, part, stream))
    taken = "".join(str(_of(op).get("got", "")) for op in history.ops if _took(op, part, stream))
    return printed[len(taken) :] if printed.startswith(taken) else ""


def writer_of(history: History, output: Op) -> Op:
    """Return the call that wrote an output, for its source line; the output itself if it is not known."""
    if output.pid and output.f == "output":
        for op in reversed(history.ops[: output.index]):
            if op.pid == output.pid and op.f == "write":
                return op
    return output


def last_words(history: History, part: str, before: int) -> str:
    """Quote the last line on stderr: where Python says what went wrong."""
    ops = (op for op in history.ops[:before] if _is_output(op, part, "stderr"))
    text = "".join(str(op.value.get("data", "")) for op in ops)
    lines = [line for line in text.splitlines() if line.strip()]
    return f"; its last line on stderr is {quoted(lines[-1].strip())}" if lines else ""


def flushed_at_exit(history: History, written: Sequence[Op]) -> list[Op]:
    """Return the outputs of several lines that were a process's last act: its buffer, emptied at exit."""
    late = []
    for op in written:
        after = (later for later in history.ops[op.index + 1 :] if later.pid == op.pid)
        ends = next((later for later in after if later.f not in _LAST_ACTS), None)
        if op.pid and ends is not None and ends.f == "exit" and str(op.value.get("data", "")).count("\n") > 1:
            late.append(op)
    return late


def doubled_by_fork(history: History, written: Sequence[Op], extra: Sequence[str]) -> list[Op]:
    """Find two processes of one family that began with the same text, which came once too often."""
    firsts: dict[int, Op] = {}
    for op in written:
        firsts.setdefault(op.pid, op)
    seen = [op for pid, op in firsts.items() if pid]
    unwanted = {f"{line}\n" for line in extra}
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            if _forked_before(history, one, other) and _common(one, other) & unwanted:
                return [one, other]
    return []


def _common(one: Op, other: Op) -> set[str]:
    """Return the whole lines with which two outputs both begin."""
    common = set()
    for left, right in zip(_lines(one), _lines(other), strict=False):
        if left != right:
            break
        common.add(left)
    return common


def _lines(op: Op) -> list[str]:
    return str(op.value.get("data", "")).splitlines(keepends=True)


def _forked_before(history: History, one: Op, other: Op) -> bool:
    """Whether two processes are parent and child, or siblings, and printed nothing before the fork."""
    family = {one.pid, other.pid}
    parents = {history.processes[pid].parent for pid in family if pid in history.processes}
    related = bool(parents & family) or (len(parents) == 1 and parents != {0})
    forks = (op.index for op in history.ops if op.f == "fork" and op.value.get("child") in family)
    return related and next(forks, len(history.ops)) < min(one.index, other.index)


def _is_output(op: Op, part: str, stream: str) -> bool:
    return op.f == "output" and op.part == part and op.value.get("stream", "stdout") == stream


def _is_written(history: History, op: Op, file: str) -> bool:
    known = history.objects.get(op.object) if op.f == "write" and op.type is OpType.OK else None
    return known is not None and known.name == file


def _took(op: Op, part: str, stream: str) -> bool:
    if op.f != "expect" or op.pid or op.type is not OpType.OK:
        return False
    value = _of(op)
    return value.get("part") == part and value.get("stream", "stdout") == stream


def _of(op: Op) -> dict[str, object]:
    observed = op.value.get("observed")
    return {**op.value, **observed} if isinstance(observed, dict) else dict(op.value)
