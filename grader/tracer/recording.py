"""Writes what traced threads do into the history: what all readers of their stops have in common."""

from __future__ import annotations

import errno
from enum import Enum, auto, unique
from typing import Any

from grader.model.history import OpType
from grader.tracer.objects import Objects
from grader.tracer.recorder import Recorder
from grader.tracer.task import Process, Task
from grader.tracer.view import TaskView, forget_descriptors


@unique
class Interest(Enum):
    """What a call is to the grader."""

    NONE = auto()  # let it pass
    EFFECT = auto()  # changes what is known of the process, or is answered by the grader; not recorded
    CALL = auto()  # an operation
    POINT = auto()  # an announced access, or the attempt of an announced call
    DONE = auto()  # the announced end of a call


class Recording:
    """What is known of a run's objects and descriptors, and the history it goes into."""

    def __init__(self, objects: Objects, recorder: Recorder) -> None:
        self.objects = objects
        self.recorder = recorder
        self.silent = 0
        self._flags: dict[tuple[int, int], int] = {}

    def view(self, task: Task) -> TaskView:
        """Return decoding's view of a thread."""
        return TaskView(task, self.objects, self._flags)

    def forget(self, process: Process) -> None:
        """Drop what is cached of a process' descriptors."""
        forget_descriptors(process, self._flags)

    def event(self, task: Task, f: str, value: dict[str, Any], *, target: str = "") -> int:
        """Record something that happened to a thread."""
        return self._add(task, f, OpType.OK, value=value, object_id=target)

    def _add(
        self,
        task: Task,
        f: str,
        type_: OpType,
        *,
        value: dict[str, Any] | None = None,
        object_id: str | None = None,
        result: int | None = None,
        error: str = "",
        blocked: bool = False,
        invoked: int | None = None,
    ) -> int:
        return self.recorder.add(
            f,
            type_,
            part=task.part,
            pid=task.process.pid,
            tid=task.ns_tid,
            object_id=task.target if object_id is None else object_id,
            value=value,
            result=result,
            error=error,
            blocked=blocked,
            invoked=invoked,
            place=(task.process.program, task.where),
        )


def count(task: Task, f: str) -> None:
    """Count an operation that begins: the scheduler tells them apart by their numbers."""
    task.made[f] = task.made.get(f, 0) + 1


def error_name(number: int) -> str:
    """Return an error's name as the manual pages have it."""
    # Python knows two names of one number, and chooses these.
    name = errno.errorcode.get(number, str(number))
    return {"EDEADLOCK": "EDEADLK", "ENOTSUP": "EOPNOTSUPP"}.get(name, name)
