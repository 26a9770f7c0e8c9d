"""Follow a program and all it starts, without choosing who goes on: what `grader trace` shows.

Nothing is skipped, delayed or ordered here; time is the real one, and the order is that in which the kernel
reports the ends of calls.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from grader.mechanisms.signal import signal_name
from grader.model.errors import HostError, UsageError
from grader.model.history import OpType
from grader.sandbox import kernel
from grader.sandbox.launch import reset_signals
from grader.tracer import filter as seccomp
from grader.tracer import proc, ptrace
from grader.tracer.calls import Calls
from grader.tracer.objects import Objects
from grader.tracer.recorder import Recorder
from grader.tracer.recording import Interest
from grader.tracer.task import Process, Task
from grader.tracer.view import TaskView

_NOT_FOUND = 127
_ENTRY_STOP = (signal.SIGTRAP | ptrace.EVENT_SECCOMP << 8) << 8 | 0x7F
_EXIT_STOP = (signal.SIGTRAP | 0x80) << 8 | 0x7F


Sink = Callable[[int, str, str, Mapping[str, Any], int | None, str], None]
"""Takes a call that has ended, or an event: the thread's id, f as in a history, what the object is called,
arguments and what was transferred, what it returned (None of an event), errno name of a failed call."""


class _Stream(Calls):
    """Decoding that hands on each call as soon as it has ended, and keeps nothing.

    Quicker than recording: whoever is followed waits meanwhile.
    """

    def __init__(self, objects: Objects, sink: Sink) -> None:
        super().__init__(objects, _Unfinished())
        self._sink = sink
        self._known = objects.known
        self._views: dict[int, TaskView] = {}
        self._begun: dict[int, dict[str, Any]] = self.recorder.begun  # type: ignore[attr-defined]
        self._count = 0

    def view(self, task: Task) -> TaskView:
        """Return decoding's view of a thread, always the same one."""
        view = self._views.get(task.tid)
        if view is None:
            view = self._views[task.tid] = super().view(task)
        return view

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
        blocked: bool = False,  # noqa: ARG002 - nobody is held here
        invoked: int | None = None,
    ) -> int:
        if object_id is None:
            object_id = task.target
        if type_ is OpType.INVOKE:
            self._count += 1
            self._begun[self._count] = {"f": f, "object": object_id, "value": value or {}}
            return self._count
        known = self._known.get(object_id)
        target = (known.name or known.id) if known else ""
        if invoked is None:
            self._sink(task.tid, f, target, value or {}, None, "")
        else:
            begun = self._begun.pop(invoked)["value"]
            self._sink(task.tid, f, target, {**begun, **value} if value else begun, result, error)
        return 0


class _Unfinished(Recorder):
    """What is known of calls that have not ended."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: dict[int, dict[str, Any]] = {}

    def row(self, index: int) -> dict[str, Any]:
        """Return what is asked of such a call."""
        return self.begun[index]

    def amend(self, index: int, object_id: str) -> None:
        """Leave the beginning as it is: the end names the object."""


def follow(argv: Sequence[str], sink: Sink) -> int:
    """Run a program to its end and tell of every call of interest.

    Args:
        argv: the command; its streams are the grader's.
        sink: is told of each call that has ended, and of each event.

    Returns:
        Its exit status; 128 + n if it died of signal n.

    Raises:
        UsageError: there is no such program.
        HostError: ptrace is not allowed here.
    """
    path = shutil.which(argv[0])
    if path is None:
        raise UsageError(f"there is no program {argv[0]!r}")
    objects = Objects(work=str(Path.cwd()))
    main = _launch(path, argv)
    gc.disable()  # it would look at everything again and again, and find nothing
    try:
        status = _Follower(_Stream(objects, sink), main).to_the_end()
    finally:
        gc.enable()
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _launch(path: str, argv: Sequence[str]) -> int:
    """Fork a process that is seized before it execs."""
    program = seccomp.program()
    gate_read, gate_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(path, argv, program, gate_read, gate_write)
    os.close(gate_read)
    try:
        ptrace.seize(pid)
    except PermissionError as error:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise HostError("ptrace is not allowed here; `grader doctor` says what to change") from error
    finally:
        os.close(gate_write)
    return pid


def _child(path: str, argv: Sequence[str], program: bytes, read: int, write: int) -> NoReturn:
    try:
        os.close(write)
        reset_signals()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        execute = kernel.Exec([path, *argv[1:]], dict(os.environ), program, -1)
        os.read(read, 1)  # ends when the tracer has seized us
        os.close(read)
        execute()
    finally:
        os._exit(_NOT_FOUND)


class _Follower:
    """Resumes whoever stops, at once."""

    def __init__(self, calls: Calls, main: int) -> None:
        self._calls = calls
        self._main = main
        self._tasks: dict[int, Task] = {}
        self._early: dict[int, int] = {}
        self._status = 0
        self._add(main, Process(pid=main, host=main, part="program", main=True, started=True))

    def _add(self, tid: int, process: Process) -> Task:
        task = Task(tid=tid, ns_tid=tid, process=process)
        process.tasks.append(task)
        self._tasks[tid] = task
        return task

    def to_the_end(self) -> int:
        """Follow until nobody is left; returns the wait status of the first process."""
        while self._tasks:
            try:
                tid, status = os.waitpid(-1, ptrace.WALL)
            except ChildProcessError:
                break
            task = self._tasks.get(tid)
            if task is None:
                self._early[tid] = status
                continue
            try:
                if status == _ENTRY_STOP:
                    self._entry(task)
                elif status == _EXIT_STOP:
                    self._exit_stop(task)
                else:
                    self._handle(task, status)
            except ProcessLookupError:
                continue
        return self._status

    def _handle(self, task: Task, status: int) -> None:
        if not os.WIFSTOPPED(status):
            del self._tasks[task.tid]
            if task.tid == self._main:
                self._status = status
            return
        number, event = os.WSTOPSIG(status), status >> 16
        if event in (ptrace.EVENT_FORK, ptrace.EVENT_VFORK, ptrace.EVENT_CLONE):
            self._forked(task, event)
        elif event == ptrace.EVENT_EXEC:
            task.process.ranges.clear()
            self._calls.forget(task.process)
            ptrace.resume_to_exit(task.tid)
        elif event == ptrace.EVENT_EXIT:
            self._exiting(task)
        elif event == ptrace.EVENT_STOP:
            stopped = number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
            (ptrace.listen if stopped else ptrace.resume)(task.tid)
        else:
            saved, task.target = task.target, ""
            self._calls.event(task, "deliver", {"signal": signal_name(number)})
            task.target = saved
            ptrace.resume(task.tid, number)

    def _entry(self, task: Task) -> None:
        interest = self._calls.enter(task)
        if interest is Interest.CALL:
            self._calls.invoke(task)
            ptrace.resume_to_exit(task.tid)
            return
        if interest is Interest.POINT:
            self._calls.announce(task)
        elif interest is Interest.DONE:
            self._calls.announced_end(task)
        elif interest is Interest.EFFECT:
            self._calls.effect(task)
        ptrace.resume(task.tid)

    def _exit_stop(self, task: Task) -> None:
        result = ptrace.syscall_result(task.tid)
        # Interrupted calls end as the student sees them: most of them are made again.
        self._calls.finish(task, result if result > -512 or result < -516 else -4)
        ptrace.resume(task.tid)

    def _forked(self, task: Task, event: int) -> None:
        child, parent = ptrace.event_message(task.tid), task.process
        if event == ptrace.EVENT_CLONE and proc.group_leader(child) == parent.host:
            process = parent
        else:
            process = Process(
                pid=child,
                host=child,
                part="program",
                main=False,
                parent=parent,
                ranges=list(parent.ranges),
                descriptors=dict(parent.descriptors),
                started=True,
            )
        self._add(child, process)
        if child in self._early:
            del self._early[child]
        else:
            os.waitpid(child, ptrace.WALL)
        ptrace.resume(child)
        ptrace.resume_to_exit(task.tid)

    def _exiting(self, task: Task) -> None:
        status = ptrace.event_message(task.tid)
        if task.tid == task.process.host:
            how: Mapping[str, Any] = (
                {"signal": signal_name(os.WTERMSIG(status))}
                if os.WIFSIGNALED(status)
                else {"status": os.WEXITSTATUS(status)}
            )
            task.target = ""
            self._calls.event(task, "exit", dict(how))
        ptrace.resume(task.tid)
