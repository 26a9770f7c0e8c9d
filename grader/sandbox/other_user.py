"""Where no namespaces can be had and the grader is root: programs run as nobody, and so may do nothing.

Whoever traces a program without the right to trace everybody must be of its user. So the workers that make
runs become nobody as well; they keep the right to read files that others may not, and their memory and
descriptors stay closed to programs.
"""

from __future__ import annotations

import ctypes
import os
import struct
import tempfile
from typing import Any, Final

from grader.sandbox.isolation import OTHER_USER, interpreter
from grader.sandbox.kernel import PR_SET_DUMPABLE, check, libc, prctl

NOBODY: Final = 65534
"""User and group of programs; it owns no files on any system."""

_PR_SET_KEEPCAPS = 8
_CAPABILITIES_VERSION = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
_KEPT = 1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH


def of_child(isolation: str) -> dict[str, Any]:
    """Return what `subprocess.Popen` is told of the user of a sandbox' agent."""
    if isolation != OTHER_USER or os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def folder(isolation: str) -> tempfile.TemporaryDirectory[str]:
    """Make the folder of a sandbox without namespaces, which belongs to the user of its agent.

    Raises:
        OSError: we have not the right.
    """
    made = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
    if isolation == OTHER_USER and os.geteuid() == 0:
        os.chown(made.name, NOBODY, NOBODY)
    return made


def become() -> None:
    """Make the calling process one of nobody, which can still read what root can; there is no way back.

    Raises:
        OSError: we have not the right.
    """
    prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    _keep_capabilities()
    prctl(PR_SET_DUMPABLE, 0)


def complaint() -> str:
    """Return why programs cannot run as nobody here, or nothing."""
    if os.geteuid() != 0:
        return "only root can start programs of another user"
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, _try_out().encode(errors="replace"))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        said = answer.read().decode()
    os.waitpid(pid, 0)
    return said


def _try_out() -> str:
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        return f"root may not become another user here ({error.strerror})"
    if not os.access(interpreter(), os.X_OK):
        return f"other users cannot run {interpreter()}: install Python where everybody may read it"
    try:
        with tempfile.TemporaryDirectory(prefix="grader-"):
            return ""
    except OSError as error:
        return f"other users cannot make folders in {tempfile.gettempdir()}: {error.strerror}"


def _keep_capabilities() -> None:
    """Keep the right to read, of those we have, and no other."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    held = ctypes.create_string_buffer(24)  # two times: effective, permitted, inheritable
    check(libc.capget(header, held), "capget")
    _, permitted, *_ = struct.unpack("=6I", held.raw)
    kept = permitted & _KEPT
    check(libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0)), "capset")
