"""Check `exit-status`: a program that does not end, ends too early, or ends otherwise than it should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.checkers._expect import difference
from grader.checkers._printed import last_words
from grader.checkers._processes import exits, gave_up, killed_parts, main_pid
from grader.checkers._waits import on_stdin
from grader.checkers.base import (
    Spec,
    alive,
    argument,
    failed,
    finished,
    last_line,
    located,
    standing,
    steps_left,
    who,
)
from grader.model.exercise import Blocked, Exit, ExitSignal, Expect, Kill, Running, Stopped
from grader.model.history import EndReason, History, Op, Waiting
from grader.model.verdict import Finding

RULE = "A program ends when its work is done, not before, and its exit status says how it went."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report programs that ended otherwise than demanded, and such as did not end at all."""
    return [
        *_wrong_ends(history, spec),
        *_ended_too_early(history, spec),
        *_not_there_to_be_killed(history, spec),
        *_failed_in_silence(history, spec),
        *_still_there(history, spec),
    ]


def _wrong_ends(history: History, spec: Spec) -> list[Finding]:
    findings = []
    for op, demand, observed in failed(history, spec, Exit):
        for part, accepted in demand.exit.items():
            state = _state_of(observed, part)
            if state is None or _accepted(state, accepted):
                continue
            # A demand that failed at once failed by those who have ended; the others may still get there.
            if state.get("state") != "running" or history.end.reason is not EndReason.UNMET:
                wanted = " or ".join(_status(status) for status in accepted)
                findings.append(_finding(history, op, part, f"{_told(state)}, and should end with {wanted}"))
    return findings


def _ended_too_early(history: History, spec: Spec) -> list[Finding]:
    findings = []
    for op, running, observed in failed(history, spec, Running):
        for part in running.running:
            state = _state_of(observed, part)
            if state is not None and state.get("state") in {"exited", "signaled"}:
                findings.append(_finding(history, op, part, f"{_told(state)}, and should still run"))
    for op, stopped, observed in failed(history, spec, Stopped):
        for part in stopped.stopped:
            state = _state_of(observed, part)
            if state is not None and state.get("state") != "stopped":
                told = f"{_told(state)}, and should be stopped by job control"
                findings.append(_finding(history, op, part, told))
    for op, blocked, _ in failed(history, spec, Blocked):
        gone = gave_up(history, blocked.blocked.part, op.index)
        if gone is not None:
            told = f"ended with status {gone.value['status']}, and should wait"
            findings.append(_finding(history, op, blocked.blocked.part, told))
    return findings


def _not_there_to_be_killed(history: History, spec: Spec) -> list[Finding]:
    """Report a part that has no such child process as the script is to kill: not yet, or no longer."""
    findings = []
    for op, step, observed in failed(history, spec, Kill):
        child = step.child
        if child is None or not isinstance(observed, dict):
            continue
        state = {key: value for key, value in observed.items() if key != "children"}
        if "pid" not in state:
            count = int(observed.get("children", 0))
            children = "child process" if count < 2 else "child processes"
            told = f"has started {count or 'no'} {children}, and should have started {child.child} by now"
            ended = exits(history).get(main_pid(history, child.part, op.index) or 0)
            told += f"; it {_told({'state': 'exited', **ended.value})}" if ended else ""
            findings.append(_finding(history, op, child.part, told))
        elif not _lost_on_the_way(history, op, int(state["pid"])):
            told = f"{_told(state)}, and should still run: it is child {child.child} of {child.part}"
            findings.append(_finding(history, op, child.part, told, int(state["pid"])))
    return findings


def _lost_on_the_way(history: History, op: Op, pid: int) -> bool:
    """Whether a process died of a signal only after the script had come to the step that failed."""
    before = (o.index for o in reversed(history.ops[: op.index]) if "step" in o.value)
    ended = exits(history).get(pid)
    return ended is not None and "signal" in ended.value and ended.index > next(before, -1)


def _failed_in_silence(history: History, spec: Spec) -> list[Finding]:
    """Report a program whose text does not come because it failed, if the script demands another end."""
    findings = []
    for op, step, _ in failed(history, spec, Expect):
        part = step.expect.part
        gone = gave_up(history, part, op.index)
        ahead = [
            left.exit[part]
            for left in steps_left(history, spec)
            if isinstance(left, Exit) and part in left.exit
        ]
        if gone is None or not ahead or not difference(history, spec, op, step.expect).short:
            continue
        state = {"state": "exited", **gone.value}
        if not _accepted(state, ahead[0]):
            wanted = " or ".join(_status(status) for status in ahead[0])
            findings.append(_finding(history, op, part, f"{_told(state)}, and should end with {wanted}"))
    return findings


def _state_of(observed: Any, part: str) -> dict[str, Any] | None:
    state = observed.get(part) if isinstance(observed, dict) else None
    return state if isinstance(state, dict) else None


def _accepted(state: dict[str, Any], accepted: Sequence[Any]) -> bool:
    for status in accepted:
        if isinstance(status, ExitSignal):
            met = state.get("signal") in {status.signal, f"SIG{status.signal}"}
        elif status == "nonzero":
            met = state.get("status", 0) != 0 or "signal" in state
        else:
            met = state.get("state") == "exited" and state.get("status") == status
        if met:
            return True
    return False


def _status(status: Any) -> str:
    if isinstance(status, ExitSignal):
        return f"signal SIG{status.signal}"
    return "a status other than 0" if status == "nonzero" else f"status {status}"


def _told(state: dict[str, Any]) -> str:
    word = state.get("state")
    if word == "exited":
        return f"ended with status {state.get('status')}"
    if word == "signaled":
        return f"died of {state.get('signal')}"
    return {"running": "still runs", "stopped": "is stopped", "not started": "never ran"}.get(
        str(word), f"is {word}"
    )


def _finding(history: History, op: Op, part: str, told: str, pid: int = 0) -> Finding:
    name = who(history, part, pid)
    pid = pid or main_pid(history, part, op.index) or 0
    own = history.submitted(part)
    ended = exits(history).get(pid)
    threads = [thread for thread in alive(history, part) if thread.pid == pid]
    now = f"; it {standing(history, threads[0])}" if threads else last_words(history, part, op.index)
    source = _pending(history, threads) or last_line(history, pid, op.index)
    return Finding(
        check="exit-status",
        message=f"{name} {told}{now}.",
        why=RULE if own else f"{RULE} The reference shows what it got from the submission.",
        read="man 3 exit",
        part=part if own else "",
        pid=pid if own else 0,
        ops=tuple(o.index for o in (ended, op) if o is not None),
        **(located(source) if own else {}),
    )


def _pending(history: History, threads: list[Waiting]) -> Op | None:
    return next((history.ops[thread.op] for thread in threads if thread.op is not None), None)


def _still_there(history: History, spec: Spec) -> list[Finding]:
    """Report programs that are asleep for good when the script has come to its end."""
    if not finished(history):
        return []
    excused = {*spec.scenario.stays, *killed_parts(history, spec)}
    findings = []
    for part in history.cast:
        if part in excused or not history.submitted(part):
            continue
        threads = [thread for thread in alive(history, part) if _main(history, thread)]
        if any(on_stdin(history, thread) for thread in alive(history, part)):
            continue  # the script never closed its input: it may well wait for more
        if threads and all(_for_good(history, thread) for thread in threads):
            first = threads[0]
            op = history.ops[first.op] if first.op is not None else None
            findings.append(
                Finding(
                    check="exit-status",
                    message=f"{who(history, part)} has not ended though all is done; "
                    f"it {standing(history, first)}.",
                    why=RULE,
                    read="man 3 exit",
                    part=part,
                    pid=first.pid,
                    ops=(op.index,) if op is not None else (),
                    **located(op),
                )
            )
    return findings


def _main(history: History, thread: Waiting) -> bool:
    process = history.processes.get(thread.pid)
    return process is not None and process.main


def _for_good(history: History, thread: Waiting) -> bool:
    """Whether a thread sleeps until somebody wakes it: not running, and in no call that ends by itself."""
    if thread.state == "stopped":
        return True
    if thread.state != "blocked" or thread.op is None:
        return False
    op = history.ops[thread.op]
    return op.f != "nanosleep" and argument(history, op, "timeout_ns") is None
