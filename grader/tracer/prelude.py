"""What an interpreter does before it reads its program, which is none of the program's.

Theory of operation. An interpreter that begins makes hundreds of calls, each of which would stop it twice or
more; they took the better part of a short run. So it begins with a filter that lets it go on
(`filter.of_prelude`). As it is about to read its program, nothing of which has been executed by then, it is
made to load the filter of programs first: the call it stands at becomes seccomp(2), and is then made again.
Of two filters the kernel obeys the stricter one, so what the first refuses stays refused, and from here on a
program is seen as any other.
"""

from __future__ import annotations

import struct

import pyseccomp

from grader.model.errors import InternalError
from grader.tracer import filter as seccomp
from grader.tracer import ptrace
from grader.tracer.arch import NT_PRSTATUS, Layout, Registers

_SECCOMP: int = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "seccomp")
_READ: int = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "read")
_OPENING = {number: seccomp.OPENING[name] for number, name in seccomp.numbers(seccomp.OPENING).items()}
_SET_MODE_FILTER = 1
_SPEC_ALLOW = 4
_INSTRUCTION = 8
_HEADER = struct.Struct("<Q Q")
"""struct sock_fprog: how many instructions (a short, padded), and where they are."""


class Prelude:
    """The beginning of one interpreter.

    Args:
        filter_program: of programs.
        path: of the program as it will be opened; "" if it is read from a descriptor.
    """

    def __init__(self, filter_program: bytes, path: str) -> None:
        self._filter = filter_program
        self._path = path.encode("utf-8", "surrogateescape")
        self._saved: tuple[bytes, int, bytes, int] | None = None

    @property
    def loading(self) -> bool:
        """Whether the filter is being loaded."""
        return self._saved is not None

    def ends(self, tid: int) -> bool:
        """Whether the call that an interpreter stands at leads to its program."""
        entry = ptrace.syscall_entry(tid)
        if not self._path:
            return entry.nr == _READ
        argument = _OPENING.get(entry.nr)
        if argument is None:
            return False
        text = ptrace.read_memory(tid, entry.args[argument], len(self._path) + 1)
        return text == self._path + b"\0"

    def load(self, tid: int, machine: Layout) -> None:
        """Have the interpreter load the filter instead of what it stands at; `loaded` follows at its exit.

        What it needs for that is written over its stack, and later restored: nothing else of it runs.

        Raises:
            InternalError: there is no room.
        """
        entry = ptrace.syscall_entry(tid)
        registers = bytes(ptrace.read_registers(tid, NT_PRSTATUS, machine.size))
        count = len(self._filter) // _INSTRUCTION
        code = _HEADER.pack(count, entry.sp + _HEADER.size) + self._filter
        stack = ptrace.read_memory(tid, entry.sp, len(code))
        if len(stack) != len(code) or not ptrace.write_memory(tid, entry.sp, code):
            raise InternalError("an interpreter has no room for its filter")
        self._saved = registers, entry.sp, stack, entry.nr
        Registers(tid, machine).change_call(_SECCOMP, (_SET_MODE_FILTER, _SPEC_ALLOW, entry.sp))
        ptrace.resume_to_exit(tid)

    def loaded(self, tid: int, machine: Layout) -> None:
        """Restore what was overwritten, and have the interpreter make its call again.

        Raises:
            InternalError: the kernel refused the filter.
        """
        assert self._saved is not None
        registers, place, stack, number = self._saved
        self._saved = None
        result = ptrace.syscall_result(tid)
        if result != 0:
            raise InternalError(f"an interpreter could not load its filter: error {-result}")
        ptrace.write_memory(tid, place, stack)
        ptrace.write_registers(tid, NT_PRSTATUS, registers)
        Registers(tid, machine).repeat_call(number, at_exit=True)
        ptrace.resume(tid)
