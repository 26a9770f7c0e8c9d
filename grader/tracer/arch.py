"""What differs between architectures: register layout, and how a call is skipped or repeated.

Numbers, arguments and results come from PTRACE_GET_SYSCALL_INFO and need none of this.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from grader.model.errors import HostError
from grader.tracer import ptrace

NT_PRSTATUS = 1
NT_ARM_SYSTEM_CALL = 0x404


@dataclass(frozen=True, slots=True)
class Layout:
    """Offsets, in 8-byte words, into the NT_PRSTATUS register set.

    Attributes:
        arguments: of the six arguments of a call.
        number: of the call's number as the instruction takes it.
        result: of the call's result.
        pc: of the program counter.
        size: of the set, bytes.
        instruction: length of the instruction that makes a call, bytes.
        skip: of the word that is set to -1 to skip a call; None where NT_ARM_SYSTEM_CALL does that.
        audit: AUDIT_ARCH_* as in PTRACE_GET_SYSCALL_INFO.
        saved_sp: where a handler about to return finds the stack pointer it goes back to, from its own.
    """

    arguments: tuple[int, int, int, int, int, int]
    number: int
    result: int
    pc: int
    size: int
    instruction: int
    skip: int | None
    audit: int
    saved_sp: int


X86_64 = Layout((14, 13, 12, 7, 9, 8), 10, 10, 16, 27 * 8, 2, 15, 0xC000003E, 160)
AARCH64 = Layout((0, 1, 2, 3, 4, 5), 8, 0, 32, 34 * 8, 4, None, 0xC00000B7, 560)


@cache
def layout() -> Layout:
    """Return the layout of this machine.

    Raises:
        HostError: neither x86-64 nor aarch64.
    """
    machine = platform.machine()
    if machine == "x86_64":
        return X86_64
    if machine == "aarch64":
        return AARCH64
    raise HostError(f"tracing is written for x86-64 and aarch64; this machine is {machine}")


class Registers:
    """The general registers of a stopped tracee; `store` writes back what was changed."""

    def __init__(self, tid: int, machine: Layout) -> None:
        self._tid = tid
        self._machine = machine
        self._data = ptrace.read_registers(tid, NT_PRSTATUS, machine.size)

    def _get(self, word: int) -> int:
        value: int = struct.unpack_from("<Q", self._data, word * 8)[0]
        return value

    def _set(self, word: int, value: int) -> None:
        struct.pack_into("<Q", self._data, word * 8, value & 0xFFFFFFFFFFFFFFFF)

    def set_argument(self, index: int, value: int) -> None:
        """Change an argument of a call about to be made."""
        self._set(self._machine.arguments[index], value)

    def set_result(self, value: int) -> None:
        """Change what a call returns; negative is -errno."""
        self._set(self._machine.result, value)

    def store(self) -> None:
        """Write the registers back."""
        ptrace.write_registers(self._tid, NT_PRSTATUS, bytes(self._data))

    def skip_call(self, result: int) -> None:
        """At an entry stop: make no call, return `result`. Writes the registers back.

        On aarch64 the result register is the first argument, and the kernel keeps what is written here.
        """
        self.set_result(result)
        self._store_without_call()

    def repeat_call(self, number: int, *, at_exit: bool = False) -> None:
        """Make no call now (at an entry stop), or forget its result (at an exit stop), and make it again."""
        self._set(self._machine.pc, self._get(self._machine.pc) - self._machine.instruction)
        if self._machine.skip is not None:
            self._set(self._machine.number, number)
        if at_exit:
            self.store()
        else:
            self._store_without_call()

    def change_call(self, number: int, arguments: Sequence[int]) -> None:
        """At an entry stop: make another call instead, with these arguments. Writes the registers back."""
        for index, value in enumerate(arguments):
            self.set_argument(index, value)
        if self._machine.skip is not None:
            self._set(self._machine.skip, number)
        self.store()
        if self._machine.skip is None:
            ptrace.write_registers(self._tid, NT_ARM_SYSTEM_CALL, struct.pack("<i", number))

    def pass_call(self, result: int) -> None:
        """At any other stop: go on behind the call that would be made next, as if it had returned this."""
        self._set(self._machine.pc, self._get(self._machine.pc) + self._machine.instruction)
        self.set_result(result)
        self.store()

    def _store_without_call(self) -> None:
        if self._machine.skip is not None:
            self._set(self._machine.skip, -1)
            self.store()
        else:
            self.store()
            ptrace.write_registers(self._tid, NT_ARM_SYSTEM_CALL, b"\xff\xff\xff\xff")
