"""A tracer of a few lines: runs a program and lists what it announced, without the grader's own tracer."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.shim import protocol

TRACEME, CONT_TO_SYSCALL, SETOPTIONS, GET_EVENT_MESSAGE, GET_SYSCALL_INFO = 0, 24, 0x4200, 0x4201, 0x420E
SYSGOOD, FOLLOW, EXITKILL = 1, 2 | 4 | 8 | 16, 1 << 20
BIRTHS = (1, 2, 3)  # events of fork, vfork and clone
SYSCALL_STOP = signal.SIGTRAP | 0x80
ENTRY = 1
WALL = 0x40000000
BY_THE_WAY = (  # nobody reads these here
    protocol.Code.LOG,
    protocol.Code.STREAMS,
    protocol.Code.UNSAFE_CALL,
    protocol.Code.ERRNO_CHANGED,
)

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a program did: announcements as (thread id, announcement) in order, its exit status and output."""

    announcements: list[tuple[int, protocol.Announcement]] = field(default_factory=list)
    own_calls: int
    status: int
    output: str

    def lines(self) -> list[str]:
        """Announcements as the tracees print those they expect."""
        return [f"{tid} {describe(announcement)}" for tid, announcement in self.announcements]


def describe(announcement: protocol.Announcement) -> str:
    """Write an announcement down as `load point 0x7f0000000000 4 0 0`."""
    name, phase = protocol.NAMES[announcement.code], protocol.PHASES[announcement.code]
    place = f"{announcement.address:#x} {announcement.size}"
    return f"{name} {phase} {place} {announcement.extra1} {announcement.extra2:#x}"


def _ptrace(request: int, tid: int, address: int = 0, data: object = 0) -> int:
    """Call ptrace; a tracee that was killed meanwhile is no error."""
    return int(libc.ptrace(request, tid, address, data))


def _start(program: Path, arguments: Sequence[str], env: Mapping[str, str] | None) -> tuple[int, int]:
    """Start a program stopped at its exec; its output goes to a file in memory."""
    output = os.memfd_create("output")
    fcntl.fcntl(output, fcntl.F_SETFL, os.O_APPEND)  # or two that write at once lose a line
    pid = os.fork()
    if pid == 0:
        os.dup2(output, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        libc.ptrace(TRACEME, 0, 0, 0)
        os.execve(program, [program.name, *arguments], dict(env or {}))
    os.waitpid(pid, 0)
    _ptrace(SETOPTIONS, pid, data=SYSGOOD | FOLLOW | EXITKILL)
    return pid, output


def _at_entry(tid: int) -> tuple[int, tuple[int, ...]]:
    """Number and arguments of the system call a thread is about to make; number -1 at its exit."""
    info = ctypes.create_string_buffer(88)
    _ptrace(GET_SYSCALL_INFO, tid, 88, info)
    if info.raw[0] != ENTRY:
        return -1, (0,) * 6
    number, *arguments = struct.unpack_from("=7Q", info.raw, 24)
    return number, tuple(arguments)


def _event_message(tid: int) -> int:
    """What the event a thread stopped for is about: the id of the thread or process it has made."""
    message = ctypes.c_ulong()
    _ptrace(GET_EVENT_MESSAGE, tid, data=ctypes.byref(message))
    return message.value


def trace(program: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Trace:
    """Run a program to its end, with all its children and threads.

    Args:
        program: executable.
        arguments: those behind its name.
        env: its environment.

    Returns:
        What it announced, and its exit status (negative: the signal that killed it).
    """
    pid, output_fd = _start(program, arguments, env)
    announcements: list[tuple[int, protocol.Announcement]] = []
    own_calls = 0
    exit_status = 0
    born, begun, ended = {pid}, {pid}, set[int]()
    _ptrace(CONT_TO_SYSCALL, pid)
    while born - ended:
        tid, status = os.waitpid(-1, WALL)
        if not os.WIFSTOPPED(status):
            ended.add(tid)
            if tid == pid:
                exit_status = os.waitstatus_to_exitcode(status)
            continue
        deliver = os.WSTOPSIG(status)
        if deliver == SYSCALL_STOP:
            deliver = 0
            number, registers = _at_entry(tid)
            if number == protocol.ANNOUNCE_NR and (announcement := protocol.decode(registers)):
                if announcement.code not in BY_THE_WAY:
                    announcements.append((tid, announcement))
            elif number >= 0 and protocol.is_own(registers):
                own_calls += 1
        elif event := status >> 16:
            deliver = 0
            if event in BIRTHS:
                born.add(_event_message(tid))
        elif deliver == signal.SIGSTOP and tid not in begun:
            deliver = 0
        begun.add(tid)
        _ptrace(CONT_TO_SYSCALL, tid, data=deliver)
    os.lseek(output_fd, 0, os.SEEK_SET)
    with os.fdopen(output_fd) as output:
        return Trace(
            announcements=announcements, own_calls=own_calls, status=exit_status, output=output.read()
        )
