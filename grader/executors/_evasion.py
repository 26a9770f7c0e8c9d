"""What in a submission keeps its accesses to memory from being seen: found, and told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from grader.executors.base import Program, Workshop
from grader.executors.tree import printable
from grader.shim import MARKER

_SUFFIXES = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".C")
_HOOK = "__tsan_"
_UNSEEN = "What is not seen is not judged: a race there goes unnoticed here, and shows on another machine."
_COMMENT_OR_STRING = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
_ASSEMBLER = re.compile(
    r"""\b(asm|__asm|__asm__)\b(?!\s*(?:volatile|__volatile__)?\s*\(\s*"\s*"\s*[:)])(?=\s*(?:\w+\s*)?\()"""
)
_SWITCHES_OFF = re.compile(
    r"^[ \t]*#[ \t]*(?:(?:undef|define)[ \t]+|pragma[ \t]+(?:push|pop)_macro[ \t]*\([ \t]*\")"
    r"(?:__)?(?:no_sanitize|disable_sanitizer_instrumentation)[^\n]*",
    re.MULTILINE,
)


def refused(workshop: Workshop, roles: Sequence[str]) -> bool:
    """Report sources that switch off what finds races; no role is built of them."""
    for name, line, what in switched_off(workshop.tree.files):
        text = f"`{printable(name)}` takes back what the grader needs to find races: `{what}`"
        for role in roles:
            workshop.fail(role, text, file=printable(name), line=line)
        return True
    return False


def refused_hook(name: str) -> str:
    """Say why a program that defines a hook is not built."""
    return f"it defines `{name}`: names that begin with two underscores are the compiler's (C11, 7.1.3)"


def tell_unseen(workshop: Workshop, programs: Mapping[str, Program]) -> None:
    """Advise that accesses to memory are not seen in some programs, or in parts of them."""
    for role, program in sorted(programs.items()):
        if program.language == "c" and not program.instrumented and workshop.instrument:
            how = "because it was compiled by a compiler that was called by its path, or linked by hand"
            how = how if dynamic(program.binary) else "because it is linked statically"
            workshop.advise(f"`{role}` is not judged for races in memory, {how}", why=_UNSEEN)
    for name, line in assembler(workshop.tree.files) if workshop.instrument else ():
        text = f"what the inline assembler in `{printable(name)}` does to memory is not judged for races"
        workshop.advise(text, file=printable(name), line=line, why=_UNSEEN)


def switched_off(files: Mapping[str, bytes]) -> Iterator[tuple[str, int, str]]:
    """Yield (file, line, what) where sources take back what keeps instrumentation switched on."""
    for name, text in _sources(files):
        for found in _SWITCHES_OFF.finditer(text):
            yield name, _line(text, found.start()), found[0].strip()


def assembler(files: Mapping[str, bytes]) -> Iterator[tuple[str, int]]:
    """Yield (file, line) of the first inline assembler of each source that has any."""
    for name, text in _sources(files):
        blanked = _COMMENT_OR_STRING.sub(_blank, text)
        found = _ASSEMBLER.search(blanked)
        if found is not None:
            yield name, _line(text, found.start())


def hooks_defined(binary: bytes, *, own: bool) -> str:
    """Return the name of a hook that a program defines itself; "" if it defines none.

    Args:
        binary: an object file of the program, or all of it.
        own: it contains the run-time, whose hooks are global.
    """
    try:
        table = ELFFile(io.BytesIO(binary)).get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return ""
        for symbol in table.iter_symbols():
            local = symbol["st_info"]["bind"] == "STB_LOCAL"
            if symbol.name.startswith(_HOOK) and symbol["st_shndx"] != "SHN_UNDEF" and (local or not own):
                return str(symbol.name)
    except (ELFError, ValueError, KeyError, OverflowError, UnicodeDecodeError):
        return ""
    return ""


def instrumented(binary: bytes) -> bool:
    """Whether a program was linked with the run-time, and some of it compiled to call it."""
    return MARKER in binary


def dynamic(binary: bytes) -> bool:
    """Whether a program is linked dynamically."""
    try:
        return any(
            segment["p_type"] == "PT_INTERP" for segment in ELFFile(io.BytesIO(binary)).iter_segments()
        )
    except (ELFError, ValueError, KeyError, OverflowError, UnicodeDecodeError):
        return True


def _sources(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in sorted(files.items()):
        if name.endswith(_SUFFIXES):
            yield name, content.decode(errors="replace")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _blank(match: re.Match[str]) -> str:
    """What has no meaning here; strings keep their quotes, for empty assembler is a fence of the compiler."""
    kept = '""' if match[0] == '""' else '"x"' if match[0].startswith('"') else ""
    return kept.ljust(len(match[0])) if "\n" not in match[0] else "\n" * match[0].count("\n")
