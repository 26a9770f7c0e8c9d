"""The code of a traced program, and which of its calls led to a system call.

The stack of a thread inside the C library holds more than return addresses: what earlier calls left in frames
that are not filled, and registers with addresses of functions. A word is taken for a return address only if
the frames from there on fit together: functions keep their frame pointer (the executors compile so), so the
size of a frame is read off the function's first instructions, the saved frame pointer leads to the next one,
and the call that stands before the next return address must be one to this function. Written for x86-64.
"""

from __future__ import annotations

import bisect
import os
import struct
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from grader.tracer import proc, ptrace

_FILE_MAX = 4 << 20  # larger ones are interpreters: nobody asks for their lines
_STACK_BYTES = (2048, 16384)  # the first look, and beyond the buffer that fprintf(stderr) keeps there
_FRAMES_MAX = 200
_PROGRAMS_MAX = 32
_CALL_BYTES = 7
_PUSH_FRAME = b"\x55\x48\x89\xe5"  # push %rbp; mov %rsp,%rbp
_ADD_TO_STACK_POINTER = b"\x48\x83\xc4"
_ENDBR = b"\xf3\x0f\x1e\xfa"
_RESTORER = b"\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05"  # mov $15,%rax; syscall: back from a signal handler
_SYMBOL = struct.Struct("<IBBHQQ")
_SYMBOL_TABLE, _FUNCTION, _LOADED = 2, 2, 1


@dataclass(frozen=True, slots=True)
class Code:
    """The executable part of a program.

    Attributes:
        start, end: addresses in the process; zeros if unknown.
        base: where the file's address 0 is.
        text: the bytes between them.
        functions: (start, end) of its functions, sorted.
    """

    start: int = 0
    end: int = 0
    base: int = 0
    text: bytes = field(default=b"", repr=False)
    functions: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    _behind_calls: dict[int, bool] = field(default_factory=dict, repr=False, compare=False)
    _frames: dict[int, tuple[int, int] | None] = field(default_factory=dict, repr=False, compare=False)

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.end

    def behind_call(self, address: int) -> bool:
        """Whether a call instruction ends at an address.

        A function may begin behind the call with which the one above it ends: that is no return address.
        """
        known = self._behind_calls.get(address)
        if known is None:
            known = self._behind_calls[address] = self._is_behind_call(address)
        return known

    def _is_behind_call(self, address: int) -> bool:
        at = address - self.start
        if address not in self or not is_behind_call(self.text[max(at - _CALL_BYTES, 0) : at]):
            return False
        function = self.function(address)
        return function is None or function[0] != address

    def function(self, address: int) -> tuple[int, int] | None:
        """Return (start, end) of the function an address lies in."""
        position = bisect.bisect_right(self.functions, (address, self.end)) - 1
        found = self.functions[position] if position >= 0 else None
        return found if found is not None and address < found[1] else None

    def frame(self, address: int) -> tuple[int, int] | None:
        """Return (start, bytes below the saved frame pointer) of the function that calls from an address."""
        if address not in self._frames:
            self._frames[address] = self._frame(address)
        return self._frames[address]

    def _frame(self, address: int) -> tuple[int, int] | None:
        function = self.function(address)
        if function is None:
            return None
        at = function[0] - self.start
        if self.text.startswith(_ENDBR, at):
            at += len(_ENDBR)
        if not self.text.startswith(_PUSH_FRAME, at):
            return None
        size = _frame_size(self.text[at + len(_PUSH_FRAME) : at + 32])
        return function[0], size + self._pushed(address)

    def _pushed(self, address: int) -> int:
        """Return the bytes of arguments on the stack during a call, which are dropped right behind it."""
        at = address - self.start
        return self.text[at + 3] if self.text.startswith(_ADD_TO_STACK_POINTER, at) else 0

    def call_target(self, address: int) -> int | None:
        """Return where the call goes that ends at an address; None if it is an indirect one."""
        at = address - self.start
        if self.text[at - 5] != 0xE8:
            return None
        offset: int = struct.unpack_from("<i", self.text, at - 4)[0]
        return address + offset


class Stack:
    """The stack of a stopped thread, read once and in part."""

    def __init__(self, tid: int, sp: int) -> None:
        self._tid = tid
        self._data = b""
        self.sp = sp

    def read(self, size: int) -> tuple[int, ...]:
        """Return the words on top of the stack, up to so many bytes."""
        self._data = ptrace.read_memory(self._tid, self.sp, size)
        return struct.unpack_from(f"<{len(self._data) // 8}Q", self._data)

    def word(self, address: int) -> int:
        """Return the word at an address; 0 if there is none."""
        at = address - self.sp
        raw = self._data[at : at + 8] if at >= 0 else b""
        if len(raw) < 8:
            raw = ptrace.read_memory(self._tid, address, 8).ljust(8, b"\0")
        return int.from_bytes(raw, "little")

    def code(self, address: int, before: int, size: int) -> bytes:
        """Return code around an address."""
        return ptrace.read_memory(self._tid, address - before, size)


def load(tid: int) -> Code:
    """Return the code of the program a process has just begun to run; an empty one if that is unknown."""
    path = f"/proc/{tid}/exe"
    try:
        status = os.stat(path)
        binary = Path(path).read_bytes() if status.st_size <= _FILE_MAX else b""
    except OSError:
        return Code()
    own = [mapping for mapping in proc.mappings(tid) if mapping.inode == status.st_ino]
    executable = [mapping for mapping in own if "x" in mapping.permissions]
    if not binary or not executable:
        return Code()
    start, end = executable[0].start, executable[-1].end
    base = own[0].start - own[0].offset
    return _code(start, end, base, ptrace.read_memory(tid, start, end - start), _functions(binary))


@lru_cache(maxsize=_PROGRAMS_MAX)
def _code(start: int, end: int, base: int, text: bytes, functions: tuple[tuple[int, int], ...]) -> Code:
    """Return the same for the same program, which lies at the same addresses in each run."""
    return Code(start, end, base, text, tuple((base + first, base + last) for first, last in functions))


def caller(tid: int, sp: int, ip: int, code: Code) -> int:
    """Return the address, relative to the load base, in the program's code that made a call; 0 if unknown."""
    if not code.start:
        return 0
    if ip in code and code.frame(ip) is not None:
        return ip - 1 - code.base
    stack, first = Stack(tid, sp), 0
    looked = 0
    for size in _STACK_BYTES:
        words = stack.read(size)
        # Written out, for it is done for every word of the stack at every call.
        low, high = code.start, code.end
        for index in [i for i in range(looked, len(words)) if low <= words[i] < high]:
            word = words[index]
            if code.behind_call(word):
                if _live(stack, code, sp + 8 * index):
                    return word - 1 - code.base
                first = first or word - 1 - code.base
        looked = len(words)
    return first


def is_behind_call(code: bytes) -> bool:
    """Whether 7 bytes end in a call: E8 rel32, or FF /2 in its usual lengths."""
    if len(code) < _CALL_BYTES:
        return False
    if code[2] == 0xE8:
        return True
    return any(code[-length] == 0xFF and code[1 - length] & 0x38 == 0x10 for length in (2, 3, 6, 7))


def _live(stack: Stack, code: Code, place: int) -> bool:
    """Whether the return address at a place of the stack is of a frame that is still there."""
    frame = code.frame(stack.word(place))
    if frame is None:
        return False
    start, size = frame
    base = place + 8 + size  # where the frame pointer is saved
    for _ in range(_FRAMES_MAX):
        outer = stack.word(base + 8)
        if outer not in code:
            before = stack.code(outer, _CALL_BYTES, _CALL_BYTES + len(_RESTORER))
            return is_behind_call(before[:_CALL_BYTES]) or before[_CALL_BYTES:] == _RESTORER
        if not code.behind_call(outer) or code.call_target(outer) not in (None, start):
            return False
        frame = code.frame(outer)
        if frame is None:
            return True  # a function without a frame pointer, of another's making
        start, size = frame
        following = stack.word(base)
        if following != base + 16 + size:
            return False
        base = following
    return False


def _frame_size(prologue: bytes) -> int:
    """Return how far a function lowers its stack pointer after it has saved the frame pointer."""
    at = size = 0
    while at < len(prologue):
        if prologue[at] == 0x53:  # push %rbx
            at, size = at + 1, size + 8
        elif prologue[at] == 0x41 and 0x54 <= prologue[at + 1] <= 0x57:  # push %r12 ... %r15
            at, size = at + 2, size + 8
        elif prologue[at : at + 3] == b"\x48\x83\xec":  # sub $8 bits,%rsp
            return size + prologue[at + 3]
        elif prologue[at : at + 3] == b"\x48\x81\xec":  # sub $32 bits,%rsp
            return size + int.from_bytes(prologue[at + 3 : at + 7], "little")
        else:
            break
    return size


@lru_cache(maxsize=_PROGRAMS_MAX)
def _functions(binary: bytes) -> tuple[tuple[int, int], ...]:
    """Return the address ranges of an ELF file's functions, relative to where it is loaded, sorted."""
    try:
        return tuple(sorted(_symbols(binary)))
    except (struct.error, IndexError, ValueError):
        return ()  # a damaged or hostile file costs its lines


def _symbols(binary: bytes) -> list[tuple[int, int]]:
    (sections,) = struct.unpack_from("<Q", binary, 0x28)
    entry_size, count = struct.unpack_from("<HH", binary, 0x3A)
    found, first = [], _load_address(binary)
    for number in range(count):
        kind, _flags, _address, offset, size = struct.unpack_from(
            "<IQQQQ", binary, sections + number * entry_size + 4
        )
        if kind != _SYMBOL_TABLE:
            continue
        for _name, info, _other, _section, value, length in _SYMBOL.iter_unpack(
            binary[offset : offset + size]
        ):
            if info & 0xF == _FUNCTION and length:
                found.append((value - first, value - first + length))
    return found


def _load_address(binary: bytes) -> int:
    """Return the address an ELF file gives its own first byte."""
    (headers,) = struct.unpack_from("<Q", binary, 0x20)
    entry_size, count = struct.unpack_from("<HH", binary, 0x36)
    for number in range(count):
        kind, _flags, offset, address = struct.unpack_from("<IIQQ", binary, headers + number * entry_size)
        if kind == _LOADED:
            return int(address - offset)
    return 0
