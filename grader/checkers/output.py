"""Check `output`: what was printed is not what the script demands."""

from __future__ import annotations

from collections.abc import Iterable

from grader.checkers._expect import Difference, compare, readable
from grader.checkers._processes import killed_parts
from grader.checkers.base import Spec, alive, failed, finished, located, quoted, standing, who
from grader.model.exercise import Expect
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "A program prints what its contract says, each line whole and at once."

_FLUSH = (
    "Text stays in the process until it is flushed: call fflush(stdout) after each line (Python: flush=True)."
)
_DOUBLED = (
    "Text that is still in the stdio buffer at fork is in both processes, and both print it: "
    "flush before fork, and leave the child with _exit if it has nothing of its own to flush."
)
_SHOWN = "The reference shows what it got from the submission."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report text that is missing, wrong, or more than was demanded."""
    findings = []
    for op, step, observed in failed(history, spec, Expect):
        demand = step.expect
        difference = compare(demand, str(observed["got"]), history, op.index)
        if not difference.reordered:
            findings.append(_wrong(history, op, demand.part, demand.stream, difference))
    return findings + _unasked(history, spec)


def _wrong(history: History, op: Op, part: str, stream: str, difference: Difference) -> Finding:
    written = written_since(history, part, stream, op.index)
    doubled = _doubled_by_fork(history, written, difference.extra)
    reasons = [RULE]
    if doubled:
        reasons.append(_DOUBLED)
    elif flushed_at_exit(history, written) or _may_be_unflushed(history, part, written, difference):
        reasons.append(_FLUSH)
    if not history.submitted(part):
        reasons.append(_SHOWN)
    threads = alive(history, part)
    now = f"; it {standing(history, threads[0])}" if difference.short and threads else ""
    last = written[-1] if written else None
    return Finding(
        check="output",
        message=f"{who(history, part)} {difference.message}{now}.",
        why=" ".join(reasons),
        read="man 3 fflush" if len(reasons) > 1 and history.submitted(part) else "man 3 printf",
        part=part if history.submitted(part) else "",
        ops=(*(w.index for w in doubled or written[-1:]), op.index),
        **(located(last) if history.submitted(part) else {}),
    )


def written_since(history: History, part: str, stream: str, end: int) -> list[Op]:
    """Return the `output` ops of a stream since the last `expect` on it that was met, up to an op."""
    written: list[Op] = []
    for op in history.ops[:end]:
        if op.f == "output" and op.part == part and op.value.get("stream", "stdout") == stream:
            written.append(op)
        elif _met_expect(op, part) and stream_of(history, op) == stream:
            written.clear()
    return written


def _met_expect(op: Op, part: str) -> bool:
    return op.f == "expect" and op.pid == 0 and op.type is OpType.OK and _of(op).get("part") == part


def _of(op: Op) -> dict[str, object]:
    observed = op.value.get("observed")
    return {**op.value, **observed} if isinstance(observed, dict) else dict(op.value)


def stream_of(history: History, op: Op) -> str:
    """Return the stream an `expect` was about."""
    return str(_of(op).get("stream") or history.invoke_of(op).value.get("stream") or "stdout")


def flushed_at_exit(history: History, written: Iterable[Op]) -> list[Op]:
    """Return the outputs of several lines that were a process's last act: its buffer, emptied at exit."""
    late = []
    for op in written:
        after = (later for later in history.ops[op.index + 1 :] if later.pid == op.pid)
        ends = next((later for later in after if later.f not in {"write", "close", "munmap"}), None)
        if ends is not None and ends.f == "exit" and str(op.value.get("data", "")).count("\n") > 1:
            late.append(op)
    return late


def _may_be_unflushed(history: History, part: str, written: list[Op], difference: Difference) -> bool:
    """Whether nothing at all came, into a pipe, from a program that still lives."""
    terminal = history.cast[part].terminal
    return (
        difference.short
        and not written
        and not terminal
        and history.submitted(part)
        and bool(alive(history, part))
    )


def _doubled_by_fork(history: History, written: list[Op], extra: tuple[str, ...]) -> list[Op]:
    """Find two processes of one family that began with the same text, which came once too often."""
    firsts: dict[int, Op] = {}
    for op in written:
        firsts.setdefault(op.pid, op)
    seen = list(firsts.values())
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            if _forked_before(history, one, other) and _common(one, other) & {f"{line}\n" for line in extra}:
                return [one, other]
    return []


def _common(one: Op, other: Op) -> set[str]:
    """Return the whole lines with which two outputs both begin."""
    pairs = zip(_lines(one), _lines(other), strict=False)
    common = set()
    for left, right in pairs:
        if left != right:
            break
        common.add(left)
    return common


def _lines(op: Op) -> list[str]:
    return readable(str(op.value.get("data", ""))).splitlines(keepends=True)


def _forked_before(history: History, one: Op, other: Op) -> bool:
    """Whether two processes are parent and child, or siblings, and printed nothing before the fork."""
    family = {one.pid, other.pid}
    parents = {history.processes[pid].parent for pid in family if pid in history.processes}
    related = bool(parents & family) or (len(parents) == 1 and parents != {0})
    forks = [
        op
        for op in history.ops
        if op.f == "fork" and op.type is OpType.OK and op.value.get("child") in family
    ]
    return related and bool(forks) and forks[0].index < min(one.index, other.index)


def _unasked(history: History, spec: Spec) -> list[Finding]:
    """Report what was printed after the last `expect` of a run that came to its end."""
    if not finished(history):
        return []
    streams = dict.fromkeys(
        (step.expect.part, step.expect.stream) for step in spec.script.steps if isinstance(step, Expect)
    )
    killed = killed_parts(history, spec)
    findings = []
    for part, stream in streams:
        if part in killed or not history.submitted(part):
            continue
        rest = _unconsumed(history, part, stream)
        if rest:
            written = written_since(history, part, stream, len(history.ops))
            findings.append(
                Finding(
                    check="output",
                    message=f"{who(history, part)} printed more than was asked for: {_first_line(rest)}.",
                    why=RULE,
                    read="man 3 printf",
                    part=part,
                    ops=tuple(op.index for op in written[-1:]),
                    **located(written[-1] if written else None),
                )
            )
    return findings


def _unconsumed(history: History, part: str, stream: str) -> str:
    """Return the text no `expect` took; nothing if the records of both do not fit together."""
    printed = "".join(
        readable(str(op.value.get("data", "")))
        for op in history.of(part)
        if op.f == "output" and op.value.get("stream", "stdout") == stream
    ).replace("\r\n", "\n")
    taken = "".join(
        readable(str(_of(op).get("got", "")))
        for op in history.ops
        if _met_expect(op, part) and stream_of(history, op) == stream
    ).replace("\r\n", "\n")
    return printed[len(taken) :] if printed.startswith(taken) else ""


def _first_line(text: str) -> str:
    lines = text.splitlines()
    rest = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    return f"{quoted(lines[0])}{rest}"
