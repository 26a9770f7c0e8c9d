"""The view of a traced thread that decoding takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.model.history import ObjectKind
from grader.tracer import ptrace
from grader.tracer.objects import Objects
from grader.tracer.task import Process, Task


class TaskView:
    """Decoding's view of one thread (grader.mechanisms.base.View)."""

    __slots__ = ("_flags", "_objects", "_task")

    def __init__(self, task: Task, objects: Objects, flags: dict[tuple[int, int], int]) -> None:
        self._task = task
        self._objects = objects
        self._flags = flags

    def text(self, address: int) -> str:
        """Return the string at an address of the caller."""
        result = b""
        while len(result) < 4096:
            chunk = ptrace.read_memory(self._task.tid, address, 256 - address % 256)
            end = chunk.find(b"\0")
            if end >= 0 or not chunk:
                result += chunk[: max(end, 0)]
                break
            result += chunk
            address += len(chunk)
        return result.decode("utf-8", "surrogateescape")

    def data(self, address: int, size: int) -> bytes:
        """Return memory of the caller; shorter where it is not mapped."""
        return ptrace.read_memory(self._task.tid, address, size)

    def descriptor(self, fd: int) -> str:
        """Return the object a descriptor stands for."""
        cached = self._task.process.descriptors.get(fd)
        if cached is None:
            cached = self._objects.of_descriptor(self._task.tid, fd)
            self._task.process.descriptors[fd] = cached
        return cached

    def kind(self, fd: int) -> str:
        """Return the kind of the object a descriptor stands for."""
        known = self._objects.known.get(self.descriptor(fd))
        return known.kind.value if known else ""

    def flags(self, fd: int) -> int:
        """Return the open flags of a descriptor; 0 if it is not open."""
        key = (self._task.process.host, fd)
        cached = self._flags.get(key)
        if cached is not None:
            return cached
        found = self._of_descriptor(fd, "flags")
        if found is None:
            return 0
        value = self._flags[key] = int(found, 8)
        return value

    def holds(self) -> list[list[Any]]:
        """Return all open descriptors of objects of interest as [number, object, access]."""
        return [list(held) for held in self._objects.held(self._task.tid)]

    def position(self, fd: int) -> int | None:
        """Return where in a file a descriptor stands; None if it is not open."""
        found = self._of_descriptor(fd, "pos")
        return None if found is None else int(found)

    def _of_descriptor(self, fd: int, key: str) -> str | None:
        try:
            info = Path(f"/proc/{self._task.tid}/fdinfo/{fd}").read_text()
        except OSError:
            return None
        return next(line.split()[1] for line in info.splitlines() if line.startswith(f"{key}:"))

    def path(self, directory: int, text: str) -> str:
        """Return the id of the object a path leads to, "" if there is none."""
        return self._objects.of_path(self._task.tid, directory, text)

    def shown(self, directory: int, text: str) -> str:
        """Return a path as the student knows it."""
        return self._objects.shown(self._task.tid, directory, text)

    def system_v(self, kind: str, number: int) -> str:
        """Return the System V object with an id."""
        return self._objects.system_v(kind, number)

    def made_system_v(self, kind: str, number: int, key: int) -> str:
        """Return the System V object that a get call answered for a key."""
        return self._objects.made_system_v(kind, number, key)

    def address(self, address: int) -> tuple[str, int]:
        """Return (object, offset) of an address in a shared mapping, ("", address) if private."""
        for found in self._task.process.ranges:
            if found.start <= address < found.end:
                return found.object, found.offset + address - found.start
        return "", address

    def address_space(self) -> int:
        """Return a number of the caller's process."""
        return self._task.process.host

    def process(self, pid: int) -> str:
        """Return the object of a process by its pid inside the sandbox."""
        return self._objects.numbered(ObjectKind.PROCESS, pid, str(pid)) if pid > 0 else ""


def forget_descriptors(process: Process, flags: dict[tuple[int, int], int]) -> None:
    """Drop what is cached of a process' descriptors, after a call that may have changed any of them."""
    process.descriptors.clear()
    for key in [key for key in flags if key[0] == process.host]:
        del flags[key]
