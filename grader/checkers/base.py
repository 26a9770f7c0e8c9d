"""What all checkers share: what they read of a run spec, failed demands of the script, words for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from grader.model.errors import InternalError
from grader.model.exercise import Part, Scenario, Step
from grader.model.history import EndReason, History, Json, ObjectKind, Op, OpType, Waiting
from grader.model.strict import Strict
from grader.model.verdict import Finding


class Script(Protocol):
    """The expanded script of a scenario, as far as checkers read it."""

    @property
    def cast(self) -> Mapping[str, Part]:
        """Who is who."""

    @property
    def steps(self) -> Sequence[Step]:
        """What is done and demanded, `repeat` expanded."""


class Spec(Protocol):
    """A run spec, as far as checkers read it."""

    @property
    def exercise(self) -> str:
        """Exercise id."""

    @property
    def scenario(self) -> Scenario:
        """What was run: `leaves`, `stays`, `tolerates`."""

    @property
    def script(self) -> Script:
        """The script that was performed."""

    @property
    def strategy(self) -> str:
        """Name of the scheduler."""


class Checker(Protocol):
    """The one function of a checker."""

    def __call__(self, history: History, spec: Spec) -> list[Finding]:
        """Return the violations that the history proves."""


StepT = TypeVar("StepT", bound=Strict)


def failed(history: History, spec: Spec, kind: type[StepT]) -> list[tuple[Op, StepT, Any]]:
    """Return the demands of one kind that were not met: the script's op, the step, and what was observed.

    Nothing is returned for a run in which the submission played no part: nobody could be accused.
    """
    if not any(history.submitted(part) for part in history.cast):
        return []
    word = next(iter(kind.model_fields))
    found = []
    for op in history.ops:
        if op.pid == 0 and op.part == "" and op.type is OpType.FAIL and op.f == word:
            step = _step_of(op, history, spec)
            if not isinstance(step, kind):
                raise InternalError(f"op {op.index} is `{word}`, its step is {type(step).__name__}")
            found.append((op, step, op.value.get("observed", op.value)))
    return found


def _step_of(op: Op, history: History, spec: Spec) -> Strict:
    index = argument(history, op, "step")
    if not isinstance(index, int) or not 0 <= index < len(spec.script.steps):
        raise InternalError(f"op {op.index} is of step {index!r}, the script has {len(spec.script.steps)}")
    return spec.script.steps[index]


def steps_left(history: History, spec: Spec) -> Sequence[Step]:
    """Return the steps the script had not come to when the run ended."""
    return () if history.end.step is None else spec.script.steps[history.end.step + 1 :]


def finished(history: History) -> bool:
    """Whether the script was performed to its end: only then is what remains a fault."""
    return history.end.reason is EndReason.FINISHED


def argument(history: History, op: Op, name: str, default: Json = None) -> Any:
    """Return a value of an op, or of the invoke it ends."""
    if name in op.value:
        return op.value[name]
    return history.invoke_of(op).value.get(name, default)


def flags(history: History, op: Op, name: str = "flags") -> frozenset[str]:
    """Return the flags of a call by name; empty if they were not recorded by name."""
    value = argument(history, op, name)
    return frozenset(str(flag) for flag in value) if isinstance(value, list | tuple) else frozenset()


def located(op: Op | None) -> dict[str, Any]:
    """Return the source line of an op as arguments of `Finding`."""
    return {"file": op.file, "line": op.line} if op is not None and op.file else {}


def at(op: Op | None) -> str:
    """Return ` at chat.c:12`, or nothing if the line is unknown."""
    return f" at {op.file}:{op.line}" if op is not None and op.file else ""


def last_line(history: History, pid: int, before: int | None = None) -> Op | None:
    """Return the last op of a process whose source line is known."""
    return next(
        (op for op in reversed(history.ops[:before]) if op.pid == pid and op.file),
        None,
    )


def who(history: History, part: str, pid: int = 0) -> str:
    """Name a process: `alice`, or `alice (pid 5)` for one of its children; say if the reference plays it."""
    process = history.processes.get(pid)
    notes = []
    if part in history.cast and not history.submitted(part):
        notes.append("played by the reference")
    if pid and not (process and process.main):
        notes.append(f"pid {pid}")
    return f"{part} ({', '.join(notes)})" if notes else part


def named(history: History, object_id: str) -> str:
    """Name an object as the student knows it: `alice.fifo`, `System V queue 51`, `pipe:1`."""
    item = history.objects.get(object_id)
    if item is None or not item.name:
        return object_id
    return spoken(item.kind, item.name)


_SPOKEN = {
    ObjectKind.SHARED_MEMORY: "shared memory",
    ObjectKind.SEMAPHORE: "semaphore",
    ObjectKind.QUEUE: "message queue",
    ObjectKind.SYSV_SHARED_MEMORY: "System V shared memory",
    ObjectKind.SYSV_SEMAPHORE: "System V semaphore set",
    ObjectKind.SYSV_QUEUE: "System V queue",
}


def spoken(kind: ObjectKind, name: str) -> str:
    """Name an object by kind and name; a path needs no kind."""
    return f"{_SPOKEN[kind]} {name}" if kind in _SPOKEN else name


def quoted(text: str, limit: int = 80) -> str:
    """Quote text for a sentence: one line, invisible characters escaped, long text cut."""
    shown = text if len(text) <= limit else text[: limit - 3] + "..."
    return json.dumps(shown, ensure_ascii=False)


def standing(history: History, thread: Waiting) -> str:
    """Say what a thread was doing when the run ended: `waits in read on alice.fifo`."""
    if thread.state == "stopped":
        return "is stopped by job control"
    if thread.op is None or thread.state != "blocked":
        return "was still running" if thread.state == "running" else f"is {thread.state}"
    op = history.ops[thread.op]
    on = f" on {named(history, op.object)}" if op.object else ""
    return f"waits in {op.f}{on}{at(op)}"


def alive(history: History, part: str) -> list[Waiting]:
    """Return the threads of a part that had not ended when the run was over."""
    return [thread for thread in history.end.waiting if thread.part == part and thread.state != "zombie"]
