"""Check `crash`: a process died of a signal that nobody sent on purpose, or that it had to answer."""

from __future__ import annotations

from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, last_line, located, who
from grader.model.exercise import Exit, ExitSignal
from grader.model.history import History, Op
from grader.model.verdict import Finding

RULE = "No process may die of a mistake in its own program."

_MEANING = {
    "SIGSEGV": "touched memory that is not there",
    "SIGBUS": "touched a mapping beyond the end of its object",
    "SIGABRT": "gave itself up (abort, a failed assert, or a corrupted heap)",
    "SIGFPE": "divided by zero",
    "SIGILL": "ran into an illegal instruction",
    "SIGSYS": "made a system call that is not allowed here",
    "SIGXFSZ": "wrote a file larger than allowed",
    "SIGPIPE": "wrote into a pipe or socket whose reader was gone",
}
_MAIN_ONLY = frozenset({"SIGPIPE"})
"""A child may well be ended that way on purpose, as in a shell's pipeline."""

_MISTAKES = frozenset(_MEANING) - _MAIN_ONLY
"""What no demand for a failure excuses."""

_READING = {"SIGPIPE": "man 7 pipe", "SIGBUS": "man 2 mmap"}


def check(history: History, spec: Spec) -> list[Finding]:
    """Report processes of the submission that died of their own fault."""
    others = foreign(history)
    found: dict[tuple[str, str, str, int], list[tuple[Op, Op | None]]] = {}
    for op in history.ops:
        signal = str(op.value.get("signal", ""))
        if op.f != "exit" or signal not in _MEANING or not history.submitted(op.part) or op.pid in others:
            continue
        main = op.pid in history.processes and history.processes[op.pid].main
        if signal in _MAIN_ONLY and not main:
            continue
        if _sent_on_purpose(history, op, signal) or (main and _expected(spec, op.part, signal)):
            continue
        source = last_line(history, op.pid, op.index)
        place = (source.file, source.line) if source else ("", 0)
        found.setdefault((op.part, signal, *place), []).append((op, source))
    crashes = [_finding(history, part, signal, dead) for (part, signal, _, _), dead in found.items()]
    return crashes + _unanswered(history, spec)


def _unanswered(history: History, spec: Spec) -> list[Finding]:
    """Report parts that died of a signal of the script's although they are to end in another way."""
    findings = []
    for op in history.ops:
        process = history.processes.get(op.pid)
        if op.f != "exit" or process is None or not process.main or not history.submitted(op.part):
            continue
        signal = str(op.value.get("signal", ""))
        own = [o for o in history.ops[: op.index] if o.pid == op.pid and o.f == "deliver"]
        own = [o for o in own if o.value.get("signal") == signal]
        if not own or own[-1].value.get("from") != "script" or not _ends(spec, op.part):
            continue
        if signal == "SIGKILL" or _expected(spec, op.part, signal):
            continue
        handled = any(o.value.get("action") == "handler" for o in own)
        reason = "its handler was gone after the first time" if handled else "it has no handler for it"
        findings.append(
            Finding(
                check="crash",
                message=f"{who(history, op.part, op.pid)} died of {signal}, which it must answer: {reason}.",
                why="A signal without a handler ends its process.",
                read="man 2 sigaction",
                part=op.part,
                pid=op.pid,
                ops=(own[-1].index, op.index),
            )
        )
    return findings


def _ends(spec: Spec, part: str) -> bool:
    """Whether the script demands a certain end of the part."""
    return any(isinstance(step, Exit) and part in step.exit for step in spec.script.steps)


def _sent_on_purpose(history: History, exit_op: Op, signal: str) -> bool:
    """Whether the script, another process, or (but for abort) the process itself sent the signal.

    The kernel signs a SIGPIPE with the pid of the writer; only a call of `kill` shows that he meant it.
    """
    before = history.ops[: exit_op.index]
    own = [op for op in reversed(before) if op.pid == exit_op.pid and op.value.get("signal") == signal]
    delivery = next((op for op in own if op.f == "deliver"), None)
    sender = delivery.value.get("from") if delivery is not None else None
    if sender in {None, "kernel", 0}:
        return False
    if sender == exit_op.pid:
        return signal != "SIGABRT" and any(op.f == "kill" for op in own)
    return True


def _expected(spec: Spec, part: str, signal: str) -> bool:
    """Whether the script says that the part's main process may end like this."""
    for step in spec.script.steps:
        if isinstance(step, Exit):
            for status in step.exit.get(part, ()):
                if isinstance(status, ExitSignal) and f"SIG{status.signal}" == signal:
                    return True
                if status == "nonzero" and signal not in _MISTAKES:
                    return True
    return False


def _finding(history: History, part: str, signal: str, dead: list[tuple[Op, Op | None]]) -> Finding:
    op, source = dead[0]
    more = f" (and {len(dead) - 1} more processes like it)" if len(dead) > 1 else ""
    where = f"; the last call seen is `{source.f}`{at(source)}" if source else ""
    return Finding(
        check="crash",
        message=f"{who(history, part, op.pid)} died of {signal}: it {_MEANING[signal]}{where}{more}.",
        why=RULE,
        read=_READING.get(signal, "man 7 signal"),
        part=part,
        pid=op.pid,
        ops=tuple(exit_op.index for exit_op, _ in dead),
        **located(source),
    )
