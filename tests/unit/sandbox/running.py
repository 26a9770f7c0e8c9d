"""Runs programs in a box to their end, and a tracer of few lines."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.model.config import LimitsConfig
from grader.sandbox.box import Box, Started
from grader.sandbox.isolation import interpreter
from grader.sandbox.zygote import Zygote

DEADLINE_S = 20.0
WAYS = ("own", "zygote")
"""How a fully isolated box may be opened: in a process of its own, or forked from a zygote."""
TRACE_ALL = struct.pack("HBBI", 0x06, 0, 0, 0x7FF00000)
"""A seccomp filter: every system call stops for the tracer."""

_SEIZE, _CONT, _SYSCALL_INFO = 0x4206, 7, 0x420E
_OPTIONS = 0x10 | 0x80 | 0x100000  # exec, seccomp, kill with the tracer
_EVENT_EXEC, _EVENT_SECCOMP = 4, 7
_WALL = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


@contextmanager
def opened(way: str, limits: LimitsConfig | None = None, filter_program: bytes = b"") -> Iterator[Box]:
    """A box opened in one of the ways, or `limits-only`."""
    limits = limits or LimitsConfig()
    if way == "zygote":
        with Zygote("full") as zygote, zygote.box(limits, filter_program) as box:
            assert zygote.works
            yield box
    else:
        with Box("full" if way == "own" else way, limits, filter_program) as box:
            yield box


def run(box: Box, *argv: str, text: bytes = b"", terminal: bool = False, cwd: str = "/work") -> str:
    """Run a program to its end: what it printed on both streams."""
    started = box.start(list(argv), terminal=terminal, cwd=cwd)
    return to_end(started, text)


def run_python(box: Box, source: str, *args: str, terminal: bool = False, text: bytes = b"") -> str:
    """Run Python source that is nowhere in the sandbox."""
    argv = [interpreter(), "-s", "/submission/test.py", *args]
    return to_end(box.start(argv, executable=source.encode(), terminal=terminal), text)


def to_end(started: Started, text: bytes = b"") -> str:
    """Let a process go, give it some input, and return what it printed when it has ended."""
    pidfd = os.pidfd_open(started.pid)
    try:
        started.release()
        os.write(started.stdin_fd, text)
        if started.terminal_fd < 0:
            os.close(started.stdin_fd)
            started.stdin_fd = -1
        return _collect(started, pidfd)
    finally:
        os.close(pidfd)
        started.close()


def _collect(started: Started, pidfd: int) -> str:
    poll = select.poll()
    for fd in (started.stdout_fd, started.stderr_fd, pidfd):
        poll.register(fd, select.POLLIN)
    printed = b""
    deadline = time.monotonic() + DEADLINE_S
    ended = False
    while not ended:
        assert time.monotonic() < deadline, f"did not end; printed {printed!r}"
        for fd, _ in poll.poll(1000):
            if fd == pidfd:
                ended = True
                continue
            data = _read(fd)
            printed += data
            if not data:
                poll.unregister(fd)
    for fd in (started.stdout_fd, started.stderr_fd):
        while data := _read(fd):
            printed += data
    return printed.decode(errors="replace")


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65536)
    except OSError:  # nothing there now; a terminal whose other side is closed
        return b""


def read_line(fd: int) -> str:
    """Return the next line a running program prints."""
    line = b""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while not line.endswith(b"\n"):
        assert poll.poll(DEADLINE_S * 1000), f"no line came; got {line!r}"
        data = os.read(fd, 1)
        assert data, f"the end came; got {line!r}"
        line += data
    return line.decode().rstrip("\n")


def until(condition: Callable[[], object], what: str) -> None:
    """Ask again and again, without sleeping, until something is so."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        os.sched_yield()


@contextmanager
def released(started: Started) -> Iterator[Started]:
    """A running program that is closed in the end."""
    try:
        started.release()
        yield started
    finally:
        started.close()


def status(pid: int) -> dict[str, str]:
    """Return /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def descriptors(pid: int | str) -> dict[str, str]:
    """Return what the descriptors of a process lead to."""
    return {
        path.name: str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()
    }


def processes(marker: str) -> list[int]:
    """Return the pids of the processes whose command line contains a text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "cmdline").read_text(errors="replace"):
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def state(pid: int) -> str:
    """Return the state letter of a process; empty if there is no such process."""
    try:
        return status(pid)["State"][0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Tracer:
    """Seizes one process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.calls: list[int | str] = []
        if _libc.ptrace(_SEIZE, pid, None, _OPTIONS):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def to_end(self) -> int:
        """Let it run, note its system calls (and `exec`), and return its exit code, or minus a signal."""
        while True:
            _, status = os.waitpid(self.pid, _WALL)
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            event, signal = status >> 16, os.WSTOPSIG(status)
            if event == _EVENT_SECCOMP:
                self.calls.append(self._number())
            elif event == _EVENT_EXEC:
                self.calls.append("exec")
            _libc.ptrace(_CONT, self.pid, None, 0 if event else signal)

    def _number(self) -> int:
        buffer = ctypes.create_string_buffer(88)
        _libc.ptrace(_SYSCALL_INFO, self.pid, len(buffer), ctypes.addressof(buffer))
        return int.from_bytes(buffer.raw[24:32], "little")
