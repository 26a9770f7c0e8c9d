"""Fills TCP connections whose reader reads nothing, so that nothing more can be sent.

How much fits into a connection the kernel decides by memory, by window and by the clock; a script that sent
until it is full would not do the same thing twice. Here both ends' buffers are made as small as can be, and
what is left is taken up by bytes nobody will read: from then on the sender's end is full, and stays so.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterable, Iterator
from typing import Final

_PIDFD_GETFD: Final = 438
_LEAST: Final = 1  # the kernel makes its minimum of it
_PIECES: Final = (4096, 256, 1)

_libc = ctypes.CDLL(None, use_errno=True)

Name = tuple[object, object]
"""Of a connection's end: its own address, and the other end's."""


def fill(readers: Iterable[int], processes: Iterable[int]) -> int:
    """Fill what is sent to some processes.

    Args:
        readers: process ids, as the caller sees them, of those that read nothing; they must sleep.
        processes: of all that may have the other ends; they must sleep, too.

    Returns:
        How many connections are full now.
    """
    with contextlib.ExitStack() as stack:
        read = {name: stack.enter_context(end) for pid in readers for name, end in _connections(pid)}
        sent = {name: stack.enter_context(end) for pid in processes for name, end in _connections(pid)}
        pairs = [(end, sent[other, own]) for (own, other), end in read.items() if (other, own) in sent]
        for reader, sender in pairs:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LEAST)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LEAST)
            for size in _PIECES:
                with contextlib.suppress(OSError):
                    while True:
                        sender.send(b"\0" * size, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        return len(pairs)


def _connections(pid: int) -> Iterator[tuple[Name, socket.socket]]:
    """Yield copies of the descriptors of a process that are connected by TCP."""
    try:
        process = os.pidfd_open(pid)
        numbers = sorted(int(name) for name in os.listdir(f"/proc/{pid}/fd"))
    except OSError:  # it has just ended
        return
    try:
        for number in numbers:
            copy = _libc.syscall(_PIDFD_GETFD, process, number, 0)
            found = _connection(copy) if copy >= 0 else None
            if found is not None:
                yield found
    finally:
        os.close(process)


def _connection(fd: int) -> tuple[Name, socket.socket] | None:
    """Take a descriptor over if it is one of a connection, else close it."""
    try:
        end = socket.socket(fileno=fd)
    except OSError:  # no socket
        os.close(fd)
        return None
    if end.family in (socket.AF_INET, socket.AF_INET6) and end.type == socket.SOCK_STREAM:
        with contextlib.suppress(OSError):  # one that listens has no other end
            return (end.getsockname(), end.getpeername()), end
    end.close()
    return None
