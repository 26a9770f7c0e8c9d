"""System calls Python does not offer, through the C library. Runs inside the sandbox.

Calls are made through `PyDLL`: it keeps the interpreter's lock, so that nothing but the call itself
happens between two of them (the last two before exec are seen by the tracer).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

libc = ctypes.PyDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
ADDR_NO_RANDOMIZE = 0x0040000

_SECCOMP = {"x86_64": 317, "aarch64": 277}
_EXECVEAT = {"x86_64": 322, "aarch64": 281}
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_RT_SIGACTION = {"x86_64": 13, "aarch64": 134}
_KEYCTL_JOIN_SESSION_KEYRING = 1
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4  # do not slow the program down for the filter's sake
_AT_EMPTY_PATH = 0x1000
_FILTER_INSTRUCTION = 8
_KERNEL_SIGACTION = 32  # bytes: the function, flags, restorer and mask
_KERNEL_SIGSET = 8
RESERVED_SIGNALS = (32, 33)  # by glibc, nptl(7); its own functions refuse to touch them


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class MqAttr(ctypes.Structure):
    """`struct mq_attr`."""

    _fields_ = (
        ("mq_flags", ctypes.c_long),
        ("mq_maxmsg", ctypes.c_long),
        ("mq_msgsize", ctypes.c_long),
        ("mq_curmsgs", ctypes.c_long),
        ("reserved", ctypes.c_long * 4),
    )


def check(result: int, what: str = "") -> int:
    """Return the result of a C function, or raise what `errno` says if it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def stay_on(cpu: int) -> None:
    """Run this process, and all it starts, on one processor, where nobody who is woken interrupts another.

    Two programs are never let go on at the same time; but who is woken by a system call of another one would
    begin beside it on another processor, and see half of what that call does: one of two sockets closed, and
    not both. Where the kernel refuses this, such a thing is seldom all the same.
    """
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {cpu})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def prctl(option: int, value: int) -> None:
    """Change the calling process."""
    check(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), "prctl")


def default_actions_of_reserved_signals() -> None:
    """Undo that a caller ignores the signals of the thread library: exec leaves it so."""
    default = ctypes.create_string_buffer(_KERNEL_SIGACTION)
    call = ctypes.c_long(_RT_SIGACTION[os.uname().machine])
    for number in RESERVED_SIGNALS:
        check(libc.syscall(call, number, default, None, ctypes.c_ulong(_KERNEL_SIGSET)), "rt_sigaction")


def no_address_randomisation() -> None:
    """The same addresses in every run, where that is allowed: Docker's default filter refuses it."""
    current = libc.personality(ctypes.c_ulong(0xFFFFFFFF))
    result = libc.personality(ctypes.c_ulong(current | ADDR_NO_RANDOMIZE))
    if result == -1 and ctypes.get_errno() != errno.EPERM:
        check(result, "personality")


def own_user_namespace(uid: int, gid: int, outer_uid: int = -1, outer_gid: int = -1) -> None:
    """Put the calling process into a user namespace of its own.

    Parts in different namespaces cannot trace each other, nor read each other's memory, program or
    descriptors; signals, files and all IPC work as before, since the ids stay the same.

    Args:
        uid: its user in there.
        gid: its group in there.
        outer_uid: its user so far, if it is another number.
        outer_gid: its group so far, likewise.

    Raises:
        OSError: this system does not allow it. The process may be left in an unmapped namespace then.
    """
    check(libc.unshare(CLONE_NEWUSER), "unshare")
    map_ids(uid, uid if outer_uid < 0 else outer_uid, gid, gid if outer_gid < 0 else outer_gid)


def map_ids(uid: int, outer_uid: int, gid: int, outer_gid: int) -> None:
    """Map the ids of the calling process, which has just got a user namespace."""
    prctl(PR_SET_DUMPABLE, 1)  # unshare clears it, and the files below would belong to root
    maps = (("setgroups", "deny"), ("uid_map", f"{uid} {outer_uid} 1"), ("gid_map", f"{gid} {outer_gid} 1"))
    for name, text in maps:
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


def own_keyring() -> None:
    """Leave the session's keyring: the keys in it are those of whoever started us."""
    number = ctypes.c_long(_KEYCTL[os.uname().machine])
    result = libc.syscall(number, ctypes.c_long(_KEYCTL_JOIN_SESSION_KEYRING), None)
    if result == -1 and ctypes.get_errno() not in {errno.ENOSYS, errno.EPERM}:  # no keyrings for anybody
        check(result, "keyctl")


class Exec:
    """A prepared load-filter-and-exec: everything is allocated beforehand."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], filter_program: bytes, executable: int
    ) -> None:
        machine = os.uname().machine
        arguments = [os.fsencode(text) for text in argv]
        variables = [os.fsencode(f"{name}={value}") for name, value in env.items()]
        self._argv = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
        self._env = (ctypes.c_char_p * (len(variables) + 1))(*variables, None)
        self._program = _Program(len(filter_program) // _FILTER_INSTRUCTION, filter_program)
        self._filter_call: tuple[Any, ...] = (
            ctypes.c_long(_SECCOMP[machine]),
            ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
            ctypes.c_ulong(_SECCOMP_FILTER_FLAG_SPEC_ALLOW),
            ctypes.byref(self._program),
        )
        # execveat serves both: AT_FDCWD is not looked at for an absolute path.
        self._exec_call: tuple[Any, ...] = (
            ctypes.c_long(_EXECVEAT[machine]),
            ctypes.c_long(executable),
            ctypes.c_char_p(b""),
            self._argv,
            self._env,
            ctypes.c_long(_AT_EMPTY_PATH),
        )
        self._path = ctypes.c_char_p(arguments[0])
        self._by_descriptor = executable >= 0
        self._filtered = bool(filter_program)
        self._syscall = libc.syscall
        self._execve = libc.execve

    def __call__(self) -> None:
        """Replace the process; returns only if that failed."""
        # No system call may stand between the filter and exec: the tracer sees all after the filter.
        if self._filtered and self._syscall(*self._filter_call) == -1:
            return
        if self._by_descriptor:
            self._syscall(*self._exec_call)
        else:
            self._execve(self._path, self._argv, self._env)
