"""What the grader needs for itself: resource limits that its caller may have set too low."""

from __future__ import annotations

import contextlib
import os
import resource
from typing import Final

from grader.sandbox.probe import Probe

_MIB: Final = 1 << 20
_QUEUE_BYTES: Final = 10 * (8192 + 64)  # a queue with the default attributes
_NEEDED: Final = (
    ("FSIZE", 128 * _MIB, "size of a file", "ulimit -f unlimited"),
    ("NOFILE", 256, "open files", "ulimit -n 256"),
    ("AS", 4096 * _MIB, "address space", "ulimit -v unlimited"),
)
"""Of each limit: its name, how much is needed, what it is, and how a shell changes it."""


def too_low() -> str:
    """Raise this process's limits as far as it may, and return which is still too low; or nothing."""
    for name, needed, what, remedy in _NEEDED:
        number = getattr(resource, f"RLIMIT_{name}")
        soft, hard = resource.getrlimit(number)
        if _less(soft, needed):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(number, (hard if _less(hard, needed) else needed, hard))
            soft, hard = resource.getrlimit(number)
        if _less(soft, needed):
            return (
                f"{what}: the limit is {soft}, and the grader needs {needed} (RLIMIT_{name}): "
                f"`{remedy}`, or the like where it is started from"
            )
    return ""


def own_limits(name: str) -> Probe:
    """Look at what the grader needs for itself."""
    held = too_low()
    return Probe(
        name=name, ok=not held, detail=held or "high enough", remedy="See the message." if held else ""
    )


def queue_memory(name: str) -> Probe:
    """Look at how many message queues there can be."""
    _, hard = resource.getrlimit(resource.RLIMIT_MSGQUEUE)
    if hard == resource.RLIM_INFINITY or os.geteuid() == 0:
        return Probe(name=name, ok=True, detail="unlimited")
    queues = hard // _QUEUE_BYTES
    cores = os.cpu_count() or 1
    detail = f"{hard} bytes: {queues} queues of the default size at once, in all runs together"
    if queues < 2 * cores:
        remedy = "`* hard msgqueue unlimited` in /etc/security/limits.conf, or `jobs: 1` in config.yaml"
        return Probe(name=name, ok=False, detail=detail, remedy=remedy)
    return Probe(name=name, ok=True, detail=detail)


def _less(bound: int, needed: int) -> bool:
    return bound != resource.RLIM_INFINITY and bound < needed
