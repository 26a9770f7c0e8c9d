"""Who is who among the processes of a run: whose program they execute, who killed them, how they ended."""

from __future__ import annotations

from grader.checkers.base import Spec
from grader.model.exercise import Kill, Signal
from grader.model.history import History, Op, OpType

SUBMISSION_FOLDER = "/submission/"
SAME_PROGRAM = ("/proc/self/exe", "multiprocessing.spawn")
"""How a program starts itself once more."""
RUNTIME_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Programs that Python's library starts on its own and leaves to end by themselves."""


def foreign(history: History) -> dict[int, int]:
    """Find the processes that execute somebody else's program: the ways of a shell are not the student's.

    Returns:
        By pid, the index of the op from which on the process was a foreign one. Children of a foreign
        process are foreign, too.
    """
    since: dict[int, int] = {}
    seen: set[int] = set()
    for op in history.ops:
        if op.pid and op.pid not in seen:
            seen.add(op.pid)
            process = history.processes.get(op.pid)
            if process is not None and process.parent in since:
                since[op.pid] = op.index
        if op.f == "exec" and op.type is OpType.OK:
            words = [str(history.invoke_of(op).value.get("path", "")), *arguments(history, op)]
            if any(own in word for word in words for own in SAME_PROGRAM):
                continue
            if any(SUBMISSION_FOLDER in word for word in words):
                since.pop(op.pid, None)
            else:
                since.setdefault(op.pid, op.index)
    return since


def arguments(history: History, op: Op) -> list[str]:
    """Return the argument vector of an `exec`."""
    value = op.value.get("argv", history.invoke_of(op).value.get("argv", ()))
    return [str(word) for word in value] if isinstance(value, list | tuple) else []


def runtime_helpers(history: History) -> set[int]:
    """Find the processes that a language's library started, not the student."""
    return {
        op.pid
        for op in history.ops
        if op.f == "exec" and any(name in word for word in arguments(history, op) for name in RUNTIME_HELPERS)
    }


def exits(history: History) -> dict[int, Op]:
    """Return the op of the end of each process."""
    return {op.pid: op for op in history.ops if op.f == "exit" and op.pid}


def gave_up(history: History, part: str, before: int) -> Op | None:
    """Return the end of a part's main process if it says that something failed.

    Status 0 says that all went well, and 3, in this catalogue, that nothing was there: an answer, too.
    """
    ended = exits(history).get(main_pid(history, part, before) or 0)
    return None if ended is None or ended.value.get("status", 0) in {0, 3} else ended


def main_pid(history: History, part: str, before: int) -> int | None:
    """Return the main process of a part as it was at an op; the latest if the part was started again."""
    mains = {p.pid for p in history.processes.values() if p.main and p.part == part}
    first: dict[int, int] = {}
    for op in history.ops:
        if op.pid in mains:
            first.setdefault(op.pid, op.index)
    started = [pid for pid in mains if first.get(pid, -1) < before]
    return max(started, key=lambda pid: (first.get(pid, -1), pid), default=None)


def killed_parts(history: History, spec: Spec) -> set[str]:
    """Return the parts the script killed: how they end, and what they leave, is not judged."""
    parts = set(killed_by_fault(history))
    for op in history.ops:
        index = history.invoke_of(op).value.get("step")
        if op.pid or op.part or not isinstance(index, int) or not 0 <= index < len(spec.script.steps):
            continue
        step = spec.script.steps[index]
        if op.f == "kill" and isinstance(step, Kill):
            parts.update(step.parts)
        elif op.f == "signal" and isinstance(step, Signal):
            parts.update(part for part, signal in step.signal.items() if signal == "KILL")
        elif op.f == "reboot":
            parts.update(ended_by_reboot(op))
    return parts


def ended_by_reboot(op: Op) -> list[str]:
    """Return the parts that a reboot found alive."""
    parts = op.value.get("parts")
    return [str(part) for part in parts] if isinstance(parts, list | tuple) else []


def killed_one_by_one(history: History) -> set[int]:
    """Return the processes that the script killed alone, and all whom they had started."""
    killed = {op.value["pid"] for op in history.ops if _kills(op) and "pid" in op.value}
    for pid, process in sorted(history.processes.items()):
        if process.parent in killed:
            killed.add(pid)
    return {pid for pid in killed if isinstance(pid, int)}


def killed_by_fault(history: History) -> list[str]:
    """Return the part that a fault has killed, or nothing."""
    parts: list[str] = []
    for op in history.ops:
        if op.f == "fault" and _kills(op):
            told = op.value.get("parts")
            parts += [str(part) for part in told] if isinstance(told, list | tuple) else []
    return parts


def _kills(op: Op) -> bool:
    """Whether an op is the script's, or a fault's, to kill somebody."""
    return not op.part and (op.f == "kill" or (op.f == "fault" and op.value.get("kind") == "kill"))


def died_of_signal(history: History) -> set[str]:
    """Return the parts whose main process died of a signal."""
    mains = {pid for pid, process in history.processes.items() if process.main}
    return {op.part for op in history.ops if op.f == "exit" and op.pid in mains and "signal" in op.value}
