"""Sanitizers: those of a Makefile are left out (`_compilers`); a program that brings one still is found.

AddressSanitizer and its like reserve terabytes of address space, where a program is given what the site
allows; LeakSanitizer must be the tracer of what it looks at (clang's documentation of both).
"""

from __future__ import annotations

import io
from typing import Final

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

SANITIZE: Final = b"-fsanitize="
"""What a file must contain for compilers to be asked for one."""

_KINDS: Final = ("asan", "hwasan", "lsan", "msan", "tsan")


def sanitizer(binary: bytes, *, own: bool) -> str:
    """Return which sanitizer a program brings along, e.g. `asan`; "" if none.

    Args:
        binary: the program.
        own: it contains the grader's run-time, which goes by the name of one.
    """
    try:
        return _sanitizer(ELFFile(io.BytesIO(binary)), [kind for kind in _KINDS if kind != "tsan" or not own])
    except (ELFError, ValueError, KeyError, OverflowError, UnicodeDecodeError):
        return ""


def _sanitizer(elf: ELFFile, kinds: list[str]) -> str:
    for section in elf.iter_sections():
        if isinstance(section, DynamicSection):
            libraries = [str(tag.needed) for tag in section.iter_tags("DT_NEEDED")]  # type: ignore[attr-defined]
            for kind in kinds:
                if any(name.startswith(f"lib{kind}.") for name in libraries):
                    return kind
        elif isinstance(section, SymbolTableSection):
            defined = {symbol.name for symbol in section.iter_symbols() if symbol["st_shndx"] != "SHN_UNDEF"}
            for kind in kinds:
                if f"__{kind}_init" in defined:
                    return kind
    return ""


def refused_sanitizer(kind: str) -> str:
    """Say why a program with a sanitizer is not run."""
    return (
        f"it is built with a sanitizer ({kind}), which does not work where a program is traced and its "
        "memory limited; call the compiler by its name, and -fsanitize is left out here"
    )
