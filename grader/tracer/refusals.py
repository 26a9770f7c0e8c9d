"""Calls that containers refuse, without which runs would be seen wrongly: such a run is not judged at all."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Callable

from grader.model.errors import HostError

PIDFD_GETFD = 438
KCMP = 312 if platform.machine() == "x86_64" else 272
KCMP_FILE = 0

_syscall = ctypes.CDLL(None).syscall


def need_descriptors() -> None:
    """Make sure that other processes' descriptors can be opened.

    Raises:
        HostError: this machine refuses it.
    """
    _need("pidfd_getfd", lambda fd: int(_syscall(PIDFD_GETFD, fd, fd, 0)))


def need_comparison() -> None:
    """Make sure that it can be told whether two descriptors are the same.

    Raises:
        HostError: this machine refuses it.
    """
    _need("kcmp", lambda fd: int(_syscall(KCMP, os.getpid(), os.getpid(), KCMP_FILE, fd, fd)))


def _need(name: str, call: Callable[[int], int]) -> None:
    if _refused(name, call):
        raise HostError(
            f"the call `{name}` is refused here, and without it these programs cannot be followed: "
            "start the container with `--cap-add SYS_PTRACE`"
        )


_known: dict[str, bool] = {}


def _refused(name: str, call: Callable[[int], int]) -> bool:
    """Try a call on ourselves, once."""
    if name not in _known:
        own = os.pidfd_open(os.getpid())
        result = call(own)
        os.close(own)
        if result > 0:
            os.close(result)
        _known[name] = result < 0
    return _known[name]
