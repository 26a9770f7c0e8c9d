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
import time
from collections.abc import Callable

from grader.mechanisms.signal import SA_RESTART, signal_name
from grader.model.config import LimitsConfig
from grader.model.errors import HostError
from grader.model.history import OpType
from grader.model.schedule import child_name, thread_name
from grader.scheduling.base import Candidate
from grader.scheduling.clock import SLEEPS, VirtualClock, time_out, write_remaining, write_unused
from grader.scheduling.limits import CpuWatch, LimitReached
from grader.scheduling.timers import SI_TIMER
from grader.scheduling.waiter import Waiter
from grader.tracer import code, proc, ptrace
from grader.tracer.arch import Registers, layout
from grader.tracer.calls import Calls, Interest, fatal_by_default
from grader.tracer.devices import Devices
from grader.tracer.filter import RESTART_SYSCALL
from grader.tracer.task import Frame, Process, State, Task

_READY = frozenset({State.NEW, State.ENTRY, State.ANNOUNCED, State.WOKEN})
_RESTART = frozenset({-512, -513, -514, -516})
_ERESTARTSYS, _ERESTARTNOINTR = -512, -513
_SENT_BACK = -600  # none of the kernel's: a sleep, which never was in the kernel
_EINTR = 4
_STOPPING = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_CLONE_UNTRACED = 0x00800000
_EXECS = frozenset({"execve", "execveat"})
_ALARM = int(signal.SIGALRM).to_bytes(4, "little")
_ATTEMPTS = 30
_NAP_S = 0.0002
_SLICE_S = 0.02
_BURIAL_S = 10.0


class Controller:
    """The threads of one run.

    Args:
        calls: decoding and recording.
        clock: virtual time.
        limits: bounds of the run.
        drain: empties the output channel a thread writes to, if it does; False if there was nothing in it.
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
        self._limits = limits
        self._drain = drain
        self._machine = layout()
        self._waiter = Waiter()
        self._devices = Devices()
        self._step = 0
        self._killed = False
        self._started = time.monotonic()
        clock.kernel_timers.holder = self._holder
        clock.kernel_timers.taken = self._taken

    # -- parts -----------------------------------------------------------------------------------------

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

    def _add(self, task: Task) -> None:
        task.process.tasks.append(task)
        self.tasks.append(task)
        self.processes[task.process.pid] = task.process

    # -- choices ---------------------------------------------------------------------------------------

    def ready(self) -> list[Candidate]:
        """Return all threads that can go on, in the order of their ids."""
        found = [
            Candidate(
                key=task.ns_tid,
                part=task.part,
                f=task.f,
                target=task.target,
                name=task.label,
                nth=task.made.get(task.f, 0) + 1 if _begins(task) else 0,
            )
            for task in self.tasks
            if task.state in _READY or self._interruptible(task)
        ]
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

    def alive(self) -> list[Task]:
        """Return the threads that have not ended."""
        return [task for task in self.tasks if task.state is not State.DEAD]

    def proceed(self, key: int) -> None:
        """Let the thread with this id go on to its next point of choice."""
        task = next(task for task in self.tasks if task.ns_tid == key and task.state is not State.DEAD)
        self._step += 1
        try:
            self._go(task)
            while task.state is State.RUNNING:
                self._follow(task)
        except ProcessLookupError:
            self._lost(task)

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

    def _keep_hold_of_child(self, task: Task) -> None:
        """Take CLONE_UNTRACED from a call that makes a process: nobody would see what that one does."""
        entry = task.entry
        if entry is None or task.name not in ("clone", "clone3"):
            return
        if task.name == "clone" and entry.args[0] & _CLONE_UNTRACED:
            registers = Registers(task.tid, self._machine)
            registers.set_argument(0, entry.args[0] & ~_CLONE_UNTRACED)
            registers.store()
        elif task.name == "clone3":
            flags = int.from_bytes(ptrace.read_memory(task.tid, entry.args[0], 8), "little")
            if flags & _CLONE_UNTRACED:
                ptrace.write_memory(task.tid, entry.args[0], (flags & ~_CLONE_UNTRACED).to_bytes(8, "little"))

    def _in_kernel(self, rival: object) -> bool:
        return any(other.rival == rival and other.state is State.BLOCKED for other in self.tasks)

    def _enter_kernel(self, task: Task) -> None:
        self._keep_hold_of_child(task)
        timed = self.clock.deadline(task, self.calls.view(task))
        if timed is not None and task.entry is not None:
            due, index, for_ever = timed
            task.deadline = due if task.deadline is None else task.deadline  # it stays when a call is resumed
            if index >= 0:
                task.patched = (index, task.entry.args[index])
                registers = Registers(task.tid, self._machine)
                registers.set_argument(index, for_ever)
                registers.store()
        task.state, task.in_call = State.RUNNING, True
        ptrace.resume_to_exit(task.tid)

    # -- following one thread --------------------------------------------------------------------------

    def _follow(self, task: Task) -> None:
        """Wait until a running thread stops or falls asleep, and deal with it."""
        status = self._next_status(task)
        if status is not None:
            self._handle(task, status)
        if len(self.calls.recorder) >= self._limits.events:
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
            if may_sleep and attempts < _ATTEMPTS:
                status = self._waiter.poll(task.tid)
            else:
                status = self._waiter.wait(task.tid, _NAP_S if may_sleep else _SLICE_S)
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
            self._waiter.nap(_NAP_S)
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
        while (status := self._waiter.wait(task.tid, _SLICE_S)) is None:
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

    def _dispatch(self, task: Task, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self._ended(task)
            return
        number, event = os.WSTOPSIG(status), status >> 16
        if event == ptrace.EVENT_SECCOMP:
            self._entry(task)
        elif number == signal.SIGTRAP | 0x80:
            self._call_ended(task)
        elif event in (ptrace.EVENT_FORK, ptrace.EVENT_VFORK, ptrace.EVENT_CLONE):
            self._forked(task, event)
        elif event == ptrace.EVENT_EXEC:
            self._execed(task)
        elif event == ptrace.EVENT_EXIT:
            self._exiting(task)
        elif event == ptrace.EVENT_STOP:
            self._stopped(task, number)
        else:
            self._signalled(task, number)

    def _entry(self, task: Task) -> None:
        if self._continues(task):
            return
        interest = self.calls.enter(task)
        if not task.process.started:
            ptrace.resume(task.tid)
        elif interest is not Interest.CALL and Devices.told_by(task):
            ptrace.resume_to_exit(task.tid)
        elif interest is Interest.NONE:
            ptrace.resume(task.tid)
        elif interest is Interest.EFFECT:
            if not self.clock.answer(task, self.calls.view(task), self._machine):
                self.calls.effect(task)
            ptrace.resume(task.tid)
        elif interest is Interest.DONE:
            self.calls.announced_end(task)
            ptrace.resume(task.tid)
        else:
            task.state = State.ANNOUNCED if interest is Interest.POINT else State.ENTRY

    def _continues(self, task: Task) -> bool:
        """Whether this entry is an interrupted call that the kernel makes again; if so it goes on."""
        if not task.frames:
            return False
        frame, entry = task.frames[-1], ptrace.syscall_entry(task.tid)
        if task.above(entry.sp, frame):
            return False  # inside a handler
        task.frames.pop()
        frame.restore(task)
        if frame.made_again(entry, RESTART_SYSCALL):
            if task.name in SLEEPS:
                task.state = State.SLEEPING
            elif task.rival is not None and self._in_kernel(task.rival):
                task.state, task.blocked = State.HELD, True
            else:
                self._enter_kernel(task)
            return True
        self._finish(task, -_EINTR)
        return False

    def _call_ended(self, task: Task) -> None:
        result = ptrace.syscall_result(task.tid)
        task.in_call, was_asleep = False, task.state is not State.RUNNING
        if result == 0 and Devices.told_by(task):
            self._devices.renumber(task)
        registers = Registers(task.tid, self._machine) if task.patched else None
        if registers is not None and task.patched is not None:
            registers.set_argument(*task.patched)
            task.patched = None
            registers.store()
        if task.timing_out:
            task.timing_out = False
            if result in _RESTART or result == -_EINTR:
                result = time_out(task)
                again = Registers(task.tid, self._machine)
                again.set_result(result)
                again.store()
        if result in _RESTART:
            task.push(result)
        elif result == -_EINTR and task.may_sleep and not proc.deliverable_signals(task.tid):
            # Only a tracer sees this interruption: a signal without effect, or our own stop.
            again = Registers(task.tid, self._machine)
            if task.entry is not None:
                again.set_argument(0, task.entry.args[0])
                again.repeat_call(task.entry.nr, at_exit=True)
            task.push(_ERESTARTNOINTR)
        else:
            finished = self._finish(task, result)
            if finished is not None:
                self._drain(task)
                self._after_call(task, finished)
        if was_asleep:
            task.state = State.WOKEN
        else:
            task.state = State.RUNNING
            ptrace.resume(task.tid)

    def _finish(self, task: Task, result: int) -> int | None:
        self.clock.kernel_timers.told(task, result)
        write_unused(task, task.deadline - self.clock.now if task.deadline is not None else 0)
        return self.calls.finish(task, result)

    def _after_call(self, task: Task, index: int) -> None:
        row = self.calls.recorder.row(index)
        if row["f"] == "wait" and row["type"] is OpType.OK:
            child = self.processes.get(row["value"].get("child", 0))
            ended = (
                "status" in row["value"] or "signal" in row["value"] or not row["value"].keys() - {"child"}
            )
            if child is not None and ended and not row["value"].get("left"):
                child.waited = True
        elif row["f"] == "kill" and row["type"] is OpType.OK:
            self.expect_signals()
        elif row["f"] == "timer_create" and row["type"] is OpType.OK:
            self.clock.kernel_timers.created(task)

    # -- events ----------------------------------------------------------------------------------------

    def expect_signals(self) -> None:
        """Note that signals may be on their way to anybody."""
        self._killed = True
        for process in self.processes.values():
            process.signals_possible = True

    def _forked(self, task: Task, event: int) -> None:
        child = ptrace.event_message(task.tid)
        os.waitpid(child, ptrace.WALL)
        pid, ns_tid = proc.sandbox_ids(child)
        parent = task.process
        if event == ptrace.EVENT_CLONE and proc.group_leader(child) == parent.host:
            process = parent
            if task.pending is not None:
                self.calls.recorder.row(task.pending)["f"] = "pthread_create"
        else:
            process = Process(
                pid=pid,
                host=child,
                part=parent.part,
                main=False,
                label=child_name(parent.label, len(parent.children) + 1),
                parent=parent,
                ranges=list(parent.ranges),
                actions=dict(parent.actions),
                descriptors=dict(parent.descriptors),
                code=parent.code,
                program=parent.program,
                started=True,
            )
            parent.children.append(process)
        label = thread_name(process.label, len(process.tasks))
        born = Task(tid=child, ns_tid=ns_tid, process=process, label=label)
        if process is not parent:
            born.alternate_stack = task.alternate_stack
        self._add(born)
        if len(self.alive()) > self._limits.processes:
            raise LimitReached("processes", f"more than {self._limits.processes} processes and threads live")
        task.vforked = process if event == ptrace.EVENT_VFORK else None
        ptrace.resume_to_exit(task.tid)

    def _execed(self, task: Task) -> None:
        process = task.process
        former = ptrace.event_message(task.tid)
        for other in process.tasks:
            if other is not task and other.state is not State.DEAD:
                other.state = State.DEAD
                other.close()
        if former != task.tid:
            task.close()
        process.ranges.clear()
        self.clock.forget(process.host, alarm=False)
        task.alternate_stack = (0, 0)
        process.actions = {n: a for n, a in process.actions.items() if a[0] == "SIG_IGN"}
        self.calls.forget(process)
        process.code = code.load(task.tid)
        process.program = proc.executable(task.tid) if process.started else process.program
        proc.make_repeatable(task.tid)
        if process.parent is not None:
            self._release_vfork(process)
        if process.started:
            ptrace.resume_to_exit(task.tid)
            return
        process.started = True
        task.where, task.target = 0, ""
        self.calls.event(task, "exec", {"argv": proc.command_line(task.tid)})
        task.state = State.NEW

    def _release_vfork(self, child: Process) -> None:
        for task in child.parent.tasks if child.parent else ():
            if task.vforked is child:
                task.vforked = None

    def _exiting(self, task: Task) -> None:
        process, status = task.process, ptrace.event_message(task.tid)
        last = all(other is task or other.state is State.DEAD or other.exiting for other in process.tasks)
        task.exiting = True
        if last and process.exit_status is None:
            process.exit_status = status
            self._record_exit(task, status)
        ptrace.resume(task.tid)
        if self._siblings(task):
            # The others are being killed; the leader's end is reported after theirs.
            task.state = State.DYING
            self._killed = True
            return
        while os.WIFSTOPPED(os.waitpid(task.tid, ptrace.WALL)[1]):
            ptrace.resume(task.tid)
        self._ended(task)

    @staticmethod
    def _siblings(task: Task) -> bool:
        """Whether other threads of its process have not ended."""
        return any(other is not task and other.state is not State.DEAD for other in task.process.tasks)

    def _record_exit(self, task: Task, status: int) -> None:
        process = task.process
        action, flags = process.actions.get(signal.SIGCHLD, ("", 0))
        reaps_itself = action == "SIG_IGN" or flags & 2
        zombies = [c.pid for c in process.children if c.dead and not c.waited and not reaps_itself]
        orphans = [c.pid for c in process.children if not c.dead]
        for child in process.children:
            child.orphaned = child.orphaned or not child.dead
        how = (
            {"signal": signal_name(os.WTERMSIG(status))}
            if os.WIFSIGNALED(status)
            else {"status": os.WEXITSTATUS(status)}
        )
        task.where, task.target = 0, ""
        self.calls.event(task, "exit", {**how, "zombies": zombies, "orphans": orphans})

    def _ended(self, task: Task) -> None:
        task.state, task.rival, task.deadline = State.DEAD, None, None
        task.close()
        process = task.process
        if not process.dead:
            return
        if process.exit_status is None:
            process.exit_status = signal.SIGKILL
            self._record_exit(task, process.exit_status)
        self.clock.forget(process.host, alarm=True)
        self._release_vfork(process)
        if process.parent is not None:
            process.parent.signals_possible = True

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
                self._waiter.nap(_NAP_S)
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

    def _stopped(self, task: Task, number: int) -> None:
        if number in _STOPPING:
            if task.state is not State.STOPPED:
                task.target = ""
                self.calls.event(task, "stop", {"signal": signal_name(number)})
            task.state = State.STOPPED
            ptrace.listen(task.tid)
        elif task.state is State.STOPPED:
            task.target = ""
            self.calls.event(task, "continue", {})
            task.state = State.WOKEN
        else:
            task.state = State.RUNNING
            ptrace.resume(task.tid)

    def _signalled(self, task: Task, number: int) -> None:
        process = task.process
        action, flags = process.actions.get(number, ("", 0))
        default_without_effect = not fatal_by_default(number) and number not in _STOPPING
        if action != "SIG_IGN" and (action == "handler" or not default_without_effect):
            if action == "handler":
                effect = "handler"
                self._interrupt_call(task, flags)
            else:
                effect = "stop" if number in _STOPPING else "fatal"
            saved, task.where, task.target = (task.where, task.target), 0, ""
            self.calls.event(
                task,
                "deliver",
                {"signal": signal_name(number), "from": self._sender(task), "action": effect},
            )
            task.where, task.target = saved
        task.state = State.RUNNING
        ptrace.resume(task.tid, number)

    def _interrupt_call(self, task: Task, flags: int) -> None:
        """A handler is about to run: decide whether the interrupted call fails or is made again after it."""
        if not task.frames:
            return
        frame: Frame = task.frames[-1]
        frame.returned = False
        if frame.decided:
            return
        again = frame.code == _ERESTARTNOINTR or (frame.code == _ERESTARTSYS and flags & SA_RESTART)
        if again:
            frame.decided = True
            return
        task.frames.pop()
        frame.restore(task)
        if frame.code == _SENT_BACK:
            Registers(task.tid, self._machine).pass_call(-_EINTR)
            if task.deadline is not None:
                write_remaining(task, max(task.deadline - self.clock.now, 0))
        self._finish(task, -_EINTR)

    def _sender(self, task: Task) -> int | str:
        info = ptrace.signal_info(task.tid)
        code = int.from_bytes(info[8:12], "little", signed=True)
        pid = int.from_bytes(info[16:20], "little", signed=True)
        if info[:4] == _ALARM and pid == 0 and task.process.host in self.clock.rung:
            self.clock.rung.remove(task.process.host)
            return "kernel"
        if code > 0 or code == SI_TIMER:
            return "kernel"
        return pid if pid in self.processes else "script"

    # -- everybody else --------------------------------------------------------------------------------

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
            if naps > _ATTEMPTS:
                self._waiter.nap(_NAP_S)
                self._check_wall()

    def _stands_still(self, task: Task) -> bool:
        """Whether nothing is on its way from a thread, unless there is a stop to be waited for."""
        if task.state is State.BLOCKED:
            return task.asleep()
        if task.state is State.VFORK:
            return task.vforked is not None
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

    # -- time ------------------------------------------------------------------------------------------

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
                status = self._waiter.wait(task.tid, _SLICE_S)
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
        task.push(_SENT_BACK)
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

    # -- the end ---------------------------------------------------------------------------------------

    def kill(self, process: Process) -> None:
        """Kill a process and its threads and see them dead."""
        if process.dead:
            return
        os.kill(process.host, signal.SIGKILL)
        for task in list(process.tasks):
            if task.state is not State.DEAD:
                self._lost(task)
        self.settle()

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
                self._waiter.nap(_NAP_S)
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


def _begins(task: Task) -> bool:
    """Whether a thread stands at the beginning of an operation."""
    return task.state is State.ANNOUNCED or (task.state is State.ENTRY and task.pending is None)


_WAITING = frozenset({State.BLOCKED, State.SLEEPING, State.HELD})
