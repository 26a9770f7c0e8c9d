"""What exists in the sandbox, and making and removing objects. Runs inside it.

Only the agent can look: System V objects, message queues and shared memory are private to its namespaces.
"""

# pathlib would cost every run the time of its import.
# ruff: noqa: PTH115, PTH118, PTH123, PTH208

from __future__ import annotations

import ctypes
import os
import stat
import sys

from grader.sandbox import files, kernel, objects
from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Row = dict[str, Any]

TOLD = ("kind", "name", "mode", "uid", "size", "inode", "target", "values")
"""What the grader is told of each object."""

_ENTRIES_MAX = 20_000
_KERNELS = frozenset({"queue", "shared-memory", "semaphore", *objects.SYSV})
"""Kinds that live no longer than the kernel."""

_SEMAPHORE_VALUE = 4  # bytes at the beginning of what sem_open(3) maps


class Inventory:
    """Lists objects, without those that were there before the run (in a shared system there are such)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[tuple[int, int], int] = {}
        self._before: dict[str, frozenset[str]] = {}
        self._before_sysv: set[tuple[str, int]] = set()
        if not world.alone:
            for folder in (objects.TMP, objects.SHM, objects.MQUEUE):
                self._before[folder] = frozenset(_names(folder))
            self._before_sysv = {(row["kind"], row["inode"]) for row in objects.sysv_rows()}

    def rows(self) -> list[Row]:
        """Return all objects, sorted by kind and name, as the fields of `Entry`."""
        rows: list[Row] = []
        for row in self._all():
            rows.append(row)
            if len(rows) >= _ENTRIES_MAX:
                break
        return sorted(rows, key=lambda row: (row["kind"], row["name"], row["inode"]))

    def _all(self) -> Iterator[Row]:
        yield from (
            row for row in objects.sysv_rows() if (row["kind"], row["inode"]) not in self._before_sysv
        )
        yield from self._files(objects.MQUEUE, lambda name: ("queue", "/" + name))
        yield from self._files(objects.SHM, _shared_memory_name)
        yield from self._files(self._world.where("/work"), lambda name: ("", name))
        yield from self._files(objects.TMP, lambda name: ("", f"{objects.TMP}/{name}"))

    def _files(self, top: str, named: Any) -> Iterator[Row]:
        skip = self._before.get(top, frozenset())
        for path, status in files.walk(top, skip):
            where = os.path.join(top, path)
            kind, name = named(path)
            if stat.S_ISLNK(status.st_mode) or (kind != "queue" and not stat.S_ISREG(status.st_mode)):
                kind = ""
                name = where if top == objects.SHM else name
            yield self._row(kind, name, where, status)

    def _row(self, kind: str, name: str, path: str, status: os.stat_result) -> Row:
        mode = status.st_mode
        size = 0
        if kind == "queue":
            size = _messages(path)
        elif stat.S_ISREG(mode):
            size = status.st_size
        # Inode numbers differ between runs (queues have theirs from a counter of the whole machine), the
        # order in which objects are first seen does not.
        identity = (status.st_dev, status.st_ino)
        number = self._numbers.setdefault(identity, len(self._numbers) + 1)
        return {
            "kind": kind or _kind(mode),
            "name": name,
            "mode": stat.S_IMODE(mode),
            "uid": status.st_uid,
            "size": size,
            "inode": number,
            "target": os.readlink(path) if stat.S_ISLNK(mode) else "",
            "values": _semaphore_value(path) if kind == "semaphore" else [],
        }

    def reboot(self) -> None:
        """Remove all that lives no longer than the kernel, and what is in /tmp."""
        if self._world.alone:
            files.clear(objects.TMP)
            files.clear(objects.SHM)
        self._remove(lambda kind, _name: kind in _KERNELS)

    def clear(self) -> None:
        """Remove what a run left in a system that is shared; other programs' objects in use stay.

        Ordinary files in /tmp stay as well: nobody can say whose they are.
        """
        self._remove(_is_ours_to_remove)

    def _remove(self, wanted: Callable[[str, str], bool]) -> None:
        in_use = _in_use()
        for row in self.rows():
            kind, name = row["kind"], row["name"]
            if row["uid"] != self._world.uid or not wanted(kind, name):
                continue
            if kind in objects.SYSV:
                if not row["attached"]:
                    objects.remove_sysv(kind, row["inode"])
            elif objects.path_of(self._world, kind, name) not in in_use:
                objects.remove(self._world, kind, name)


def _is_ours_to_remove(kind: str, name: str) -> bool:
    if kind in {"file", "directory"}:
        return not name.startswith((objects.TMP, objects.SHM))
    return True


def _shared_memory_name(path: str) -> tuple[str, str]:
    if "/" in path:
        return "", f"{objects.SHM}/{path}"
    if path.startswith(objects.SEMAPHORE):
        return "semaphore", "/" + path[len(objects.SEMAPHORE) :]
    return "shared-memory", "/" + path


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISFIFO(mode):
        return "fifo"
    if stat.S_ISSOCK(mode):
        return "socket"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return "device"
    return "file"


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _messages(path: str) -> int:
    """Return how many messages wait in a queue; 0 if its mode lets nobody look."""
    for access in (os.O_RDONLY, os.O_WRONLY):
        try:
            fd = os.open(path, access | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        attributes = kernel.MqAttr()
        try:
            kernel.check(kernel.libc.mq_getattr(fd, ctypes.byref(attributes)), "mq_getattr")
        finally:
            os.close(fd)
        return int(attributes.mq_curmsgs)
    return 0


def _semaphore_value(path: str) -> list[int]:
    """Return the value of a named semaphore, alone in a list; nothing if its mode lets nobody look."""
    try:
        content = files.read(path, _SEMAPHORE_VALUE)
    except OSError:
        return []
    return [int.from_bytes(content, sys.byteorder)] if content and len(content) == _SEMAPHORE_VALUE else []


def _in_use() -> set[str]:
    """Return the paths some living process has open or mapped, as far as it can be seen."""
    paths: set[str] = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                paths.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
            with open(f"/proc/{pid}/maps", encoding="utf-8", errors="surrogateescape") as maps:
                paths.update(line.split(maxsplit=5)[5].rstrip("\n") for line in maps if "/" in line)
        except (OSError, IndexError):
            continue
    return paths
