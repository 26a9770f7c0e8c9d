"""The ptrace(2) requests this package needs, through ctypes. No policy.

All requests for a tracee must come from the one thread that seized it (ptrace(2)). Every request may fail
with ESRCH, because a tracee can be killed at any moment: callers get `ProcessLookupError` and must take it
as "ended, its death is about to be reported".
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import NamedTuple

_libc = ctypes.CDLL(None, use_errno=True)
_ptrace = _libc.ptrace
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_ptrace.restype = ctypes.c_long

PTRACE_CONT = 7
PTRACE_SYSCALL = 24
PTRACE_GETEVENTMSG = 0x4201
PTRACE_GETSIGINFO = 0x4202
PTRACE_GETREGSET = 0x4204
PTRACE_SETREGSET = 0x4205
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
PTRACE_LISTEN = 0x4208
PTRACE_GET_SYSCALL_INFO = 0x420E

OPTIONS = (
    0x1  # TRACESYSGOOD
    | 0x2  # TRACEFORK
    | 0x4  # TRACEVFORK
    | 0x8  # TRACECLONE
    | 0x10  # TRACEEXEC
    | 0x40  # TRACEEXIT
    | 0x80  # TRACESECCOMP
    | 0x100000  # EXITKILL
)

EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC = 1, 2, 3, 4
EVENT_EXIT, EVENT_SECCOMP, EVENT_STOP = 6, 7, 128

WALL = 0x40000000
"""waitpid: children of every kind, also those made by clone without SIGCHLD."""


_INFO_SIZE = 88
_info = ctypes.create_string_buffer(_INFO_SIZE)
_info_address = ctypes.addressof(_info)
_entry_words = struct.Struct("<8xQQ7Q").unpack_from
_exit_word = struct.Struct("<24xq").unpack_from
"""struct ptrace_syscall_info: op, arch, ip and sp, then number and arguments, or the result.

The buffers of this module are shared by all calls: tracing is the work of one thread (see above).
"""


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


_vm_readv = _libc.process_vm_readv
_vm_writev = _libc.process_vm_writev
for _function in (_vm_readv, _vm_writev):
    _function.argtypes = [
        ctypes.c_int,
        ctypes.POINTER(_Iovec),
        ctypes.c_ulong,
        ctypes.POINTER(_Iovec),
        ctypes.c_ulong,
        ctypes.c_ulong,
    ]
    _function.restype = ctypes.c_ssize_t


class SyscallEntry(NamedTuple):
    """A system call about to be made: number, six arguments, and where user space was."""

    nr: int
    args: tuple[int, int, int, int, int, int]
    ip: int
    sp: int


def _request(request: int, tid: int, address: object, data: object) -> int:
    result: int = _ptrace(request, tid, address, data)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace request {request:#x}: {os.strerror(number)}")
    return result


def seize(tid: int) -> None:
    """Become the tracer of a running process without stopping it; its children are seized too.

    Raises:
        PermissionError: ptrace is not allowed here (a container's filter, Yama).
        ProcessLookupError: no such process.
    """
    _request(PTRACE_SEIZE, tid, None, OPTIONS)


def resume(tid: int, signal: int = 0) -> None:
    """Let a stopped tracee run to its next stop, delivering `signal` if it is in a signal-delivery stop."""
    _request(PTRACE_CONT, tid, None, signal or None)


def resume_to_exit(tid: int, signal: int = 0) -> None:
    """Let a stopped tracee run until the next entry or exit of any system call."""
    _request(PTRACE_SYSCALL, tid, None, signal or None)


def listen(tid: int) -> None:
    """Leave a tracee in its group-stop, so that SIGCONT works as it does without a tracer."""
    _request(PTRACE_LISTEN, tid, None, None)


def interrupt(tid: int) -> None:
    """Make a running or sleeping tracee stop soon; a call it sleeps in is interrupted."""
    _request(PTRACE_INTERRUPT, tid, None, None)


def event_message(tid: int) -> int:
    """Return the number that goes with a ptrace event: the new tid, the exit status."""
    value = ctypes.c_ulong()
    _request(PTRACE_GETEVENTMSG, tid, None, ctypes.addressof(value))
    return value.value


def syscall_entry(tid: int) -> SyscallEntry:
    """Return the call a tracee in a seccomp stop or entry stop is about to make."""
    _request(PTRACE_GET_SYSCALL_INFO, tid, _INFO_SIZE, _info_address)
    ip, sp, nr, a0, a1, a2, a3, a4, a5 = _entry_words(_info)
    return SyscallEntry(nr, (a0, a1, a2, a3, a4, a5), ip, sp)


def syscall_result(tid: int) -> int:
    """Return what the call a tracee in an exit stop has made returns: negative is -errno."""
    _request(PTRACE_GET_SYSCALL_INFO, tid, _INFO_SIZE, _info_address)
    result: int = _exit_word(_info)[0]
    return result


def signal_info(tid: int) -> bytes:
    """Return the siginfo_t of a tracee in a signal-delivery stop.

    Raises:
        OSError: EINVAL if the stop is a group-stop.
    """
    buffer = ctypes.create_string_buffer(128)
    _request(PTRACE_GETSIGINFO, tid, None, ctypes.addressof(buffer))
    return buffer.raw


def read_registers(tid: int, kind: int, size: int) -> bytearray:
    """Read a register set (NT_PRSTATUS and others) of at most `size` bytes."""
    buffer = ctypes.create_string_buffer(size)
    iovec = _Iovec(ctypes.addressof(buffer), size)
    _request(PTRACE_GETREGSET, tid, kind, ctypes.addressof(iovec))
    return bytearray(buffer.raw[: iovec.length])


def write_registers(tid: int, kind: int, data: bytes) -> None:
    """Write a register set."""
    buffer = ctypes.create_string_buffer(bytes(data), len(data))
    iovec = _Iovec(ctypes.addressof(buffer), len(data))
    _request(PTRACE_SETREGSET, tid, kind, ctypes.addressof(iovec))


_READ_MAX = 1 << 16
_memory = ctypes.create_string_buffer(_READ_MAX)
_local = _Iovec(ctypes.addressof(_memory), 0)
_remote = _Iovec(0, 0)
_local_pointer, _remote_pointer = ctypes.pointer(_local), ctypes.pointer(_remote)


def read_memory(tid: int, address: int, size: int) -> bytes:
    """Read up to `size` bytes; fewer, or none, where the memory is not mapped."""
    if size > _READ_MAX:
        head = read_memory(tid, address, _READ_MAX)
        rest = read_memory(tid, address + _READ_MAX, size - _READ_MAX) if len(head) == _READ_MAX else b""
        return head + rest
    if size <= 0:
        return b""
    _local.length = _remote.length = size
    _remote.base = address
    count = _vm_readv(tid, _local_pointer, 1, _remote_pointer, 1, 0)
    if count > 0:
        return ctypes.string_at(_memory, count)
    # The whole range is refused when its first page is absent only; retry to the end of the page.
    to_page_end = 4096 - address % 4096
    return read_memory(tid, address, to_page_end) if size > to_page_end else b""


def write_memory(tid: int, address: int, data: bytes) -> bool:
    """Write bytes; False if the memory is not mapped for writing."""
    buffer = ctypes.create_string_buffer(data, len(data))
    local = _Iovec(ctypes.addressof(buffer), len(data))
    remote = _Iovec(address, len(data))
    count: int = _vm_writev(tid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    return count == len(data)
