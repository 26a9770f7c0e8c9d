"""A part's main process from the grader's side, before it runs: what it is handed, and the gate.

See `launch.py` for the other side.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from grader.model.errors import InternalError
from grader.sandbox import protocol
from grader.sandbox.bundle import sealed

_GATE_S = 20.0
_CREDENTIALS = 12  # struct ucred: pid, uid, gid
_ELF = b"\x7fELF"
SOURCE_FD = 3
_BOOT = """\
import sys
with open({fd}, "rb") as file:
    code = compile(file.read(), {name!r}, "exec", dont_inherit=True)
sys.argv[0] = {name!r}
del sys, file
exec(code)
"""


class BoxError(InternalError):
    """The sandbox could not do what was asked.

    Attributes:
        number: the errno inside the sandbox; 0 if there was none.
    """

    def __init__(self, message: str, number: int = 0) -> None:
        self.number = number
        super().__init__(message)


@dataclass(slots=True, kw_only=True)
class Started:
    """A part's main process, waiting at the gate until `release`.

    Attributes:
        pid: as the grader's pid namespace sees it.
        sandbox_pid: as the programs see it.
        stdin_fd, stdout_fd, stderr_fd: the grader's ends; non-blocking, close-on-exec. On a terminal the
            first two are its master side. Whoever closes one of them sets it to -1.
        terminal_fd: the terminal's slave side (for FIONREAD); -1 if there is none.
    """

    pid: int
    sandbox_pid: int
    stdin_fd: int
    stdout_fd: int
    stderr_fd: int
    terminal_fd: int
    _gate: socket.socket = field(repr=False)

    def release(self) -> None:
        """Let it load the filter and exec. Neither fails nor waits, whatever has become of the process."""
        with contextlib.suppress(OSError):
            self._gate.send(b"x", socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
        self._gate.close()

    def close(self) -> None:
        """Close all descriptors; a process that was not released ends."""
        self._gate.close()
        fds = (self.stdin_fd, self.stdout_fd, self.stderr_fd, self.terminal_fd)
        self.stdin_fd = self.stdout_fd = self.stderr_fd = self.terminal_fd = -1
        protocol.close_all(fds)


class Offer:
    """The descriptors of a process that is to be started: ours, and theirs until they have been sent."""

    def __init__(self, executable: bytes | None, *, terminal: bool) -> None:
        self.theirs: dict[str, int] = {}
        self.ours = {"stdin": -1, "stdout": -1, "stderr": -1, "terminal": -1}
        self.gate, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.gate.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.gate.settimeout(_GATE_S)
        self.theirs["gate"] = other.detach()
        self.ours["stderr"], self.theirs["stderr"] = os.pipe()
        if not terminal:
            self.theirs["stdin"], self.ours["stdin"] = os.pipe()
            self.ours["stdout"], self.theirs["stdout"] = os.pipe()
        if executable is not None:
            self.theirs["executable"] = sealed("program", executable)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        protocol.close_all([*self.theirs.values(), *self.ours.values()])
        if self.ours:
            self.gate.close()

    def sent(self, terminal: list[int]) -> None:
        """Their descriptors are theirs now; `terminal` holds what came back: both sides, or nothing."""
        if terminal:
            self.ours["stdin"], self.ours["terminal"] = terminal
            self.ours["stdout"] = os.dup(self.ours["stdin"])
        protocol.close_all(list(self.theirs.values()))
        self.theirs.clear()

    def accept(self) -> Started | None:
        """Wait until the process is at the gate; None if it died on the way."""
        pids = _pids_at(self.gate)
        if pids is None:
            return None
        ours = self.ours
        for name in ("stdin", "stdout", "stderr"):
            os.set_blocking(ours[name], False)
        self.ours = {}
        return Started(
            pid=pids[0],
            sandbox_pid=pids[1],
            stdin_fd=ours["stdin"],
            stdout_fd=ours["stdout"],
            stderr_fd=ours["stderr"],
            terminal_fd=ours["terminal"],
            _gate=self.gate,
        )


def ended(pid: int, wait_s: float) -> bool:
    """Wait until a process has ended; return whether it has."""
    fd = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(wait_s * 1000))
    finally:
        os.close(fd)


def is_source(executable: bytes | None) -> bool:
    """Whether a program handed over is Python source rather than an executable."""
    return executable is not None and not executable.startswith(_ELF)


def _pids_at(gate: socket.socket) -> tuple[int, int] | None:
    """Return the pid of the process at the gate, as the grader sees it and as it sees itself."""
    space = socket.CMSG_SPACE(_CREDENTIALS)
    try:
        data, ancillary, _, _ = gate.recvmsg(4096, space)
    except ConnectionResetError:
        return None
    except TimeoutError as error:
        raise BoxError("a process did not reach the gate") from error
    if not data:
        return None
    if data.startswith(b"!"):
        raise BoxError(f"a process could not be started: {data[1:].decode(errors='replace')}")
    credentials = next(value for _, kind, value in ancillary if kind == socket.SCM_CREDENTIALS)
    return int.from_bytes(credentials[:4], sys.byteorder), int(data)


def script_at(argv: Sequence[str]) -> int:
    """Return which argument of `python [options] SCRIPT args` is the script."""
    return next(index for index, text in enumerate(argv) if index and not text.startswith("-"))


def python_from_descriptor(argv: list[str]) -> list[str]:
    """Turn `python [options] SCRIPT args` into the same with the script's source read from a descriptor."""
    at = script_at(argv)
    boot = _BOOT.format(fd=SOURCE_FD, name=argv[at])
    return [*argv[:at], "-c", boot, *argv[at + 1 :]]
