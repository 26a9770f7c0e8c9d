"""The log of a thread: accesses that its run-time wrote down instead of stopping at each of them.

It lies in the thread's own memory (grader/shim/accesses.c) and is read whenever the thread stops, before
anybody else runs, so its entries have their place in the total order. All of them are of one epoch: a thread
stops before it does what may put its accesses in order with others'.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from grader.shim.protocol import Code
from grader.tracer import ptrace

_HEAD = struct.Struct("<QQQQ")
_ENTRY = struct.Struct("<QQQQ")
_ENTRIES = 64
SIZE = _HEAD.size + _ENTRIES * _ENTRY.size
"""Bytes of a log, as the run-time tells them."""

_TAIL, _EPOCH = 8, 16
_STACK_MAX = 8 << 20
_BEHIND = 64 << 10


@dataclass(frozen=True, slots=True)
class Logged:
    """Accesses alike: to bytes [start, end) of the thread's memory, by one place of the program."""

    code: Code
    start: int
    end: int
    caller: int


def read(tid: int, address: int, *, begins: bool) -> Iterator[Logged]:
    """Return what has come into a thread's log since it was last read.

    Args:
        tid: the thread, stopped.
        address: of its log.
        begins: it is about to make a system call, by which others may learn of what it has done: a new
            epoch begins.
    """
    raw = ptrace.read_memory(tid, address, SIZE)
    if len(raw) < SIZE:
        return
    head, tail, epoch, spent = _HEAD.unpack_from(raw)
    if head != tail:
        ptrace.write_memory(tid, address + _TAIL, head.to_bytes(8, "little"))
    if begins and spent:
        ptrace.write_memory(tid, address + _EPOCH, struct.pack("<QQ", (epoch + 1) % (1 << 64), 0))
    for number in range(max(tail, head - _ENTRIES), head):
        caller, code, start, end = _ENTRY.unpack_from(raw, _HEAD.size + number % _ENTRIES * _ENTRY.size)
        if start < end and code in _CODES:
            yield Logged(Code(code), start, end, caller)


def stack_around(address: int) -> tuple[int, int]:
    """Return (start, size) of the memory that will be the next thread's when the owner of a log has ended.

    The log is thread-local, and so lies at the end of the thread's stack.
    """
    return address - _STACK_MAX, _STACK_MAX + _BEHIND


_CODES = frozenset(
    {Code.LOAD, Code.STORE, Code.VOLATILE_LOAD, Code.VOLATILE_STORE, Code.READ_RANGE, Code.WRITE_RANGE,
     Code.LOAD_STORE, Code.FREED}
)  # fmt: skip
