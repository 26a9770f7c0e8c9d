"""The grader's ends of a part's stdin, stdout and stderr: pipes, or a terminal driven with pexpect."""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Iterator

import pexpect
from pexpect.fdpexpect import fdspawn

from grader.model.history import ObjectKind
from grader.sandbox.box import Started
from grader.tracer.objects import Objects

_CHUNK = 1 << 16
_END_OF_INPUT = b"\x04"


class Channels:
    """What goes into a part and comes out of it.

    Args:
        part: name in the cast.
        started: the process; its descriptors are used, not owned.
        terminal: stdin and stdout are a terminal.
        objects: where the channels are given their names.
    """

    def __init__(self, part: str, started: Started, objects: Objects, *, terminal: bool) -> None:
        self.part = part
        self._started = started
        self._unsent = b""
        self._input_ended = False
        self._spawn = fdspawn(started.stdout_fd, timeout=0) if terminal else None
        self.streams: dict[str, str] = {}
        """Object id of what comes out to stream name."""
        if terminal:
            self._name(objects, started.terminal_fd, ObjectKind.TERMINAL, f"terminal of {part}", "stdout")
        else:
            self._name(objects, started.stdin_fd, ObjectKind.PIPE, f"stdin of {part}", "")
            self._name(objects, started.stdout_fd, ObjectKind.PIPE, f"stdout of {part}", "stdout")
        self._name(objects, started.stderr_fd, ObjectKind.PIPE, f"stderr of {part}", "stderr")

    def _name(self, objects: Objects, fd: int, kind: ObjectKind, name: str, stream: str) -> None:
        info = os.fstat(fd)
        identity = objects.assign((info.st_dev, info.st_ino), kind, name)
        if stream:
            self.streams[identity] = stream

    def send(self, data: bytes) -> None:
        """Write to stdin; what does not fit at once follows when there is room (`feed`)."""
        self._unsent += data
        self.feed()

    def close_input(self) -> None:
        """End stdin: Ctrl-D on a terminal, else the pipe is closed as soon as all is sent."""
        if self._spawn is not None:
            self.send(_END_OF_INPUT)
        else:
            self._input_ended = True
            self.feed()

    def feed(self) -> bool:
        """Write what is still to be sent, as far as there is room; True if anything was written."""
        fd = self._started.stdin_fd
        before = len(self._unsent)
        while self._unsent and fd >= 0:
            try:
                count = self._write(self._unsent)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno not in (errno.EPIPE, errno.EIO):
                    raise
                self._unsent = b""
                break
            self._unsent = self._unsent[count:]
        if self._spawn is not None and before:
            # The line discipline works in a queue of the kernel's; asking the slave side makes it finish.
            select.select([self._started.terminal_fd], [], [], 0)
        if self._input_ended and not self._unsent and fd >= 0:
            os.close(fd)
            self._started.stdin_fd = -1
            return True
        return len(self._unsent) < before

    def _write(self, data: bytes) -> int:
        if self._spawn is None:
            return os.write(self._started.stdin_fd, data)
        return int(self._spawn.send(data[:256]))

    def drain(self) -> Iterator[tuple[str, bytes]]:
        """Yield (stream, data) for all that has come out since the last time."""
        output = self._terminal_output() if self._spawn is not None else _read_all(self._started.stdout_fd)
        if output:
            yield "stdout", output
        errors = _read_all(self._started.stderr_fd)
        if errors:
            yield "stderr", errors

    def _terminal_output(self) -> bytes:
        data = b""
        while self._spawn is not None:
            try:
                chunk: bytes | str = self._spawn.read_nonblocking(_CHUNK, timeout=0)
            except (pexpect.TIMEOUT, pexpect.EOF):
                break
            data += chunk if isinstance(chunk, bytes) else chunk.encode()
        return data


def _read_all(fd: int) -> bytes:
    data = b""
    while fd >= 0:
        try:
            chunk = os.read(fd, _CHUNK)
        except (BlockingIOError, OSError):
            break
        if not chunk:
            break
        data += chunk
    return data
