"""Which addresses of a process show which shared object: kept up as it maps and unmaps memory."""

from __future__ import annotations

import mmap

from grader.mechanisms.base import Args, s32
from grader.mechanisms.shared_memory import MAP_ANONYMOUS
from grader.model.history import ObjectKind
from grader.tracer import proc
from grader.tracer.objects import Objects
from grader.tracer.task import SharedRange, Task
from grader.tracer.view import TaskView

CALLS = frozenset({"mmap", "munmap", "mremap", "shmat", "shmdt"})
_MREMAP_DONTUNMAP = 4


def shared(task: Task, view: TaskView, args: Args) -> bool:
    """Whether an `mmap` with MAP_SHARED makes memory that may matter: no view of the system's files."""
    fd = s32(args[4])
    return bool(args[3] & MAP_ANONYMOUS) or view.descriptor(fd) != "" or proc.is_zero_device(task.tid, fd)


def concerned(task: Task, args: Args) -> bool:
    """Whether a `munmap` or `mremap` has to do with shared memory."""
    end = args[0] + max(args[1], 1)
    return any(r.start < end and args[0] < r.end for r in task.process.ranges)


def note(task: Task, view: TaskView, objects: Objects, args: Args, result: int) -> None:
    """Take note of a call of `CALLS` that a thread has made."""
    ranges = task.process.ranges
    if task.name == "mmap":
        shown = "" if args[3] & MAP_ANONYMOUS else view.descriptor(s32(args[4]))
        # /dev/zero gives each mapping memory of its own, as no file at all does.
        _show(ranges, result, args[1], shown or objects.add(ObjectKind.MAPPING), args[5] if shown else 0)
    elif task.name == "mremap":
        identity, offset = view.address(args[0])
        if args[1] and not args[3] & _MREMAP_DONTUNMAP:  # size 0: a second mapping of the same memory
            _hide(ranges, args[0], args[0] + _whole_pages(args[1]))
        if identity:
            _show(ranges, result, args[2], identity, offset)
    elif task.name == "shmat":
        found = next((m for m in proc.mappings(task.tid) if m.start == result), None)
        if found is not None:
            ranges.append(SharedRange(found.start, found.end, task.target, 0))
    elif task.name == "shmdt":
        ranges[:] = [r for r in ranges if r.start != args[0]]
    else:
        _hide(ranges, args[0], args[0] + _whole_pages(args[1]))


def _whole_pages(size: int) -> int:
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


def _show(ranges: list[SharedRange], start: int, size: int, identity: str, offset: int) -> None:
    end = start + _whole_pages(size)
    _hide(ranges, start, end)
    ranges.append(SharedRange(start, end, identity, offset))


def _hide(ranges: list[SharedRange], start: int, end: int) -> None:
    """Cut [start, end) out of the ranges."""
    kept = []
    for r in ranges:
        if end <= r.start or r.end <= start:
            kept.append(r)
            continue
        if r.start < start:
            kept.append(SharedRange(r.start, start, r.object, r.offset))
        if end < r.end:
            kept.append(SharedRange(end, r.end, r.object, r.offset + end - r.start))
    ranges[:] = kept
