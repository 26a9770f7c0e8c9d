"""Device numbers as programs see them: 1, 2, ... in the order in which they come up in a run.

The kernel numbers the private file systems of a sandbox as it pleases. Programs do see that: ftok(3) makes
its keys of the number, and a key is the name of a System V object.
"""

from __future__ import annotations

import struct

from grader.tracer import ptrace
from grader.tracer.task import Task

_BUFFER = {"stat": 1, "lstat": 1, "fstat": 1, "newfstatat": 2, "statx": 4}
_STATX_DEVICE = 0x88


class Devices:
    """The devices of one run."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    @staticmethod
    def told_by(task: Task) -> bool:
        """Whether the call a thread is about to make, or has made, tells a device number."""
        return task.name in _BUFFER

    def renumber(self, task: Task) -> None:
        """Change the device number a successful call has stored."""
        if task.entry is None:
            return
        extended = task.name == "statx"
        place = task.entry.args[_BUFFER[task.name]] + (_STATX_DEVICE if extended else 0)
        real = ptrace.read_memory(task.tid, place, 8)
        number = self._numbers.setdefault(self._plain(real, extended=extended), len(self._numbers) + 1)
        shown = struct.pack("<II", 0, number) if extended else struct.pack("<Q", number)
        ptrace.write_memory(task.tid, place, shown)

    @staticmethod
    def _plain(stored: bytes, *, extended: bool) -> bytes:
        """Return a device number as stat(2) stores it; statx(2) has major and minor apart."""
        if not extended:
            return stored
        major, minor = struct.unpack("<II", stored.ljust(8, b"\0"))
        return struct.pack("<Q", (minor & 0xFF) | (major << 8) | ((minor & ~0xFF) << 12))
