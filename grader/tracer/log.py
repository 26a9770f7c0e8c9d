"""The log of a thread: accesses that its run-time wrote down instead of stopping at each of them.

It lies in the thread's own memory (grader/shim/accesses.c) and is read whenever the thread stops, before
anybody else runs, so its entries have their place in the total order. All of them are of one epoch: a thread
stops before it does what may put its accesses in order with others'. So those of one place in the program are
put together, as far as they touch, until the thread does something else or somebody else goes on.
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


class Gathered:
    """What a thread has written down since it last stopped for anything but a full log."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._done: list[Logged] = []

    def read(self, tid: int, address: int, *, begins: bool) -> None:
        """Take over what has come into a thread's log.

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
            if start < end:
                self.add(code, caller, start, end)

    def add(self, code: int, caller: int, start: int, end: int) -> None:
        """Note accesses to [start, end)."""
        if code == Code.FREED:
            self._close()
            self._done.append(Logged(Code.FREED, start, end, caller))
        elif code in _CODES:
            self._pieces.setdefault((code, caller), []).append((start, end))

    def take(self) -> list[Logged]:
        """Return all that was noted, and forget it."""
        if not self._pieces and not self._done:
            return []
        self._close()
        done, self._done = self._done, []
        return done

    def _close(self) -> None:
        for (code, caller), pieces in self._pieces.items():
            self._done += [Logged(Code(code), start, end, caller) for start, end in merged(pieces)]
        self._pieces.clear()


def merged(pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Put together half-open intervals that overlap or touch; in the order of their starts."""
    begun, upto = 0, -1
    for start, end in sorted(pieces):
        if start > upto:
            if upto >= 0:
                yield begun, upto
            begun = start
        upto = max(upto, end)
    if upto >= 0:
        yield begun, upto


def stack_around(address: int) -> tuple[int, int]:
    """Return (start, size) of the memory that will be the next thread's when the owner of a log has ended.

    The log is thread-local, and so lies at the end of the thread's stack.
    """
    return address - _STACK_MAX, _STACK_MAX + _BEHIND


_CODES = frozenset(
    {Code.LOAD, Code.STORE, Code.VOLATILE_LOAD, Code.VOLATILE_STORE, Code.READ_RANGE, Code.WRITE_RANGE,
     Code.LOAD_STORE}
)  # fmt: skip
