"""Check `output`: what was printed is not what the script demands."""

from __future__ import annotations

from grader.checkers._buffered import Buffered, copied, forgotten
from grader.checkers._expect import Difference, difference, some
from grader.checkers._printed import (
    doubled_by_fork,
    flushed_at_exit,
    last_words,
    not_taken,
    writer_of,
    written_since,
)
from grader.checkers._processes import gave_up, killed_one_by_one, killed_parts
from grader.checkers.base import Spec, alive, failed, finished, located, standing, who
from grader.model.exercise import Expect
from grader.model.history import History, Op
from grader.model.verdict import Finding

RULE = "A program prints what its contract says, each line whole and at once."

_FLUSH = (
    "Text stays in the process until it is flushed: call fflush(stdout) after each line (Python: flush=True)."
)
_DOUBLED = (
    "Text that is still in the stdio buffer at fork is in both processes, and both print it: "
    "flush before fork, and leave the child with _exit if it has nothing of its own to flush."
)
_LOST = (
    "_exit and exec do not flush what is in the stdio buffer: "
    "call fflush(stdout) first, or leave by exit or return."
)
_SHOWN = "The reference shows what it got from the submission."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report text that is missing, wrong, or more than was demanded."""
    findings = []
    for op, step, _ in failed(history, spec, Expect):
        found = difference(history, spec, op, step.expect)
        if not found.reordered:
            findings.append(_wrong(history, op, step.expect.part, step.expect.source, found))
    return findings + _unasked(history, spec)


def _wrong(history: History, op: Op, part: str, stream: str, found: Difference) -> Finding:
    written = written_since(history, part, stream, op.index)
    threads = alive(history, part)
    gone = gave_up(history, part, op.index)
    now = f"; it {standing(history, threads[0])}" if found.short and threads else ""
    if gone is not None:
        now = f"; it ended with status {gone.value['status']}{last_words(history, part, op.index)}"
    message = f"{who(history, part)} {found.message}{now}."
    if not history.submitted(part):
        ops = (*(w.index for w in written[-1:]), op.index)
        return Finding(check="output", message=message, why=f"{RULE} {_SHOWN}", ops=ops)
    buffered = copied(history, part, found.extra) or forgotten(history, part, op.index, found.missing)
    if buffered is not None:
        return _buffered(op, part, f"{message} {buffered.sentence}", buffered)
    doubled = doubled_by_fork(history, written, found.extra)
    unflushed = flushed_at_exit(history, written) or (
        found.short and threads and not written and not history.cast[part].terminal
    )
    hint = _DOUBLED if doubled else _FLUSH if unflushed else ""
    witnesses = doubled or written[-1:]
    return Finding(
        check="output",
        message=message,
        why=f"{RULE} {hint}".strip(),
        read="man 3 fflush" if hint else "man 3 printf",
        part=part,
        ops=(*(w.index for w in witnesses), op.index),
        **located(writer_of(history, witnesses[-1]) if witnesses else None),
    )


def _buffered(op: Op | None, part: str, message: str, buffered: Buffered) -> Finding:
    """Report text whose process is known to have had it in its buffer when it should not."""
    return Finding(
        check="output",
        message=message,
        why=f"{RULE} {_DOUBLED if buffered.where.f == 'fork' else _LOST}",
        read="man 3 fflush",
        part=part,
        ops=(*buffered.ops, *((op.index,) if op is not None else ())),
        **located(buffered.where),
    )


def _unasked(history: History, spec: Spec) -> list[Finding]:
    """Report what was printed after the last `expect` of a run that came to its end.

    Only on stdout, and only of parts the script listens to: stderr is for whatever a program has to complain.
    """
    if not finished(history):
        return []
    heard = dict.fromkeys(
        step.expect.part
        for step in spec.script.steps
        if isinstance(step, Expect) and step.expect.source == "stdout"
    )
    killed, alone = killed_parts(history, spec), killed_one_by_one(history)
    findings = []
    for part in heard:
        rest = not_taken(history, part, "stdout")
        if part in killed or not history.submitted(part) or not rest:
            continue
        written = written_since(history, part, "stdout", len(history.ops))
        if any(op.pid in alone for op in written):
            continue  # how much it printed before it was killed nobody could have asked for
        message = f"{who(history, part)} printed more than was asked for: {some(rest.splitlines())}."
        buffered = copied(history, part, rest.splitlines())
        if buffered is not None:
            findings.append(_buffered(None, part, f"{message} {buffered.sentence}", buffered))
            continue
        doubled = doubled_by_fork(history, written, rest.splitlines())
        findings.append(
            Finding(
                check="output",
                message=message,
                why=f"{RULE} {_DOUBLED}" if doubled else RULE,
                read="man 3 fflush" if doubled else "man 3 printf",
                part=part,
                ops=tuple(op.index for op in doubled or written[-1:]),
                **located(writer_of(history, written[-1]) if written else None),
            )
        )
    return findings
