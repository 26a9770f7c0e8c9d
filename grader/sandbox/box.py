"""The sandbox of a run, seen from the grader.

Theory of operation. The grader starts bubblewrap, which makes new namespaces for processes, files, IPC,
network and users, and becomes the agent (`agent.py`) as pid 1 in there. The two talk over a socket pair whose
other end only the agent has. A part is started in two steps, so that the tracer can get hold of it before its
first instruction: `start` makes a process that waits at a gate, `Started.release` opens the gate.

Nothing outlives the grader: the kernel kills bubblewrap with the thread that started it, the agent ends when
its socket is closed, and a pid namespace ends with its pid 1. All that was written is memory of the mount
namespace. So a Box must be made by a thread that lives at least as long as the Box.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from grader.model.config import LimitsConfig
from grader.model.errors import InternalError
from grader.sandbox import isolation, protocol
from grader.sandbox.bundle import agent_code, sealed

_ANSWER_S = 60.0
_GATE_S = 20.0
_END_S = 2.0
_START_ATTEMPTS = 3
_MIB = 1 << 20
_STACK_BYTES = 8 * _MIB
_CPU_S_MIN = 60
_ELF = b"\x7fELF"
_SOURCE_FD = 3
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


class Box:
    """One sandbox. Use it as a context manager, or call `close`."""

    def __init__(self, isolation_level: str, limits: LimitsConfig, filter_program: bytes = b"") -> None:
        """Start the sandbox.

        Args:
            isolation_level: `full` or `limits-only`, as `doctor.choose_isolation` says.
            limits: bounds of each program.
            filter_program: seccomp filter of parts (not of `command`); empty: none.

        Raises:
            HostError: bubblewrap is missing.
        """
        self.isolation = isolation_level
        self._limits = limits
        self._closed = False
        self._folder = self._temporary_folder()
        self._errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        self._socket, other = socket.socketpair()
        self._socket.settimeout(_ANSWER_S)
        try:
            self._process = self._spawn(other)
        finally:
            other.close()
        setup = {
            "root": self._folder.name if self._folder else "",
            "limits": _rlimits(limits),
            "nested": isolation_level == isolation.FULL,
        }
        self._hello: dict[str, Any] | None = None
        protocol.send(self._socket, setup, filter_program)

    def _temporary_folder(self) -> tempfile.TemporaryDirectory[str] | None:
        return None

    def _spawn(self, other: socket.socket) -> subprocess.Popen[bytes]:
        _raise_queue_limit()
        code = sealed("agent", agent_code())
        line = isolation.CommandLine()
        try:
            if self.isolation == isolation.FULL:
                line = isolation.full_isolation(self._limits)
                line.add("--")
            line.add(isolation.interpreter(), "-I", "-S", "-B")
            line.add(f"/proc/self/fd/{code}", str(other.fileno()), str(code))
            return subprocess.Popen(
                line.arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[code, other.fileno(), *line.fds],
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                cwd="/",
                start_new_session=True,  # no way to the grader's terminal
            )
        finally:
            protocol.close_all([code, *line.fds])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def parts_apart(self) -> bool:
        """Whether parts cannot look into each other's memory (each has a user namespace of its own)."""
        return bool(self._ready()["nested"])

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "/work",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
        executable: bytes | None = None,
    ) -> Started:
        """Make a process that waits at the gate.

        Args:
            argv: the program, with its path, and its arguments.
            cwd: its working directory.
            env: variables besides the minimal environment.
            terminal: stdin and stdout are a terminal (its controlling one); stderr is a pipe all the same.
            executable: the program itself, an ELF file or Python source, which then exists nowhere in the
                sandbox; argv as if it did.

        Returns:
            The process; the caller closes it.

        Raises:
            InternalError: the sandbox could not make it.
        """
        arguments, open_at = list(argv), -1
        if executable is not None and not executable.startswith(_ELF):
            arguments, open_at = _python_from_descriptor(arguments), _SOURCE_FD
        request = {
            "do": "start",
            "argv": arguments,
            "cwd": cwd,
            "env": isolation.MINIMAL_ENVIRONMENT | dict(env or {}),
            "terminal": terminal,
            "open_at": open_at,
        }
        for _ in range(_START_ATTEMPTS):
            started = self._start(request, executable, terminal=terminal)
            if started is not None:
                return started
        raise BoxError("a process could not be started: it was killed before it began")

    def _start(self, request: dict[str, Any], executable: bytes | None, *, terminal: bool) -> Started | None:
        theirs: dict[str, int] = {}
        ours = {"stdin": -1, "stdout": -1, "stderr": -1, "terminal": -1}
        gate, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            gate.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            gate.settimeout(_GATE_S)
            theirs["gate"] = other.detach()
            ours["stderr"], theirs["stderr"] = os.pipe()
            if not terminal:
                theirs["stdin"], ours["stdin"] = os.pipe()
                ours["stdout"], theirs["stdout"] = os.pipe()
            if executable is not None:
                theirs["executable"] = sealed("program", executable)
            _, _, fds = self._ask({**request, "fds": list(theirs)}, b"", list(theirs.values()))
            if terminal:
                ours["stdin"], ours["terminal"] = fds
                ours["stdout"] = os.dup(ours["stdin"])
            protocol.close_all(list(theirs.values()))
            theirs.clear()
            pids = _pids_at(gate)
            if pids is None:
                return None
            for name in ("stdin", "stdout", "stderr"):
                os.set_blocking(ours[name], False)
            started = Started(
                pid=pids[0],
                sandbox_pid=pids[1],
                stdin_fd=ours["stdin"],
                stdout_fd=ours["stdout"],
                stderr_fd=ours["stderr"],
                terminal_fd=ours["terminal"],
                _gate=gate,
            )
            ours.clear()
            return started
        finally:
            protocol.close_all([*theirs.values(), *ours.values()])
            if ours:
                gate.close()

    def close(self) -> None:
        """End everything in the sandbox. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._socket.close()  # the agent ends, and everything with it
        if not _ended(self._process, _END_S):  # a tracee whose tracer does not let go
            self._process.kill()
        self._process.wait()
        os.close(self._errors)
        if self._folder is not None:
            self._folder.cleanup()

    def _ready(self) -> dict[str, Any]:
        if self._hello is None:
            try:
                self._hello, _, _ = protocol.receive(self._socket)
            except (protocol.Disconnected, TimeoutError) as error:
                raise BoxError(f"the sandbox did not start: {self._complaints()}") from error
        return self._hello

    def _ask(
        self,
        request: dict[str, Any],
        payload: bytes = b"",
        fds: Sequence[int] = (),
        *,
        wait_s: float = _ANSWER_S,
    ) -> tuple[dict[str, Any], bytes, list[int]]:
        self._ready()
        self._socket.settimeout(wait_s)
        try:
            protocol.send(self._socket, request, payload, fds)
            answer, data, received = protocol.receive(self._socket)
        except (protocol.Disconnected, TimeoutError) as error:
            raise BoxError(f"the sandbox does not answer: {self._complaints()}") from error
        if "error" in answer:
            protocol.close_all(received)
            raise BoxError(f"{request['do']}: {answer['error']}", answer["errno"])
        return answer, data, received

    def _complaints(self) -> str:
        text = os.pread(self._errors, 4000, 0).decode(errors="replace").strip()
        return text or "it said nothing"


def _ended(process: subprocess.Popen[bytes], wait_s: float) -> bool:
    fd = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(wait_s * 1000))
    finally:
        os.close(fd)


def _pids_at(gate: socket.socket) -> tuple[int, int] | None:
    """Return the pid of the process at the gate, as the grader sees it and as it sees itself."""
    space = socket.CMSG_SPACE(12)
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
    return int.from_bytes(credentials[:4], "little"), int(data)


def _python_from_descriptor(argv: list[str]) -> list[str]:
    """Turn `python [options] SCRIPT args` into the same with the script's source read from a descriptor."""
    at = next(index for index, text in enumerate(argv) if index and not text.startswith("-"))
    boot = _BOOT.format(fd=_SOURCE_FD, name=argv[at])
    return [*argv[:at], "-c", boot, *argv[at + 1 :]]


def _rlimits(limits: LimitsConfig) -> dict[str, int]:
    # Not NPROC: it counts all processes of the user, of parallel runs too. Not a tight CPU: the tracer
    # measures that better, and this only stops what escaped it.
    return {
        "AS": limits.memory_mib * _MIB,
        "CORE": 0,
        "CPU": max(_CPU_S_MIN, int(limits.cpu_s * 10)),
        "FSIZE": limits.file_mib * _MIB,
        "NOFILE": limits.open_files,
        "STACK": _STACK_BYTES,
    }


def _raise_queue_limit() -> None:
    """Memory of message queues is counted per user over all sandboxes: allow as much as can be had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MSGQUEUE)
    wanted = resource.RLIM_INFINITY if os.geteuid() == 0 else hard
    if soft != wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_MSGQUEUE, (wanted, wanted))
