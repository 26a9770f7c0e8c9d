"""What a mechanism says of a system call."""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Args: TypeAlias = tuple[int, int, int, int, int, int]
Value: TypeAlias = dict[str, Any]

DATA_MAX = 4096
"""Bytes of transferred data kept in an operation."""


class View(Protocol):
    """What decoding may ask about the caller. Object ids are those of History.objects; "" is none."""

    def text(self, address: int) -> str:
        """Return the string at an address of the caller."""

    def data(self, address: int, size: int) -> bytes:
        """Return memory of the caller; shorter where it is not mapped."""

    def descriptor(self, fd: int) -> str:
        """Return the object a descriptor stands for."""

    def kind(self, fd: int) -> str:
        """Return the kind of the object a descriptor stands for."""

    def flags(self, fd: int) -> int:
        """Return the open flags (O_NONBLOCK and others) of a descriptor."""

    def holds(self) -> list[list[Any]]:
        """Return all open descriptors of objects of interest as [number, object, `r`, `w` or `rw`]."""

    def position(self, fd: int) -> int | None:
        """Return where in a file a descriptor stands; None if it is not open."""

    def path(self, directory: int, text: str) -> str:
        """Return the id of the object a path leads to, "" if there is none."""

    def shown(self, directory: int, text: str) -> str:
        """Return a path as the student knows it: relative to the working directory where possible."""

    def system_v(self, kind: str, number: int) -> str:
        """Return the System V object with an id."""

    def made_system_v(self, kind: str, number: int, key: int) -> str:
        """Return the System V object that a get call answered for a key."""

    def address(self, address: int) -> tuple[str, int]:
        """Return (object, offset) of an address in a shared mapping, ("", address) if private."""

    def address_space(self) -> int:
        """Return a number of the caller's process, which no other process of the run has."""

    def process(self, pid: int) -> str:
        """Return the object of a process by its pid inside the sandbox."""


def never(_view: View, _args: Args) -> bool:
    """Say of a call that it never makes its caller sleep."""
    return False


def always(_view: View, _args: Args) -> bool:
    """Say of a call that it may make its caller sleep, whatever its arguments."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How one system call becomes an operation.

    Attributes:
        f: its name in POSIX terms.
        enter: value of the invoke, from the arguments.
        leave: value added by a successful end, from arguments and result.
        target: the object concerned, known at entry.
        made: the object concerned, known only when the call succeeded.
        blocks: whether it may make its caller sleep.
        wakes: whether it may let somebody else go on.
        rival: a key, equal for calls that wait for the same thing in the same way; None: no rivalry.
            Only one of them is let into the kernel, so that the grader decides who is served first.
        quiet: of no interest by itself: seen for its effect on descriptors, not recorded.
        name: f, when it depends on the arguments.
    """

    f: str
    enter: Callable[[View, Args], Value] | None = None
    leave: Callable[[View, Args, int], Value] | None = None
    target: Callable[[View, Args], str] | None = None
    made: Callable[[View, Args, int], str] | None = None
    blocks: Callable[[View, Args], bool] = never
    wakes: bool = True
    rival: Callable[[View, Args], Hashable] | None = None
    quiet: bool = False
    name: Callable[[View, Args], str] | None = None


def s32(value: int) -> int:
    """Read a register as a C int."""
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def s64(value: int) -> int:
    """Read a register as a C long."""
    return value - (1 << 64) if value >> 63 else value


def unpack(view: View, address: int, layout: str) -> tuple[int, ...]:
    """Read a C structure by its struct layout; zeros where memory is not mapped."""
    size = struct.calcsize(layout)
    raw = view.data(address, size) if address else b""
    return struct.unpack(layout, raw.ljust(size, b"\0"))


def timespec(view: View, address: int) -> int | None:
    """Read a timespec as nanoseconds; None for a null pointer."""
    if not address:
        return None
    seconds, nanoseconds = unpack(view, address, "<qq")
    return seconds * 1_000_000_000 + nanoseconds


def told_of_signals(data: bytes) -> bytes:
    """Return what was read from a signalfd, without the processor time of children: each run has another."""
    if len(data) % _SIGNAL_SIZE:
        return data
    blocks = (data[at : at + _SIGNAL_SIZE] for at in range(0, len(data), _SIGNAL_SIZE))
    return b"".join(block[:56] + bytes(16) + block[72:] for block in blocks)


def latin(data: bytes) -> str:
    """Show transferred bytes as text, one character a byte, cut to DATA_MAX."""
    return data[:DATA_MAX].decode("latin-1")


def flag_names(value: int, names: Mapping[int, str]) -> list[str]:
    """Name the bits of a flag word; unknown bits in hexadecimal."""
    found = [name for bit, name in names.items() if value & bit == bit and bit]
    rest = value
    for bit in names:
        if value & bit == bit:
            rest &= ~bit
    if rest:
        found.append(hex(rest))
    return found


def shared_buffer(view: View, address: int) -> Value:
    """Say where in shared memory a call reads or writes, as `memory`; nothing for private memory."""
    item, offset = view.address(address)
    return {"memory": {"object": item, "offset": offset}} if item else {}


def fd_of(index: int = 0) -> Callable[[View, Args], str]:
    """Say that the object is that of the descriptor in an argument."""
    return lambda view, args: view.descriptor(s32(args[index]))


def path_of(index: int) -> Callable[[View, Args], str]:
    """Say that the object is that of the path in an argument; with an `*at` call's directory before it."""
    return lambda view, args: view.path(directory(args, index), view.text(args[index]))


AT_FDCWD = -100
_SIGNAL_SIZE = 128

POSIX_OBJECTS = "/dev/" + "shm/"
"""Where glibc keeps POSIX shared memory, and semaphores as `sem.NAME`."""


def posix_word(text: str, semaphore: str, memory: str, other: str) -> str:
    """Choose a call's POSIX name by the path glibc made of its argument."""
    if not text.startswith(POSIX_OBJECTS):
        return other
    return semaphore if text.startswith(POSIX_OBJECTS + "sem.") else memory


def directory(args: Args, index: int) -> int:
    """Return the directory descriptor that stands before a path argument; AT_FDCWD if the path is first."""
    return s32(args[index - 1]) if index else AT_FDCWD


def shown_path(view: View, args: Args, index: int) -> str:
    """Return a path argument as the student knows it."""
    return view.shown(directory(args, index), view.text(args[index]))
