"""From an address in a program's code to a line of the student's source: DWARF, read with pyelftools."""

from __future__ import annotations

import bisect
import io
import posixpath
import struct

from elftools.common.exceptions import ELFError
from elftools.dwarf.lineprogram import LineProgram
from elftools.elf.elffile import ELFFile


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
        dwarf = elf.get_dwarf_info(relocate_dwarf_sections=False)  # a linked file has nothing to relocate
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
