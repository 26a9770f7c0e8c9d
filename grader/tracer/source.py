"""From a stopped thread to a line of the student's source.

Which call of the program led to a system call is found on the stack: the return address nearest to its top
that lies in the program's own code, right behind a call instruction. Lines come from DWARF (pyelftools).
"""

from __future__ import annotations

import bisect
import io
import os
import posixpath
import struct

from elftools.common.exceptions import ELFError
from elftools.dwarf.lineprogram import LineProgram
from elftools.elf.elffile import ELFFile

from grader.tracer import proc, ptrace

_STACK_BYTES = 2048


def code_range(tid: int) -> tuple[int, int, int]:
    """Return (start, end, load base) of the executable code of a process' program; zeros if unknown."""
    maps = proc.mappings(tid)
    try:
        inode = os.stat(f"/proc/{tid}/exe").st_ino
    except OSError:
        return 0, 0, 0
    own = [mapping for mapping in maps if mapping.inode == inode]
    code = [mapping for mapping in own if "x" in mapping.permissions]
    if not code:
        return 0, 0, 0
    return code[0].start, code[-1].end, own[0].start - own[0].offset


def caller(tid: int, sp: int, ip: int, code: tuple[int, int, int]) -> int:
    """Return the address, relative to the load base, in the program's code that made a call; 0 if unknown."""
    start, end, base = code
    if not start:
        return 0
    if start <= ip < end:
        return ip - 1 - base
    stack = ptrace.read_memory(tid, sp, _STACK_BYTES)
    for (word,) in struct.iter_unpack("<Q", stack[: len(stack) // 8 * 8]):
        if start < word < end and _behind_call(ptrace.read_memory(tid, word - 7, 7)):
            address: int = word - 1 - base
            return address
    return 0


def _behind_call(code: bytes) -> bool:
    """Whether the bytes before an address end in a call: E8 rel32, or FF /2 in its usual lengths (x86-64)."""
    if len(code) < 7:
        return False
    if code[2] == 0xE8:
        return True
    return any(code[-length] == 0xFF and code[1 - length] & 0x38 == 0x10 for length in (2, 3, 6, 7))


class Lines:
    """Source lines of one program.

    Args:
        binary: the ELF file; anything else yields no lines.
    """

    def __init__(self, binary: bytes) -> None:
        self._addresses: list[int] = []
        self._places: list[tuple[str, int]] = []
        self._first = 0
        try:
            self._read(ELFFile(io.BytesIO(binary)))
        except (ELFError, ValueError, KeyError, IndexError, AssertionError, UnicodeDecodeError, struct.error):
            # A damaged or hostile binary costs its lines, not the verdict.
            self._addresses, self._places = [], []

    def _read(self, elf: ELFFile) -> None:
        if not elf.has_dwarf_info():
            return
        loads = [segment for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD"]
        self._first = loads[0]["p_vaddr"] - loads[0]["p_offset"]
        dwarf = elf.get_dwarf_info()
        rows: dict[int, tuple[str, int]] = {}
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            for entry in program.get_entries():
                state = entry.state
                if state is None:
                    continue
                if state.end_sequence:
                    rows.setdefault(state.address, ("", 0))
                else:
                    rows[state.address] = (_file_name(program, state.file), state.line)
        self._addresses = sorted(rows)
        self._places = [rows[address] for address in self._addresses]

    def find(self, address: int) -> tuple[str, int]:
        """Return (file, line) of an address relative to the load base; ("", 0) if unknown."""
        index = bisect.bisect_right(self._addresses, address + self._first) - 1
        return self._places[index] if index >= 0 else ("", 0)


def _file_name(program: LineProgram, number: int) -> str:
    header = program.header
    # Up to DWARF 4 files are counted from 1.
    index = number if header.version >= 5 else number - 1
    if not 0 <= index < len(header.file_entry):
        return ""
    name: str = header.file_entry[index].name.decode("utf-8", "replace")
    return posixpath.basename(name)
