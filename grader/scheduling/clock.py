"""Virtual time: what clocks say, when sleepers wake, and how calls with a time-out are made to wait for it.

Time stands still while programs compute; each reading of a clock moves it a little, so that a loop waiting
for a time to come ends. It jumps to the next deadline when nobody can go on.
"""

from __future__ import annotations

import os
import random
import signal
import struct
from collections.abc import Hashable
from functools import partial

from grader.mechanisms.base import Args, View, s32, timespec, unpack
from grader.mechanisms.futex import WAIT, operation
from grader.scheduling.timers import KernelTimers, Timer
from grader.tracer import ptrace
from grader.tracer.arch import Layout, Registers
from grader.tracer.task import Task

SECOND = 1_000_000_000
EPOCH_NS = 1_767_225_600 * SECOND
"""What the calendar says when a run begins: 2026-01-01 00:00:00 UTC."""

_BOOT_NS = 1000 * SECOND
_TICK_NS = 1000
_PATIENCE = 64
_CLOCK_REALTIME = {0, 5, 8, 11}
_REALTIME_FLAG = 256
_MEMORY = {"ppoll": 2, "pselect6": 4, "futex": 3, "mq_timedsend": 4, "mq_timedreceive": 4, "semtimedop": 3,
           "rt_sigtimedwait": 2, "epoll_pwait2": 3}  # fmt: skip
_MILLISECONDS = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}
_ETIMEDOUT, _EAGAIN = 110, 11
_SOL_SOCKET = 1
_SOCKET_LIMITS = {20: "in", 21: "out", 66: "in", 67: "out"}
_DIRECTIONS = {"read": "in", "readv": "in", "recvfrom": "in", "recvmsg": "in", "accept": "in",
               "accept4": "in", "write": "out", "writev": "out", "sendto": "out",
               "sendmsg": "out"}  # fmt: skip
_UPDATED = {"select": (4, 1000), "pselect6": (4, 1), "ppoll": (2, 1)}
SLEEPS = {"nanosleep": 0, "clock_nanosleep": 2}
"""Calls that only sleep, and which of their arguments is the time."""


class VirtualClock:
    """The time of one run.

    Args:
        seed: of the bytes that getrandom(2) answers.
    """

    def __init__(self, seed: int) -> None:
        self.now = 0
        self.timers: dict[Hashable, Timer] = {}
        self.kernel_timers = KernelTimers(self)
        self.rung: set[int] = set()
        self._random = random.Random(seed)  # noqa: S311 - programs see the same bytes in every run
        self._readings = 0
        self._socket_limits: dict[tuple[str, str], int] = {}

    def _read(self) -> int:
        self._readings += 1
        # A loop that only reads the clock would take for ever by small ticks.
        self.now += _TICK_NS << min(self._readings // _PATIENCE, 24)
        return self.now

    def work_done(self) -> None:
        """Note that somebody did something other than read the clock."""
        self._readings = 0

    def answer(self, task: Task, view: View, machine: Layout) -> bool:
        """Answer a call about time or randomness in the kernel's place; False if it is another call."""
        if task.entry is None:
            return False
        args, result = task.entry.args, 0
        if task.name == "clock_gettime":
            _write_pair(task, args[1], self._clock(s32(args[0])), 1)
        elif task.name == "gettimeofday":
            if args[0]:
                _write_pair(task, args[0], EPOCH_NS + self._read(), 1000)
        elif task.name == "time":
            result = (EPOCH_NS + self._read()) // SECOND
            if args[0]:
                ptrace.write_memory(task.tid, args[0], struct.pack("<q", result))
        elif task.name == "getrandom":
            result = min(args[1], 1 << 16)
            ptrace.write_memory(task.tid, args[0], self._random.randbytes(result))
        elif task.name == "alarm":
            rest = self._timer(task)[0]
            self._set_timer(task, (args[0] & 0xFFFFFFFF) * SECOND, 0)
            # Rounded as the kernel does, and never to 0 if there is one.
            result = max((rest + SECOND // 2) // SECOND, 1) if rest else 0
        elif task.name in ("setitimer", "getitimer") and s32(args[0]) == 0:
            self._interval_timer(task, view, args)
        elif task.name == "setsockopt":
            return self._socket_limit(task, view, args, machine)
        else:
            return self.kernel_timers.answer(task, view, machine)
        Registers(task.tid, machine).skip_call(result)
        return True

    def _clock(self, number: int) -> int:
        now = self._read()
        return now + (EPOCH_NS if number in _CLOCK_REALTIME else _BOOT_NS)

    def _interval_timer(self, task: Task, view: View, args: Args) -> None:
        before = self._timer(task)
        old = args[1] if task.name == "getitimer" else args[2]
        if task.name == "setitimer":
            interval_s, interval_us, value_s, value_us = unpack(view, args[1], "<qqqq")
            self._set_timer(
                task, value_s * SECOND + value_us * 1000, interval_s * SECOND + interval_us * 1000
            )
        if old:
            _write_pair(task, old, before[1], 1000)
            _write_pair(task, old + 16, before[0], 1000)

    def _timer(self, task: Task) -> tuple[int, int]:
        """Return how long it is to the alarm of the process, and its interval; zeros if there is none."""
        timer = self.timers.get(("alarm", task.process.host))
        return (max(timer.due - self.now, 1), timer.interval) if timer else (0, 0)

    def _set_timer(self, task: Task, value: int, interval: int) -> None:
        host = task.process.host
        self.timers.pop(("alarm", host), None)
        if value:
            self.timers["alarm", host] = Timer(self.now + value, interval, partial(self._alarm, host), host)

    def _alarm(self, host: int) -> None:
        os.kill(host, signal.SIGALRM)
        self.rung.add(host)

    def forget(self, host: int, *, alarm: bool) -> None:
        """Drop the timers of a process: all when it has ended, all but the alarm when it has exec'ed."""
        self.kernel_timers.forget(host)
        if alarm:
            self.timers.pop(("alarm", host), None)

    def _socket_limit(self, task: Task, view: View, args: Args, machine: Layout) -> bool:
        """Take note of SO_RCVTIMEO and SO_SNDTIMEO, which the kernel would measure in real time."""
        if s32(args[1]) != _SOL_SOCKET or s32(args[2]) not in _SOCKET_LIMITS:
            return False
        seconds, micros = unpack(view, args[3], "<qq")
        key = (view.descriptor(s32(args[0])), _SOCKET_LIMITS[s32(args[2])])
        self._socket_limits[key] = seconds * SECOND + micros * 1000
        Registers(task.tid, machine).skip_call(0)
        return True

    @staticmethod
    def is_time(task: Task, view: View) -> bool:
        """Whether a sleep about to be made is given a valid time; of others the kernel says EINVAL."""
        if task.entry is None:
            return False
        seconds, nanoseconds = unpack(view, task.entry.args[SLEEPS[task.name]], "<qq")
        return seconds >= 0 and 0 <= nanoseconds < SECOND

    def sleep_deadline(self, task: Task, view: View) -> int:
        """Return when a nanosleep or clock_nanosleep about to be made is over."""
        if task.entry is None:
            return self.now
        args = task.entry.args
        if task.name == "clock_nanosleep":
            length = timespec(view, args[2]) or 0
            return self.absolute(length, s32(args[0])) if args[1] & 1 else self.now + length
        return self.now + (timespec(view, args[0]) or 0)

    def absolute(self, time_ns: int, clock: int) -> int:
        """Return the virtual time at which a clock shows a time."""
        return time_ns - (EPOCH_NS if clock in _CLOCK_REALTIME else _BOOT_NS)

    def deadline(self, task: Task, view: View) -> tuple[int, int, int] | None:
        """Look at the time-out of a call about to be made.

        Returns:
            (virtual time at which it gives up, index of the argument, its value for "wait for ever"); None if
            the call has no time-out, or does not wait at all. The index is -1 if the time-out is no argument.
        """
        if task.entry is None:
            return None
        args, name = task.entry.args, task.name
        if name in _MILLISECONDS:
            wait = s32(args[_MILLISECONDS[name]])
            return (self.now + wait * 1_000_000, _MILLISECONDS[name], -1) if wait > 0 else None
        if name == "select":
            if not args[4]:
                return None
            seconds, micros = unpack(view, args[4], "<qq")
            length = seconds * SECOND + micros * 1000
            return (self.now + length, 4, 0) if length else None
        if name in _DIRECTIONS:
            limit = self._socket_limits.get((view.descriptor(s32(args[0])), _DIRECTIONS[name]), 0)
            return (self.now + limit, -1, 0) if limit else None
        index = _MEMORY.get(name)
        length_or_none = timespec(view, args[index]) if index is not None else None
        if index is None or length_or_none is None:
            return None
        if name.startswith("mq_"):
            return self.absolute(length_or_none, 0), index, 0
        if name == "futex":
            return self._futex(args, length_or_none, index)
        return (self.now + length_or_none, index, 0) if length_or_none else None

    def _futex(self, args: Args, time_ns: int, index: int) -> tuple[int, int, int]:
        if operation(args) == WAIT:
            return self.now + time_ns, index, 0
        return self.absolute(time_ns, 0 if args[1] & _REALTIME_FLAG else 1), index, 0


def time_out(task: Task) -> int:
    """Give a call that waited in vain the look of a time-out, and return its result.

    It was asleep until now, so nothing has happened that a last look could find: what the kernel would store
    is known.
    """
    if task.entry is None:
        return 0
    args, name = task.entry.args, task.name
    if name in ("poll", "ppoll"):
        for index in range(min(args[1], 1024)):
            ptrace.write_memory(task.tid, args[0] + 8 * index + 6, b"\0\0")
        return 0
    if name in ("select", "pselect6"):
        for address in args[1:4]:
            if address:
                ptrace.write_memory(task.tid, address, bytes((min(s32(args[0]), 1024) + 7) // 8))
        return 0
    if name.startswith("epoll"):
        return 0
    again = name in ("semtimedop", "rt_sigtimedwait") or name in _DIRECTIONS
    return -_EAGAIN if again else -_ETIMEDOUT


def write_unused(task: Task, rest_ns: int) -> None:
    """Store what a call leaves of its time-out, in place of the kernel, which was told to wait for ever."""
    index, unit_ns = _UPDATED.get(task.name, (0, 0))
    if unit_ns and task.entry is not None and task.entry.args[index]:
        _write_pair(task, task.entry.args[index], max(rest_ns, 0), unit_ns)


def write_remaining(task: Task, rest_ns: int) -> None:
    """Store what is left of a sleep that a signal has ended."""
    if task.entry is None:
        return
    args = task.entry.args
    index = 3 if task.name == "clock_nanosleep" else 1
    if args[index] and not (task.name == "clock_nanosleep" and args[1] & 1):
        _write_pair(task, args[index], rest_ns, 1)


def _write_pair(task: Task, address: int, time_ns: int, unit_ns: int) -> None:
    seconds, rest = divmod(time_ns, SECOND)
    ptrace.write_memory(task.tid, address, struct.pack("<qq", seconds, rest // unit_ns))
