"""TCP without a clock and dice of its own: small segments go out at once, port 0 is the same each time.

Nagle's algorithm holds a small segment back until the one before is acknowledged, which the other side
delays by up to 40 ms on the wall: all seem to sleep, and a line is still under way. And which free port is
given for 0 the kernel leaves to chance.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct

from grader.mechanisms.base import Args, s32
from grader.tracer import ptrace, refusals

_TYPE = 0xF
_FIRST_PORT = 61000
"""Above those that connections are given by themselves: see ip_local_port_range in ip(7)."""

_PORTS = 4000
_ANY_PORT = b"\0\0"

_libc = ctypes.CDLL(None, use_errno=True)


def deliver_at_once(pid: int, fd: int, args: Args) -> None:
    """Switch Nagle's algorithm off for a TCP socket that was just made; those it accepts inherit that.

    Raises:
        HostError: this machine refuses it, so a line would be under way while all seem to sleep.
    """
    if s32(args[0]) not in (socket.AF_INET, socket.AF_INET6) or s32(args[1]) & _TYPE != socket.SOCK_STREAM:
        return
    refusals.need_descriptors()
    with contextlib.suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            own = _libc.syscall(refusals.PIDFD_GETFD, process, fd, 0)
        finally:
            os.close(process)
        if own >= 0:
            with socket.socket(fileno=own) as shared:
                shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def asks_for_any_port(tid: int, args: Args) -> bool:
    """Whether a thread that calls bind leaves the choice of the port to the kernel."""
    start = ptrace.read_memory(tid, args[1], 4)
    family = int.from_bytes(start[:2], "little")
    return family in (socket.AF_INET, socket.AF_INET6) and start[2:] == _ANY_PORT


def write_port(tid: int, args: Args, number: int | None) -> None:
    """Put the port of a run's so many-th such call into its address, or take it out again."""
    port = _ANY_PORT if number is None else struct.pack(">H", _FIRST_PORT + number % _PORTS)
    ptrace.write_memory(tid, args[1] + 2, port)
