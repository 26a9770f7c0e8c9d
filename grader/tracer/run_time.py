"""What the run-time in a program tells: announced accesses and calls, and the logs of its threads."""

from __future__ import annotations

from collections.abc import Iterator

from grader.mechanisms.base import Args
from grader.model.history import ObjectKind, OpType
from grader.shim import protocol
from grader.tracer import announced, log, ptrace
from grader.tracer.ptrace import SyscallEntry
from grader.tracer.recording import Interest, Recording, count, error_name
from grader.tracer.task import Announcement, Process, Task

_GOES_ON = frozenset({protocol.MAGIC | protocol.Code.LOG, protocol.MAGIC | protocol.Code.LOOKS})
"""First arguments of announcements after which the accesses of a thread are still of the same kind."""


class RunTime(Recording):
    """Decoding of what the kernel does not see (grader.shim)."""

    def told(self, task: Task, args: Args) -> Interest:
        """Read an announcement, or a program's own `gettid`; fills in the task as `Calls.enter` does."""
        told = protocol.decode(args)
        task.call, task.name = None, ""
        if told is not None and told.code is protocol.Code.PTHREAD_CREATE_DONE:
            task.process.handles[told.address] = task.born
        if told is not None and told.code is protocol.Code.LOG and told.size == log.SIZE:
            task.log = told.address
        if told is None or told.code in announced.UNRECORDED:
            return Interest.NONE
        own = task.process.code
        task.where = told.caller - 1 - own.base if told.caller in own else 0
        task.name = task.f = protocol.NAMES[told.code]
        lock = not announced.is_point(told)
        task.target, _offset = self._place(task, told.address, lock=lock)
        if protocol.PHASES[told.code] == "ok":
            task.value = {"result": told.extra1}
            return Interest.DONE
        task.value = announced.value_of(told, lambda address: self._place(task, address, lock=lock))
        if task.name == "pthread_join":
            task.value["thread"] = task.process.handles.get(told.address, 0)
        return Interest.POINT

    def _place(self, task: Task, address: int, *, lock: bool) -> tuple[str, int]:
        """Return the object and the offset of an address; each lock in private memory is an object."""
        target, offset = self.view(task).address(address)
        if not target and address:
            number = task.process.host << 48 ^ address
            target = self.objects.numbered(ObjectKind.FUTEX, number) if lock else self._memory(task.process)
        return target, offset

    def read_log(self, task: Task, entry: SyscallEntry | None) -> None:
        """Record what a stopped thread's run-time has written down.

        Args:
            task: the thread, which has a log.
            entry: the call it is about to make; None if it stopped for another reason.
        """
        task.logged.read(task.tid, task.log, begins=entry is not None)
        if entry is None or entry.nr != protocol.ANNOUNCE_NR or entry.args[0] not in _GOES_ON:
            self.record_log(task)

    def record_log(self, task: Task) -> None:
        """Record what has been read of a thread's log: somebody else is about to go on, or it does more."""
        own = task.process.code
        for logged in task.logged.take():
            for target, offset, size in self._pieces(task, logged.start, logged.end):
                self.silent += 1
                self.recorder.add(
                    protocol.NAMES[logged.code],
                    OpType.OK,
                    part=task.part,
                    pid=task.process.pid,
                    tid=task.ns_tid,
                    object_id=target,
                    value={"offset": offset, "size": size, "silent": True},
                    place=(task.process.program, logged.caller - 1 - own.base if logged.caller in own else 0),
                )

    def _pieces(self, task: Task, start: int, end: int) -> Iterator[tuple[str, int, int]]:
        """Yield (object, offset, size) of the objects that a piece of memory is in."""
        view, process = self.view(task), task.process
        while start < end:
            target, offset = view.address(start)
            borders = [border for r in process.ranges for border in (r.start, r.end) if start < border < end]
            upto = min(borders, default=end)
            yield target or self._memory(process), offset, upto - start
            start = upto

    def forget_stack(self, task: Task) -> None:
        """Record that a thread's stack is free: its thread is about to end."""
        start, size = log.stack_around(task.log)
        where, task.where = task.where, 0
        value = {"offset": start, "size": size, "silent": True}
        self._add(task, "freed", OpType.OK, object_id=self._memory(task.process), value=value)
        task.where = where

    def _memory(self, process: Process) -> str:
        if not process.memory:
            process.memory = self.objects.add(ObjectKind.MEMORY)
        return process.memory

    def announce(self, task: Task) -> None:
        """Record an announced access, or the attempt of an announced call."""
        told = protocol.decode(task.entry.args) if task.entry else None
        if told is None:
            return
        point = announced.is_point(told)
        if told.code is protocol.Code.ATOMIC_COMPARE_EXCHANGE:
            memory = ptrace.read_memory(task.tid, told.address, told.size)
            task.value["exchanged"] = announced.exchanged(told, memory)
        count(task, task.name)
        type_ = OpType.OK if point else OpType.INVOKE
        index = self._add(task, task.name, type_, value=task.value)
        if not point:
            task.announcements.append(Announcement(task.name, index))

    def announced_end(self, task: Task) -> None:
        """Record that an announced call has returned."""
        names = [begun.f for begun in task.announcements]
        if task.name not in names:
            return
        while names.pop() != task.name:
            task.announcements.pop()  # left by a jump out of a handler
        begun = task.announcements.pop()
        result = int(task.value["result"])
        self._add(
            task,
            task.name,
            OpType.FAIL if result < 0 else OpType.OK,
            value={},
            result=max(result, 0) if result >= 0 else -1,
            error=error_name(-result) if result < 0 else "",
            blocked=begun.blocked,
            invoked=begun.index,
        )
