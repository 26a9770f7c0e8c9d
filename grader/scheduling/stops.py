"""What a stop of a thread means: a call begins or ends, a signal arrives, a process is born."""

from __future__ import annotations

import os
import signal

from grader.mechanisms.signal import SA_RESTART, signal_name
from grader.model.history import OpType
from grader.scheduling.clock import SLEEPS, time_out, write_remaining, write_unused
from grader.scheduling.lives import Lives
from grader.scheduling.timers import SI_TIMER
from grader.tracer import proc, ptrace
from grader.tracer.arch import Registers
from grader.tracer.calls import fatal_by_default
from grader.tracer.devices import Devices
from grader.tracer.filter import EXIT, EXIT_GROUP, RESTART_SYSCALL
from grader.tracer.recording import Interest
from grader.tracer.task import Frame, State, Task

_RESTART = frozenset({-512, -513, -514, -516})
_ERESTARTSYS, _ERESTARTNOINTR = -512, -513
SENT_BACK = -600  # none of the kernel's: a sleep, which never was in the kernel
_EINTR = 4
_STOPPING = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_CLONE_UNTRACED = 0x00800000
_ALARM = int(signal.SIGALRM).to_bytes(4, "little")


class Stops(Lives):
    """Threads whose stops are understood."""

    def _dispatch(self, task: Task, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self._ended(task)
            return
        number, event = os.WSTOPSIG(status), status >> 16
        if task.log:
            entry = ptrace.syscall_entry(task.tid) if event == ptrace.EVENT_SECCOMP else None
            self.calls.read_log(task, entry)
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
        prelude = task.process.prelude
        if prelude is not None and task.process.started and prelude.ends(task.tid):
            prelude.load(task.tid, self._machine)
            return
        if self._continues(task):
            return
        if task.process in self.doomed and self._leaves(task):
            task.state = State.LEAVING
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

    def _leaves(self, task: Task) -> bool:
        """Whether a thread is about to end its process."""
        number = ptrace.syscall_entry(task.tid).nr
        return number == EXIT_GROUP or (number == EXIT and not self._siblings(task))

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
        prelude = task.process.prelude
        if prelude is not None and prelude.loading:
            task.process.prelude = None
            prelude.loaded(task.tid, self._machine)
            return
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
        elif (task.once_more and result >= 0) or (
            result == -_EINTR and task.may_sleep and not proc.deliverable_signals(task.tid)
        ):
            # A fault; or only a tracer sees this interruption: a signal without effect, or our own stop.
            task.once_more = False
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
        task.has_forked = task.f == "fork" and result > 0 and task.process.hears_children
        if was_asleep or task.has_forked:
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

    def _twisted(self, task: Task) -> bool:
        """Tamper with a call as a fault demands; True if it is not made."""
        twist, task.twist = task.twist, None
        if twist is None or task.entry is None:
            return False
        registers = Registers(task.tid, self._machine)
        if twist.result is not None:
            registers.skip_call(twist.result)
            self.calls.finish(task, twist.result)
            task.state = State.RUNNING
            ptrace.resume(task.tid)
            return True
        task.once_more = twist.twice
        if twist.argument is not None:
            index, value = twist.argument
            task.patched = (index, task.entry.args[index])
            registers.set_argument(index, value)
            registers.store()
        return False

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

    def expect_signals(self) -> None:
        """Note that signals may be on their way to anybody."""
        self._killed = True
        for process in self.processes.values():
            process.signals_possible = True

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
        if frame.code == SENT_BACK:
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
