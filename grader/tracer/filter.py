"""The seccomp filter: which calls stop their caller, and which are refused."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from functools import cache

import pyseccomp

from grader.shim import protocol
from grader.tracer.table import CALLS

REFUSED = ("io_uring_setup", "io_uring_enter", "io_uring_register", "ptrace", "process_vm_readv",
           "process_vm_writev", "userfaultfd", "bpf", "perf_event_open", "kexec_load",
           "unshare", "setns", "mount", "umount2", "pivot_root", "add_key", "keyctl")  # fmt: skip
"""Calls that would act behind the tracer's back; they fail with EPERM, as in most containers."""

RESTART_SYSCALL: int = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "restart_syscall")
"""By which the kernel makes some interrupted calls again."""

EXIT, EXIT_GROUP = (pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in ("exit", "exit_group"))
"""By which a thread ends itself, and its process; they stop their caller only where that is asked for."""

OPENING = {"open": 0, "openat": 1, "openat2": 1}
"""Calls that open a file, and which of their arguments is its path."""

_TRACE = pyseccomp.TRACE(0)
_MAP_SHARED = 0x1
_FIONBIO = 0x5421


@cache
def call_numbers() -> dict[int, str]:
    """Return {number: kernel name} of all calls that any mechanism lists, on this architecture."""
    return numbers(CALLS)


def numbers(calls: Iterable[str]) -> dict[int, str]:
    """Resolve names to numbers; names this architecture does not have are left out."""
    resolved = {}
    for name in calls:
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        if number >= 0:
            resolved[number] = name
    return resolved


@cache
def program(*, ends: bool = False) -> bytes:
    """Return the filter as a BPF program, for seccomp(2)'s SECCOMP_SET_MODE_FILTER.

    Args:
        ends: who ends itself stops, too.
    """
    rules = _rules()
    for number, name in call_numbers().items():
        if name == "mmap":
            shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _MAP_SHARED, _MAP_SHARED)
            rules.add_rule(_TRACE, number, shared)
        elif name == "ioctl":
            rules.add_rule(_TRACE, number, pyseccomp.Arg(1, pyseccomp.EQ, _FIONBIO))
        else:
            rules.add_rule(_TRACE, number)
    for number in (RESTART_SYSCALL, *((EXIT, EXIT_GROUP) if ends else ())):
        rules.add_rule(_TRACE, number)
    if protocol.ANNOUNCE_NR >= 0:
        announced = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, protocol.MAGIC_MASK, protocol.MAGIC)
        rules.add_rule(_TRACE, protocol.ANNOUNCE_NR, announced)
    return _exported(rules)


@cache
def of_prelude(source: int) -> bytes:
    """Return the filter for what an interpreter does before it reads its program (`prelude`).

    Besides what leads to the program, only that stops its caller which the program will notice: the actions
    for signals, and random numbers.

    Args:
        source: the descriptor that the program is read from; -1: it is opened by its path.
    """
    rules = _rules()
    if source >= 0:
        rules.add_rule(_TRACE, "read", pyseccomp.Arg(0, pyseccomp.EQ, source))
    else:
        for number in numbers(OPENING):
            rules.add_rule(_TRACE, number)
    rules.add_rule(_TRACE, "getrandom")
    rules.add_rule(_TRACE, "rt_sigaction", pyseccomp.Arg(1, pyseccomp.NE, 0))
    return _exported(rules)


def _rules() -> pyseccomp.SyscallFilter:
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for number in numbers(REFUSED):
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), number)
    return rules


def _exported(rules: pyseccomp.SyscallFilter) -> bytes:
    reader = os.memfd_create("filter", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(reader), "wb") as file:
            rules.export_bpf(file)
        os.lseek(reader, 0, os.SEEK_SET)
        return os.read(reader, 1 << 20)
    finally:
        os.close(reader)
