"""Births, executions and ends of processes and threads."""

from __future__ import annotations

import os
import signal
from typing import Any

from grader.mechanisms.signal import signal_name
from grader.model.errors import InternalError
from grader.model.history import ObjectKind
from grader.model.schedule import child_name, thread_name
from grader.scheduling.limits import LimitReached
from grader.scheduling.threads import Threads
from grader.tracer import code, proc, ptrace
from grader.tracer.task import Process, State, Task


class Lives(Threads):
    """Threads that come and go."""

    def _forked(self, task: Task, event: int) -> None:
        self._see_prelude_over(task)
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
                stdout=parent.stdout,
                started=True,
            )
            parent.children.append(process)
        label = thread_name(process.label, len(process.tasks))
        born = Task(tid=child, ns_tid=ns_tid, process=process, label=label)
        if process is not parent:
            born.alternate_stack, born.log = task.alternate_stack, task.log
        self._add(born)
        task.born = ns_tid
        if len(self.alive()) > self._limits.processes:
            raise LimitReached("processes", f"more than {self._limits.processes} processes and threads live")
        task.vforked = process if event == ptrace.EVENT_VFORK else None
        ptrace.resume_to_exit(task.tid)

    @staticmethod
    def _see_prelude_over(task: Task) -> None:
        """Nothing that an interpreter does before it reads its program leads here; a program could."""
        if task.process.prelude is not None:
            raise InternalError("an interpreter was not seen to read its program")

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
        process.memory, process.stdout, task.log = "", 0, 0
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
        if task.log and not last and task.tid != process.host:
            self.calls.forget_stack(task)
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

    def _record_exit(self, task: Task, status: int) -> None:
        process = task.process
        action, flags = process.actions.get(signal.SIGCHLD, ("", 0))
        reaps_itself = action == "SIG_IGN" or flags & 2
        zombies = [c.pid for c in process.children if c.dead and not c.waited and not reaps_itself]
        orphans = [c.pid for c in process.children if not c.dead]
        for child in process.children:
            child.orphaned = child.orphaned or not child.dead
        if os.WIFEXITED(status):
            self._see_prelude_over(task)
        how: dict[str, Any] = (
            {"signal": signal_name(os.WTERMSIG(status))}
            if os.WIFSIGNALED(status)
            else {"status": os.WEXITSTATUS(status)}
        )
        if "status" in how and (ends := self._pipe_ends(task)):
            how["holds"] = ends
        lost = self.calls.unflushed(task)
        if lost:
            how["unflushed"] = lost
        leader = process.tasks[0]  # which thread is the last to go, when all are killed, is the kernel's whim
        leader.where, leader.target = 0, ""
        self.calls.event(leader, "exit", {**how, "zombies": zombies, "orphans": orphans})

    def _pipe_ends(self, task: Task) -> list[list[Any]]:
        """Return the ends of pipes that a process has open as it ends."""
        known = self.calls.objects.known
        held = self.calls.objects.held(task.tid, "pipe:")
        return [list(row) for row in held if known[row[1]].kind is ObjectKind.PIPE and not known[row[1]].name]

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
