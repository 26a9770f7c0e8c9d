"""What the run-time in a program tells: announced accesses and calls, and the logs of its threads."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from grader.mechanisms.base import Args, latin
from grader.mechanisms.signal import signal_name
from grader.model.history import ObjectKind, OpType
from grader.shim import protocol
from grader.tracer import announced, log, proc, ptrace
from grader.tracer.ptrace import SyscallEntry
from grader.tracer.recording import Interest, Recording, count, error_name
from grader.tracer.task import Announcement, Process, Task

_POINTER, _TWO_POINTERS = struct.Struct("<Q"), struct.Struct("<QQ")
_WRITE_BASE = 32
"""Where a FILE of the C library says what of its buffer is to be written: [_IO_write_base, _IO_write_ptr)."""
_BUFFER_MAX = 1 << 20

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
        if told is None or told.code in announced.UNRECORDED or self._noted(task, told):
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

    def _noted(self, task: Task, told: protocol.Announcement) -> bool:
        """Take note of what is told by the way, where nobody else goes on; False if it is not that."""
        if told.code is protocol.Code.STREAMS:
            task.process.stdout = told.address
        elif told.code is protocol.Code.UNSAFE_CALL:
            self._unsafe_call(task, told)
        elif told.code is protocol.Code.ERRNO_CHANGED:
            before, after = error_name(told.extra1), error_name(told.extra2)
            value = {"handler": signal_name(told.size), "before": before, "after": after}
            self._by_the_way(task, "errno_changed", value, told.caller)
        else:
            return False
        return True

    def _unsafe_call(self, task: Task, told: protocol.Announcement) -> None:
        """Record a call that handlers must not make, and the one it may have interrupted."""
        view = self.view(task)
        value: dict[str, Any] = {"function": view.text(told.address), "open": self._open(task)}
        if told.size:
            value["handler"] = signal_name(told.size)
        if told.extra1:
            within = {"function": view.text(told.extra1), "interrupted_by": signal_name(told.size)}
            value["interrupted"] = self._by_the_way(task, "unsafe_call", within, told.extra2)
        if told.caller in task.process.code:  # or the C library makes it for itself
            self._by_the_way(task, "unsafe_call", value, told.caller)

    @staticmethod
    def _open(task: Task) -> list[str]:
        """Return the signals that a thread has handlers for and does not block."""
        blocked = proc.blocked_signals(task.tid)
        handled = sorted(n for n, action in task.process.actions.items() if action[0] == "handler")
        return [signal_name(number) for number in handled if not blocked >> (number - 1) & 1]

    def _by_the_way(self, task: Task, f: str, value: dict[str, Any], caller: int) -> int:
        own = task.process.code
        saved = task.where, task.target
        task.where, task.target = caller - 1 - own.base if caller in own else 0, ""
        index = self.event(task, f, value)
        task.where, task.target = saved
        return index

    def unflushed(self, task: Task) -> str:
        """Return the text that is still in the buffer of a process' stdout; "" if it is its parent's, too."""
        process = task.process
        if not process.stdout or (process.parent and any(t.vforked is process for t in process.parent.tasks)):
            return ""
        (stream,) = _POINTER.unpack(ptrace.read_memory(task.tid, process.stdout, 8).ljust(8, b"\0"))
        raw = ptrace.read_memory(task.tid, stream + _WRITE_BASE, 16) if stream else b""
        begin, upto = _TWO_POINTERS.unpack(raw.ljust(16, b"\0"))
        size = upto - begin
        return latin(ptrace.read_memory(task.tid, begin, size)) if 0 < size <= _BUFFER_MAX else ""

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
