"""Timers of timer_create(2) and timerfd_create(2) in virtual time.

The kernel makes them and never arms them. When a virtual deadline comes, the signal is sent as the kernel
would send it, or the descriptor is made readable through the kernel's own timer, so that read, poll and epoll
find what they would have found.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import struct
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from grader.mechanisms.base import Args, View, s32, unpack
from grader.tracer import proc, ptrace, refusals
from grader.tracer.arch import Layout, Registers
from grader.tracer.task import Process, State, Task

SECOND = 1_000_000_000
SI_TIMER = -2

_ABSOLUTE = 1
_CPU_CLOCKS = frozenset({2, 3})
_SIGNAL, _NONE, _THREAD, _THREAD_ID = 0, 1, 2, 4
_SIGALRM = 14
_SIGINFO_SIZE = 128
_QUEUE = {"x86_64": 129, "aarch64": 138}
_QUEUE_TO_THREAD = {"x86_64": 297, "aarch64": 240}
_LOOK_MS = 1

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Timer:
    """Something that happens at a time.

    Attributes:
        due: when, virtual nanoseconds.
        interval: how much later it happens again; 0: never.
        ring: what happens.
        host: the process with which it ends; 0: none.
    """

    due: int
    interval: int
    ring: Callable[[], None]
    host: int = 0


@dataclass(slots=True)
class _Posix:
    """What timer_create was told."""

    process: Process
    number: int
    clock: int
    notify: int
    signal: int
    thread: int
    value: bytes
    overrun: int = 0


class Time(Protocol):
    """The clock, as timers need it."""

    now: int
    timers: dict[Hashable, Timer]

    def absolute(self, time_ns: int, clock: int) -> int:
        """Return the virtual time at which a clock shows a time."""


class KernelTimers:
    """The timers of one run.

    Args:
        clock: virtual time; its timers are those that are armed.
    """

    def __init__(self, clock: Time) -> None:
        self._clock = clock
        self._posix: dict[tuple[int, int], _Posix] = {}
        self._ticks: dict[str, int] = {}
        self.holder: Callable[[str], tuple[int, int] | None] = lambda _identity: None
        """Finds a process and its descriptor of an object; None if nobody has it open any longer."""
        self.taken: Callable[[str], bool] = lambda _identity: False
        """Whether somebody who slept in a read of an object has woken up."""

    def answer(self, task: Task, view: View, machine: Layout) -> bool:
        """Answer a call about a timer in the kernel's place; False if the kernel is to do it."""
        if task.entry is None:
            return False
        args, result = task.entry.args, 0
        key = (task.process.host, s32(args[0]))
        if task.name in ("timerfd_settime", "timerfd_gettime"):
            if not self._descriptor(task, view, args):
                return False
        elif not task.name.startswith("timer_") or key not in self._posix:
            return False
        elif task.name == "timer_delete":
            del self._posix[key]
            self._clock.timers.pop(key, None)
            return False
        elif task.name == "timer_getoverrun":
            result = self._posix[key].overrun
        elif task.name == "timer_gettime":
            self._write_rest(task, args[1], key)
        elif task.name == "timer_settime":
            timer = self._posix[key]
            armed = self._arm(task, view, args, key, timer.clock, partial(self._signal, timer))
            if armed is None:
                return False
            timer.overrun = 0
        else:
            return False
        Registers(task.tid, machine).skip_call(result)
        return True

    def created(self, task: Task) -> None:
        """Take note of a timer that timer_create has made."""
        if task.entry is None or s32(task.entry.args[0]) in _CPU_CLOCKS:
            return
        args = task.entry.args
        number = int.from_bytes(ptrace.read_memory(task.tid, args[2], 4), "little", signed=True)
        value, signal, notify, thread = struct.pack("<q", number), _SIGALRM, _SIGNAL, 0
        if args[1]:
            raw = ptrace.read_memory(task.tid, args[1], 20).ljust(20, b"\0")
            value = raw[:8]
            signal, notify, thread = struct.unpack_from("<iii", raw, 8)
        self._posix[task.process.host, number] = _Posix(
            task.process, number, s32(args[0]), notify, signal, thread, value
        )

    def forget(self, host: int) -> None:
        """Drop the timers of a process that has ended, or executes another program."""
        for key in [key for key in self._posix if key[0] == host]:
            del self._posix[key]
            self._clock.timers.pop(key, None)

    def told(self, task: Task, result: int) -> None:
        """Put the number of expirations into what a read of a timer's descriptor has returned."""
        if task.entry is not None and task.name == "read" and result == 8 and self._ticks.get(task.target):
            count = struct.pack("<Q", self._ticks[task.target])
            ptrace.write_memory(task.tid, task.entry.args[1], count)
            self._ticks[task.target] = 0

    # -- arming ----------------------------------------------------------------------------------------

    def _descriptor(self, task: Task, view: View, args: Args) -> bool:
        fd = s32(args[0])
        identity = view.descriptor(fd)
        if view.kind(fd) != "timer":
            return False
        if task.name == "timerfd_gettime":
            self._write_rest(task, args[1], identity)
            return True
        clock = _clock_of(task.tid, fd)
        ring = partial(self._expire, identity)
        if self._arm(task, view, args, identity, clock, ring) is None:
            return False
        self._ticks[identity] = 0
        with _descriptor_of(task.process.host, fd) as own:
            _set(own, 0, 0)
        timer = self._clock.timers.get(identity)
        if timer is not None and timer.due <= self._clock.now:
            timer.due = self._clock.now + timer.interval
            if not timer.interval:
                del self._clock.timers[identity]
            ring()
        return True

    def _arm(
        self, task: Task, view: View, args: Args, key: Hashable, clock: int, ring: Callable[[], None]
    ) -> bool | None:
        """Set a timer as (id, flags, new, old) say; None if these are wrong, which the kernel will say."""
        interval_s, interval_ns, value_s, value_ns = unpack(view, args[2], "<qqqq")
        if not (0 <= interval_ns < SECOND and 0 <= value_ns < SECOND and value_s >= 0 and args[2]):
            return None
        if args[3]:
            self._write_rest(task, args[3], key)
        value = value_s * SECOND + value_ns
        self._clock.timers.pop(key, None)
        if value:
            due = self._clock.absolute(value, clock) if args[1] & _ABSOLUTE else self._clock.now + value
            interval = interval_s * SECOND + interval_ns
            host = 0 if isinstance(key, str) else task.process.host
            self._clock.timers[key] = Timer(max(due, self._clock.now), interval, ring, host)
        return True

    def _write_rest(self, task: Task, address: int, key: Hashable) -> None:
        timer = self._clock.timers.get(key)
        rest = max(timer.due - self._clock.now, 1) if timer else 0
        pair = (*divmod(timer.interval if timer else 0, SECOND), *divmod(rest, SECOND))
        ptrace.write_memory(task.tid, address, struct.pack("<qqqq", *pair))

    # -- expiring --------------------------------------------------------------------------------------

    def _expire(self, identity: str) -> None:
        """Make a descriptor readable, unless it is already; wait until the kernel has done it."""
        found = self.holder(identity)
        if found is None:
            self._clock.timers.pop(identity, None)
            return
        self._ticks[identity] = self._ticks.get(identity, 0) + 1
        if self._ticks[identity] > 1:
            return
        with _descriptor_of(*found) as own:
            _set(own, _ABSOLUTE, 1)
            watch = select.poll()
            watch.register(own, select.POLLIN)
            # A reader asleep in the kernel may have taken it by the time we look.
            while not watch.poll(_LOOK_MS) and not self.taken(identity):
                pass

    def _signal(self, timer: _Posix) -> None:
        """Send a timer's signal; one that is still pending is only counted."""
        if timer.notify == _NONE or timer.process.dead:
            return
        to_thread = timer.notify == _THREAD_ID
        thread = next((t for t in timer.process.tasks if t.ns_tid == timer.thread), None)
        if to_thread and (thread is None or thread.state is State.DEAD):
            return
        target = thread.tid if to_thread and thread is not None else timer.process.host
        fields = proc.status_fields(target)
        pending = int(fields.get("SigPnd" if to_thread else "ShdPnd", "0"), 16)
        if pending & 1 << (timer.signal - 1):
            timer.overrun += 1
            return
        timer.overrun = 0
        head = struct.pack("<iiiiii", timer.signal, 0, SI_TIMER, 0, timer.number, 0)
        info = ctypes.create_string_buffer(head + timer.value, _SIGINFO_SIZE)
        machine = os.uname().machine
        if to_thread:
            _libc.syscall(_QUEUE_TO_THREAD[machine], timer.process.host, target, timer.signal, info)
        else:
            _libc.syscall(_QUEUE[machine], target, timer.signal, info)


@contextlib.contextmanager
def _descriptor_of(host: int, fd: int) -> Iterator[int]:
    """Open another process' descriptor as our own."""
    refusals.need_descriptors()
    process = os.pidfd_open(host)
    try:
        own = _libc.syscall(refusals.PIDFD_GETFD, process, fd, 0)
    finally:
        os.close(process)
    if own < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "pidfd_getfd")
    try:
        yield own
    finally:
        os.close(own)


def _set(fd: int, flags: int, value_ns: int) -> None:
    new = struct.pack("<qqqq", 0, 0, 0, value_ns)
    if _libc.timerfd_settime(fd, flags, new, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "timerfd_settime")


def _clock_of(tid: int, fd: int) -> int:
    """Return the clock a timer's descriptor was made with."""
    lines = Path(f"/proc/{tid}/fdinfo/{fd}").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("clockid:")), 1)
