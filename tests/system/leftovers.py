"""Whether a run leaves something behind: processes, zombies, descriptors of the grader's."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def descriptors() -> dict[str, str]:
    """Return what this process has open; without the descriptor that is used for looking."""
    found = {}
    for path in sorted(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError):
            found[path.name] = str(path.readlink())
    return found


def descendants(root: int | None = None) -> dict[int, str]:
    """Return all processes below this one (or another), with their states, zombies among them."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1]), fields[0]
    below = {root if root is not None else os.getpid()}
    while more := {pid for pid, (parent, _) in parents.items() if parent in below} - below:
        below |= more
    return {pid: parents[pid][1] for pid in below if pid in parents and pid != (root or os.getpid())}


def marked(marker: str) -> list[int]:
    """Return the processes that have a word on their command line, wherever they hang in the tree."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


@contextlib.contextmanager
def nothing_left(marker: str = "") -> Iterator[None]:
    """Hold that a run leaves nothing behind."""
    before, children = descriptors(), set(descendants())
    yield
    assert descriptors() == before
    assert set(descendants()) <= children
    if marker:
        assert marked(marker) == []
