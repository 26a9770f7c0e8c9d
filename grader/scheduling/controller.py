"""Holds all threads of a run and lets one at a time go on.

Theory of operation
-------------------
A traced thread stops at the entry of every call of interest, before it is made. The controller makes one of
the stopped threads *proceed*: its call is invoked, and it runs on until it stands at its next call, or
sleeps in the kernel. Then everybody who was asleep is *settled*: whoever was woken has by now left the
kernel's wait queue, for a wake-up is part of the call that causes it, and is followed to the end of its
call, where it stops before it returns to its program. So at every choice each thread is stopped, or really
asleep; and all that happens is a function of the choices.

Of several threads that wait for the same thing in the same way only one is let into the kernel; the others
are *held* at the entry, so that it is never the kernel who decides which of them is served first.

A signal that arrives while its target stands at the entry of a call arrives before that call: the thread is
sent back in front of the instruction, and takes the signal first. A signal that arrives while it sleeps in
the call interrupts the call.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable

from grader.model.config import LimitsConfig
from grader.model.errors import HostError
from grader.model.schedule import FORKED
from grader.scheduling.base import Candidate
from grader.scheduling.clock import SLEEPS, VirtualClock, time_out
from grader.scheduling.limits import LimitReached
from grader.scheduling.stops import SENT_BACK, Stops
from grader.scheduling.threads import ATTEMPTS, NAP_S, SLICE_S
from grader.tracer import proc, ptrace
from grader.tracer.arch import Registers
from grader.tracer.calls import Calls
from grader.tracer.task import Process, State, Task

_WAITING = frozenset({State.BLOCKED, State.SLEEPING, State.HELD})
_READY = frozenset({State.NEW, State.ENTRY, State.ANNOUNCED, State.WOKEN})


class Controller(Stops):
    """Chooses nobody, but lets the chosen one go on; settles the others; lets time pass."""

    def __init__(
        self,
        calls: Calls,
        clock: VirtualClock,
        limits: LimitsConfig,
        *,
        drain: Callable[[Task], bool],
    ) -> None:
        super().__init__(calls, clock, limits, drain=drain)
        clock.kernel_timers.holder = self._holder
        clock.kernel_timers.taken = self._taken

    def attach(self, host: int, pid: int, part: str, program: str) -> Process:
        """Seize a part's main process, which waits at its gate; `begin` follows its exec."""
        process = Process(pid=pid, host=host, part=part, main=True, label=part, program=program)
        try:
            ptrace.seize(host)
        except PermissionError as error:
            raise HostError("ptrace is not allowed here; `grader doctor` says what to change") from error
        self._add(Task(tid=host, ns_tid=pid, process=process, label=part))
        return process

    def begin(self, process: Process) -> None:
        """Follow a released process to its exec, where it waits to be chosen."""
        task = process.tasks[0]
        task.state = State.RUNNING
        while task.state is State.RUNNING:
            self._follow(task)

    def ready(self) -> list[Candidate]:
        """Return all threads that can go on, in the order of their ids."""
        found = [_candidate(task) for task in self.tasks if task.state in _READY or self._interruptible(task)]
        return sorted(found, key=lambda candidate: candidate.key)

    def _interruptible(self, task: Task) -> bool:
        return (
            task.state in (State.HELD, State.SLEEPING)
            and task.process.signals_possible
            and proc.deliverable_signals(task.tid) != 0
        )

    def sleepers(self) -> list[Task]:
        """Return the threads that virtual time will wake."""
        return [task for task in self.tasks if task.deadline is not None and task.state in _WAITING]

    def proceed(self, key: int) -> None:
        """Let the thread with this id go on to its next point of choice."""
        task = next(task for task in self.tasks if task.ns_tid == key and task.state is not State.DEAD)
        self._step += 1
        task.has_forked = False
        self.record_logs(task)
        try:
            self._go(task)
            while task.state is State.RUNNING:
                self._follow(task)
        except ProcessLookupError:
            self._lost(task)

    def record_logs(self, going_on: Task | None = None) -> None:
        """Record what threads have done since they stopped last, but for the one that goes on."""
        for task in self.tasks:
            if task.log and task is not going_on:
                self.calls.record_log(task)

    def _go(self, task: Task) -> None:
        if task.state is State.ENTRY:
            self._make_call(task)
        elif task.state is State.HELD:
            self._enter_kernel(task)
        elif task.state is State.SLEEPING:
            self._leave_sleep(task)
        elif task.state is State.ANNOUNCED and self._divert(task):
            pass
        else:
            if task.state is State.ANNOUNCED:
                self.calls.announce(task)
            task.state = State.RUNNING
            ptrace.resume(task.tid)

    def _divert(self, task: Task) -> bool:
        """Let pending signals arrive before the call a thread stands at; True if there were any."""
        process = task.process
        if not process.signals_possible or task.entry is None:
            return False
        if not proc.deliverable_signals(task.tid):
            process.signals_possible = False
            return False
        Registers(task.tid, self._machine).repeat_call(task.entry.nr)
        task.state = State.RUNNING
        ptrace.resume(task.tid)
        return True

    def _make_call(self, task: Task) -> None:
        if task.pending is None:
            if self._divert(task):
                return
            self.clock.work_done()
            self.calls.invoke(task)
            if self._twisted(task):
                return
        view = self.calls.view(task)
        if task.name in SLEEPS and self.clock.is_time(task, view):
            task.deadline = self.clock.sleep_deadline(task, view)
            task.state, task.blocked = State.SLEEPING, True
            return
        if self.clock.answer(task, view, self._machine):
            self.calls.finish(task, 0)
            task.state = State.RUNNING
            ptrace.resume(task.tid)
            return
        call, entry = task.call, task.entry
        if call is not None and entry is not None:
            task.may_sleep = call.blocks(view, entry.args)
            task.rival = call.rival(view, entry.args) if call.rival and task.may_sleep else None
            if task.rival is not None and self._in_kernel(task.rival):
                timed = self.clock.deadline(task, view)
                task.deadline = timed[0] if timed is not None else None
                task.state, task.blocked = State.HELD, True
                return
        self._enter_kernel(task)

    def settle(self) -> None:
        """Follow all who were woken to the end of their calls, and make sure that the others sleep."""
        again = True
        while again:
            again = False
            killed, self._killed = self._killed, False
            for task in list(self.tasks):
                if task.state in (State.BLOCKED, State.DYING, State.VFORK) or (
                    killed and task.state is not State.DEAD
                ):
                    again = self._settle(task) or again
        self._admit_rivals()

    def _settle(self, task: Task) -> bool:
        """Wait until a thread's standing is certain; True if something happened to it."""
        naps = 0
        while True:
            certain = self._stands_still(task)
            try:
                status = self._waiter.poll(task.tid)
            except ChildProcessError:
                self._ended(task)
                return True
            if status is not None:
                self._handle(task, status)
                return True
            if certain:
                return False
            naps += 1
            if naps > ATTEMPTS:
                self._waiter.nap(NAP_S)
                self._check_wall()

    def _stands_still(self, task: Task) -> bool:
        """Whether nothing is on its way from a thread, unless there is a stop to be waited for."""
        if task.state is State.BLOCKED:
            return task.asleep()
        if task.state is State.VFORK:
            return task.vforked is not None and proc.waits_for_its_child(task.tid)
        if task.state is State.STOPPED:
            return not proc.continued(task.tid)
        if task.state is State.DYING:
            # The end of a leader is reported after that of its threads.
            return task.tid == task.process.host and self._siblings(task)
        return proc.held(task.tid)

    def _admit_rivals(self) -> None:
        for task in self.tasks:
            if task.state is State.HELD and not self._in_kernel(task.rival):
                task.state = State.ENTRY

    def advance(self, until: int | None = None) -> bool:
        """Let virtual time jump to the next deadline, but not past `until`; False if there is none."""
        dues = [task.deadline for task in self.sleepers() if task.deadline is not None]
        dues += [timer.due for timer in self.clock.timers.values()]
        if not dues or (until is not None and min(dues) > until):
            if until is not None:
                self.clock.now = max(self.clock.now, until)
            return False
        self.clock.now = max(self.clock.now, min(dues))
        if self.clock.now > self._limits.virtual_s * 1e9:
            raise LimitReached("time", f"{self._limits.virtual_s:g} s of virtual time have passed")
        for task in self.sleepers():
            if task.deadline is not None and task.deadline <= self.clock.now:
                self._wake(task)
        self._ring()
        return True

    def _wake(self, task: Task) -> None:
        if task.state is State.SLEEPING:
            self._end_sleep(task)
        elif task.state is State.HELD:
            task.deadline = None
            result = time_out(task)
            Registers(task.tid, self._machine).skip_call(result)
            self.calls.finish(task, result)
            task.state = State.WOKEN
        else:
            task.deadline, task.timing_out = None, True
            ptrace.interrupt(task.tid)
            while task.state is State.BLOCKED:
                status = self._waiter.wait(task.tid, SLICE_S)
                if status is not None:
                    self._handle(task, status)
                self._check_wall()

    def _end_sleep(self, task: Task) -> None:
        Registers(task.tid, self._machine).skip_call(0)
        self.calls.finish(task, 0)
        task.state = State.WOKEN

    def _leave_sleep(self, task: Task) -> None:
        """Let a signal arrive in a sleep: a handler ends it, but not a stop."""
        if task.entry is not None:
            Registers(task.tid, self._machine).repeat_call(task.entry.nr)
        task.push(SENT_BACK)
        task.state = State.RUNNING
        ptrace.resume(task.tid)

    def _ring(self) -> None:
        for key, timer in list(self.clock.timers.items()):
            if timer.due > self.clock.now:
                continue
            if timer.interval:
                timer.due += timer.interval
            else:
                del self.clock.timers[key]
            with contextlib.suppress(ProcessLookupError):
                timer.ring()
            self.expect_signals()

    def _holder(self, identity: str) -> tuple[int, int] | None:
        """Find a living process that has an object open, and at which descriptor."""
        for process in self.processes.values():
            if process.dead:
                continue
            for fd in proc.descriptors(process.host):
                if self.calls.objects.of_descriptor(process.host, fd) == identity:
                    return process.host, fd
        return None

    def _taken(self, identity: str) -> bool:
        """Whether somebody who slept in a read of an object has woken up."""
        self._check_wall()
        return any(
            task.state is State.BLOCKED and task.target == identity and not task.asleep()
            for task in self.tasks
        )

    def kill(self, process: Process) -> None:
        """Kill a process and its threads and see them dead."""
        if process.dead:
            return
        os.kill(process.host, signal.SIGKILL)
        for task in list(process.tasks):
            if task.state is not State.DEAD:
                self._lost(task)
        self.settle()


def _candidate(task: Task) -> Candidate:
    """Return how a thread that can go on is shown to the scheduler."""
    done = task.made.get(task.f, 0)
    forked = task.has_forked and task.state is State.WOKEN
    return Candidate(
        key=task.ns_tid,
        part=task.part,
        f=FORKED if forked else task.f,
        target=task.target,
        name=task.label,
        nth=done if forked else done + 1 if _begins(task) else 0,
    )


def _begins(task: Task) -> bool:
    """Whether a thread stands at the beginning of an operation."""
    return task.state is State.ANNOUNCED or (task.state is State.ENTRY and task.pending is None)
