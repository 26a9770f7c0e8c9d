"""Waits for one running thread until it stops, sleeps or has ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from grader.model.config import LimitsConfig
from grader.scheduling.clock import VirtualClock
from grader.scheduling.limits import CpuWatch, LimitReached
from grader.scheduling.waiter import Waiter
from grader.tracer import code, ptrace
from grader.tracer.arch import layout
from grader.tracer.calls import Calls
from grader.tracer.devices import Devices
from grader.tracer.task import Process, State, Task

_EXECS = frozenset({"execve", "execveat"})
ATTEMPTS = 30
NAP_S = 0.0002
SLICE_S = 0.02
_BURIAL_S = 10.0


class Threads(ABC):
    """The threads of one run, and how one of them is followed.

    Args:
        calls: decoding and recording.
        clock: virtual time.
        limits: bounds of the run.
        drain: empties the output channel a thread writes to, if it does; False if there was nothing in it.

    Attributes:
        doomed: processes that the script is about to kill: they must not end by themselves before that.
    """

    def __init__(
        self,
        calls: Calls,
        clock: VirtualClock,
        limits: LimitsConfig,
        *,
        drain: Callable[[Task], bool],
    ) -> None:
        self.calls = calls
        self.clock = clock
        self.tasks: list[Task] = []
        self.processes: dict[int, Process] = {}
        self.doomed: frozenset[Process] = frozenset()
        self._limits = limits
        self._drain = drain
        self._machine = layout()
        self._waiter = Waiter()
        self._devices = Devices()
        self._step = 0
        self._killed = False
        self._started = time.monotonic()

    @contextlib.contextmanager
    def untimed(self) -> Iterator[None]:
        """Do not count what is done inside as time of the run."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._started += time.monotonic() - began

    def _add(self, task: Task) -> None:
        task.process.tasks.append(task)
        self.tasks.append(task)
        self.processes[task.process.pid] = task.process

    def alive(self) -> list[Task]:
        """Return the threads that have not ended."""
        return [task for task in self.tasks if task.state is not State.DEAD]

    def _follow(self, task: Task) -> None:
        """Wait until a running thread stops or falls asleep, and deal with it."""
        status = self._next_status(task)
        if status is not None:
            self._handle(task, status)
        if len(self.calls.recorder) - self.calls.silent >= self._limits.events:
            raise LimitReached("events", f"{self._limits.events} operations were made")
        self._check_wall()

    def _next_status(self, task: Task) -> int | None:
        """Return a running thread's wait status, or None when it has fallen asleep in a call."""
        if task.in_call and task.name in _EXECS and self._siblings(task):
            return self._next_of_exec(task)
        attempts, asleep_before = 0, False
        watch = CpuWatch(task.tid, self._limits.cpu_s)
        while True:
            may_sleep = task.in_call and task.may_sleep
            if may_sleep and attempts < ATTEMPTS:
                status = self._waiter.poll(task.tid)
            else:
                status = self._waiter.wait(task.tid, NAP_S if may_sleep else SLICE_S)
            if status is not None:
                return status
            attempts += 1
            if may_sleep or (task.in_call and attempts > 1):
                asleep = task.asleep()
                # Emptied only when its writer sleeps, so that what is read at once is no matter of timing.
                if asleep and self._drain(task):
                    continue
                # A call that should not wait gets a second look: a page may have had to be read.
                if asleep and (may_sleep or asleep_before):
                    task.state, task.blocked, task.since = State.BLOCKED, True, self._step
                    return None
                asleep_before = asleep
            if task.vforked is not None:
                task.state = State.VFORK
                return None
            if not may_sleep:
                self._check_wall()
                if watch.exceeded():
                    self._spins(task)

    def _next_of_exec(self, task: Task) -> int:
        """Return the next wait status of a thread that execs, and let the others of its process end.

        It gets the id of the leader, under which it is reported from then on.
        """
        while True:
            for other in [task, *task.process.tasks]:
                status = self._poll_of_exec(task, other) if other.state is not State.DEAD else None
                if status is not None:
                    return status
            self._waiter.nap(NAP_S)
            self._check_wall()

    def _poll_of_exec(self, task: Task, other: Task) -> int | None:
        try:
            status = self._waiter.poll(other.tid)
        except ChildProcessError:
            return None
        if status is None or other is task:
            return status
        if not os.WIFSTOPPED(status):
            other.state = State.DEAD
            other.close()
        elif status >> 16 == ptrace.EVENT_EXEC:
            task.close()
            task.tid, task.ns_tid = other.tid, other.ns_tid
            return status
        else:
            with contextlib.suppress(ProcessLookupError):
                ptrace.resume(other.tid)
        return None

    def _spins(self, task: Task) -> None:
        ptrace.interrupt(task.tid)
        while (status := self._waiter.wait(task.tid, SLICE_S)) is None:
            self._check_wall()
        where = 0
        if os.WIFSTOPPED(status):
            entry = ptrace.syscall_entry(task.tid)
            where = code.caller(task.tid, entry.sp, entry.ip, task.process.code)
        task.where, task.target = where, ""
        self.calls.event(task, "spin", {"cpu_s": self._limits.cpu_s})
        raise LimitReached("cpu", f"{task.part} computes without end and makes no system call")

    def _check_wall(self) -> None:
        if time.monotonic() - self._started > self._limits.wall_s:
            raise LimitReached("wall", f"the run took longer than {self._limits.wall_s:g} s")

    def _handle(self, task: Task, status: int) -> None:
        """Deal with a stop or the end of a thread that may run on; leaves it running or in another state."""
        try:
            self._dispatch(task, status)
        except ProcessLookupError:
            self._lost(task)

    @staticmethod
    def _siblings(task: Task) -> bool:
        """Whether other threads of its process have not ended."""
        return any(other is not task and other.state is not State.DEAD for other in task.process.tasks)

    def _lost(self, task: Task) -> None:
        """A request found the thread gone: it was killed, and its death is about to be reported.

        Its siblings die with it, and the end of a leader is reported after theirs: follow all of them.
        """
        while task.state is not State.DEAD and task.state is not State.DYING:
            moved = False
            for dying in [task, *(t for t in task.process.tasks if t is not task)]:
                if dying.state is not State.DEAD:
                    moved = self._follow_death(dying) or moved
            if not moved:
                self._waiter.nap(NAP_S)
                self._check_wall()

    def _follow_death(self, task: Task) -> bool:
        try:
            status = self._waiter.poll(task.tid)
            if status is None:
                return False
            self._dispatch(task, status)
        except ChildProcessError:
            self._ended(task)
        except ProcessLookupError:
            pass
        return True

    def release_all(self) -> None:
        """Kill whoever is left and collect them, without recording anything."""
        left = self.alive()
        for task in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(task.process.host, signal.SIGKILL)
        deadline = time.monotonic() + _BURIAL_S
        while left and time.monotonic() < deadline:
            left = [task for task in left if not self._buried(task)]
            if left:
                self._waiter.nap(NAP_S)
        for task in self.tasks:
            task.state = State.DEAD
            task.close()

    def _buried(self, task: Task) -> bool:
        """Collect a killed thread; False if it has not ended yet."""
        try:
            status = self._waiter.poll(task.tid)
            if status is None:
                return False
            if not os.WIFSTOPPED(status):
                return True
            ptrace.resume(task.tid)
        except ChildProcessError:
            return True
        except ProcessLookupError:
            pass
        return False

    @abstractmethod
    def _dispatch(self, task: Task, status: int) -> None:
        """Deal with a stop or the end of a thread."""

    @abstractmethod
    def _ended(self, task: Task) -> None:
        """Note that a thread has ended."""
