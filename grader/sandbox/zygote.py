"""Sandboxes at a small part of their price: forked from an interpreter that is warm already.

Theory of operation. Opening a `Box` in a process of its own costs tens of milliseconds, most of them for
starting bubblewrap and Python; many runs cost less. A `Zygote` is one bubblewrap with the agent's interpreter
in it, loaded and idle. Asked for a box it forks a child into new namespaces of every kind, which mounts a
fresh root and goes on as that box's agent (see `birth.py`). What a program finds is the same, down to pids
and mounts; boxes of one zygote are no nearer to each other than other boxes.

Where the kernel refuses a step of that, boxes are opened as ever, silently: what they keep in is the same.

All boxes end with their zygote, and that with the thread that made it.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing.util
import os
import select
import signal
import socket
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.model.config import LimitsConfig
from grader.sandbox import protocol
from grader.sandbox.box import Box, BoxError
from grader.sandbox.isolation import (
    FULL,
    ID,
    CommandLine,
    namespaces,
    proc_read_only,
    show_system,
    size_mib,
    top_level,
)
from grader.sandbox.spawn import Confined, Spawned, spawn_agent

_ROOT = "/box"  # where in the zygote's file system the root of boxes is prepared
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}
_FOLDERS = ("/proc", "/dev/pts", "/dev/shm", "/dev/mqueue", "/tmp", "/work", "/submission", "/build")  # noqa: S108
_ANSWER_S = 20.0
_END_S = 2.0
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND = 1, 2, 4, 8, 0x20, 0x1000


class Zygote:
    """Opens boxes. Use it as a context manager, or call `close`.

    Args:
        isolation: a level; all but `full` leave nothing to be quicker at.
    """

    def __init__(self, isolation: str) -> None:
        self.isolation = isolation
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._process: Spawned | None = None
        self._socket: socket.socket | None = None
        self._parts_apart = False
        if isolation == FULL:
            self._begin()

    def _begin(self) -> None:
        self._socket, other = socket.socketpair()
        self._socket.settimeout(_ANSWER_S)
        line = _command_line()
        try:
            with Path(os.devnull).open("wb") as errors:
                self._process = spawn_agent(line, other, errors.fileno(), "zygote")
        finally:
            other.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def works(self) -> bool:
        """Whether boxes are forked, as far as is known by now."""
        return self._process is not None

    def box(self, limits: LimitsConfig, filter_program: bytes = b"") -> Box:
        """Open a box; for the arguments see there.

        Raises:
            HostError: bubblewrap is missing.
        """
        if self.works:
            box = self._forked(limits, filter_program)
            if box is not None:
                return box
            self.close()
        return Box(self.isolation, limits, filter_program)

    def _forked(self, limits: LimitsConfig, filter_program: bytes) -> Box | None:
        try:
            box = Box(
                self.isolation, limits, filter_program, opener=self._open, parts_apart=self._parts_apart
            )
        except BoxError:
            return None
        with contextlib.suppress(BoxError):
            self._parts_apart = box.parts_apart
            if self._parts_apart:
                return box
        box.close()
        return None

    def _open(self, limits: LimitsConfig, other: socket.socket, errors: int) -> Confined:
        request = {"ids": [ID, ID], "root": _ROOT, "mounts": _mounts(size_mib(limits)), "cwd": "/work"}
        with self._lock:
            if self._socket is None:
                raise BoxError("the zygote is gone")
            try:
                protocol.send(self._socket, request, b"", [other.fileno(), errors])
                answer, _, fds = protocol.receive(self._socket)
            except (protocol.Disconnected, TimeoutError) as error:
                raise BoxError("the zygote does not answer") from error
        if not fds:
            raise BoxError(f"the zygote could not fork: {answer.get('error')}")
        return _Forked(fds[0])

    def close(self) -> None:
        """End all its boxes, and itself. May be called twice; in a forked process it only lets go."""
        with self._lock:
            sock, process = self._socket, self._process
            self._socket = self._process = None
        if sock is None or process is None:
            return
        if os.getpid() == self.owner:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # whoever else has inherited it
            process.end()
        sock.close()


class _Forked:
    """The agent of a box, as the grader holds it."""

    def __init__(self, pidfd: int) -> None:
        self._pidfd = pidfd

    def end(self) -> None:
        """Kill it, and with it everything in its pid namespace; return when that is gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        poll.poll(_END_S * 1000)  # longer only if it has a tracee whose tracer does not let go
        os.close(self._pidfd)


def _command_line() -> CommandLine:
    """The zygote sees the root of boxes, what it needs of that itself, and the machine's /proc.

    The kernel allows a fresh /proc only to who sees one in full already.
    """
    line = namespaces()
    line.root = _ROOT
    line.folder("")
    show_system(line)
    line.folder("/dev")
    for name in _DEVICES:
        line.bind(f"/dev/{name}", option="--dev-bind")
    for name, target in _DEVICE_LINKS.items():
        line.link(f"/dev/{name}", target)
    for path in _FOLDERS:
        line.add("--dir", _ROOT + path)
    line.read_only("/dev")
    line.read_only("")
    own = ["/usr", *(name for name, _ in top_level())]
    prefix = Path(sys.base_prefix).resolve()
    if not prefix.is_relative_to("/usr"):
        own.append(str(prefix))
    for path in own:
        line.add("--symlink", _ROOT + path, path)
    line.add("--bind", "/proc", "/proc", "--remount-ro", "/", "--chdir", "/", "--")
    return line


@functools.cache
def _mounts(size: int) -> list[tuple[str, str, str, int, str]]:
    """Return what is fresh in each box: arguments of mount(2), targets relative to its root."""
    safe = _NOSUID | _NODEV
    bytes_ = f"size={size << 20}"
    mounts = [("proc", "proc", "proc", safe | _NOEXEC, "")]
    for name in proc_read_only():
        mounts.append((f"proc/{name}", f"proc/{name}", "", _BIND, ""))
        mounts.append(("", f"proc/{name}", "", _REMOUNT | _BIND | _RDONLY | safe | _NOEXEC, ""))
    mounts.append(("devpts", "dev/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=620"))
    mounts.append(("tmpfs", "dev/shm", "tmpfs", safe, f"mode=1777,{bytes_}"))
    mounts.append(("mqueue", "dev/mqueue", "mqueue", 0, ""))
    mounts.append(("tmpfs", "tmp", "tmpfs", safe, f"mode=1777,{bytes_}"))
    mounts.extend(
        ("tmpfs", name, "tmpfs", safe, f"mode=755,{bytes_}") for name in ("work", "submission", "build")
    )
    return mounts


_shared: Zygote | None = None


def open_box(isolation: str, limits: LimitsConfig, filter_program: bytes = b"") -> Box:
    """Open a box from a zygote that all boxes of this process share, and that ends with the process.

    Only the main thread makes it, since it must outlive the boxes; others take it if it is there.

    Raises:
        HostError: bubblewrap is missing.
    """
    global _shared
    zygote = _shared
    if zygote is None or zygote.owner != os.getpid() or zygote.isolation != isolation:
        if threading.current_thread() is not threading.main_thread():
            return Box(isolation, limits, filter_program)
        if zygote is not None:
            zygote.close()
        _shared = zygote = Zygote(isolation)
        multiprocessing.util.Finalize(None, zygote.close, exitpriority=0)
    return zygote.box(limits, filter_program)
