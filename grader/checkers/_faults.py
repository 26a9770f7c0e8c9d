"""What a fault has brought about is said to be so: the same script without it has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.checkers.base import at, located, named, who
from grader.model.checks import CHECKS
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding, Severity

_BROUGHT_ABOUT = frozenset(
    {
        "output", "ordering", "exit-status", "persistence", "leftovers", "blocking", "deadlock", "limits",
        "starvation", "crash", "lost-wakeup", "polling", "reaping",
    }
)  # fmt: skip
"""What can be the consequence of a fault. What else is wrong is so in itself."""

_CHECKS = {"stop": "interruption", "interrupt": "interruption", "short": "partial-io"}

RULES = {
    "crash-safety": "What is promised, and what belongs to others, is whole even if a process is killed "
    "between any two of its operations.",
    "interruption": "A call that sleeps can fail with EINTR, and then has to be made again.",
    "partial-io": "A stream has no messages: a call may move fewer bytes than it was asked for.",
    "peer-death": "Others can die at any time: who works with them notices it, and neither waits for ever "
    "nor dies of it.",
}
_READ = {
    "crash-safety": "man 2 rename", "peer-death": "man 7 pipe", "interruption": "man 7 signal",
    "partial-io": "man 2 read",
}  # fmt: skip


def fault_of(history: History) -> Op | None:
    """Return the fault that struck in a run."""
    return next((op for op in history.ops if op.f == "fault" and not op.part), None)


def blame(findings: Sequence[Finding], history: History) -> list[Finding]:
    """Put what a fault has brought about under the check that speaks of it.

    Args:
        findings: of a run, causes first.
        history: of that run.

    Returns:
        The findings as they are if no fault struck in it, or if none of them can be due to it.
    """
    fault = fault_of(history)
    due = [one for one in findings if one.severity is Severity.ERROR and _brought_about(one)]
    if fault is None or not due:
        return list(findings)
    root, rest = due[0], [one for one in findings if one not in due]
    struck = _struck(history, fault)
    message = f"{_told(history, fault, struck)}, and then: {root.message}"
    check = _check(history, fault, struck, root) if root.check in CHECKS else ""
    if not check:
        return [replace(root, message=message, ops=(fault.index, *root.ops)), *due[1:], *rest]
    own = struck if struck is not None and history.submitted(struck.part) else None
    cause = Finding(
        check=check,
        message=message,
        why=RULES[check],
        read=_READ[check],
        part=root.part,
        ops=(fault.index, *root.ops),
        effects=tuple(flat for one in due for flat in (replace(one, effects=()), *one.effects)),
        **(located(own) or {"file": root.file, "line": root.line}),
    )
    return [cause, *rest]


def _brought_about(finding: Finding) -> bool:
    """Whether a fault can have caused it; what an exercise's own check found was not there without it."""
    return finding.check in _BROUGHT_ABOUT or finding.check not in CHECKS


def _check(history: History, fault: Op, struck: Op | None, root: Finding) -> str:
    """Return the check that speaks of it; "" if the finding's own does."""
    kind = str(fault.value["kind"])
    if kind != "kill":
        return "" if _slow(history, fault, struck) else _CHECKS.get(kind, "")
    victim = str(fault.value["part"])
    if not history.submitted(victim):
        return "peer-death"
    lived = any(op.part == root.part for op in history.ops[: fault.index])
    others = root.part != victim or fault.value.get("child")
    return "peer-death" if root.part and lived and others else "crash-safety"


def _struck(history: History, fault: Op) -> Op | None:
    """Return the operation at which a fault struck: for one before it, what the thread had done last."""
    act = fault.value["act"]
    name, f = (str(act[0]), str(act[1])) if isinstance(act, list | tuple) else ("", "")
    part = name.partition(":")[0].partition("/")[0]
    mine = [op for op in history.ops if op.part == part]
    if fault.value.get("during") or fault.value["kind"] in ("short", "fail", "lose", "double"):
        same = [op for op in mine if op.f == f and op.invoked is None]
        near = [op for op in same if op.index < fault.index] if fault.value.get("during") else []
        return near[-1] if near else next((op for op in same if op.index > fault.index), None)
    return next((op for op in reversed(mine) if op.index < fault.index and op.file), None)


def _before(history: History, fault: Op) -> str:
    """Say when a program of which no lines are known was killed: `before its write number 2`."""
    act = fault.value["act"]
    name, f, nth = act if isinstance(act, list | tuple) else ("", "", 0)
    part = str(name).partition(":")[0].partition("/")[0]
    begun = any(op.part == part and op.type is OpType.INVOKE for op in history.ops[: fault.index])
    return f"before its {f}{f' number {nth}' if nth != 1 else ''}" if begun else "at its beginning"


def _slow(history: History, fault: Op, struck: Op | None) -> bool:
    """Whether others went on while somebody was stopped: time did it then, not what a stop does to a call."""
    if not _seconds(fault) or struck is None:
        return False
    later = history.ops[fault.index :]
    again = next((op.index for op in later if op.f == "continue" and op.pid == struck.pid), len(history.ops))
    return any(op.pid not in (0, struck.pid) and op.time_ns > fault.time_ns for op in history.ops[:again])


def _seconds(fault: Op) -> float:
    """Return for how long it lasted; 0 if only until nobody else could go on."""
    detail = fault.value.get("detail")
    seconds = detail.get("seconds", 0) if isinstance(detail, dict) else 0
    return seconds if isinstance(seconds, int | float) else 0


def _told(history: History, fault: Op, struck: Op | None) -> str:
    """Say what was done: `post was killed after its write on box.new (post.c:31)`."""
    kind, part = str(fault.value["kind"]), str(fault.value["part"])
    child = fault.value.get("child")
    whom = f"child {child} of {who(history, part)}" if child else who(history, part)
    on = f" on {named(history, struck.object)}" if struck is not None and struck.object else ""
    call = f"{struck.f}{on}{at(struck)}" if struck is not None else ""
    detail = fault.value.get("detail")
    more = detail if isinstance(detail, dict) else {}
    if kind == "kill":
        when = f"while it slept in {call}" if fault.value.get("during") else f"after {call}"
        return f"{whom} was killed {when if call else _before(history, fault)}"
    if kind == "stop":
        how = f"for {_seconds(fault):g} s" if _seconds(fault) else "and continued"
        return f"{whom} was stopped {how} while it slept in {call}"
    if kind == "interrupt":
        return f"SIG{more.get('signal')} came to {whom} while it slept in {call}"
    if kind == "short":
        return f"{call} of {whom} moved one byte only"
    if kind == "fail":
        return f"{call} of {whom} failed with {more.get('error')}"
    return f"what {whom} sent with {call} {'came twice' if kind == 'double' else 'was lost'}"
