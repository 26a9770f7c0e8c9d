"""C: ROLE.c, together with every other C file beside it that defines no `main`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from grader import shim
from grader.executors import _unchecked
from grader.executors._evasion import hooks_defined, refused, refused_hook, tell_unseen
from grader.executors._gcc import Complaint, first_error
from grader.executors._run_time import put_run_time
from grader.executors.base import FOLDER, NOT_EXECUTED, Program, Workshop, stopped, text_of
from grader.executors.tree import SourceTree, printable
from grader.model.errors import HostError
from grader.sandbox.box import CommandResult

LANGUAGE_FLAGS: Final = ("-std=gnu11", "-Wall", "-Wextra", "-fno-omit-frame-pointer", "-pthread")
PLAIN_FLAGS: Final = ("-O0", "-g")
LIBRARIES: Final = ("-pthread", "-lrt", "-lm")

_READ = "man 1 gcc"
_QUIET = ("-fdiagnostics-color=never", "-fmessage-length=0")
_BUILD = "/build"
_HELPERS = "/build/helpers.a"
_OBJECT_MAX = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A compiled file; `object` is where, and empty if it does not compile."""

    file: str
    object: str
    main: bool
    result: CommandResult


class _C:
    priority = 20

    def roles(self, tree: SourceTree, wanted: Sequence[str]) -> list[str]:
        """Roles with a file of their name."""
        return [role for role in wanted if f"{role}.c" in tree.files]

    def build(self, roles: Sequence[str], workshop: Workshop) -> dict[str, Program]:
        """Compile every file once, then link each role."""
        if refused(workshop, roles):
            return {}
        mains = frozenset(f"{role}.c" for role in roles)
        compilation = _Compilation(workshop, mains, instrument=workshop.instrument)
        programs = compilation.build(roles)
        if workshop.instrument and compilation.unlinked:
            # The program may define a name that the run-time also has. That is no fault of the program.
            workshop.note("Instrumented, this cannot be linked; once more without:")
            for role in compilation.unlinked:
                workshop.findings.pop(role, None)
            programs |= _Compilation(workshop, mains, instrument=False).build(compilation.unlinked)
        tell_unseen(workshop, programs)
        if workshop.instrument and len(programs) == len(roles):
            _unchecked.advise(workshop, sorted(compilation.compiled))
        return programs


class _Compilation:
    def __init__(self, workshop: Workshop, mains: frozenset[str], *, instrument: bool) -> None:
        self._workshop = workshop
        self._mains = mains
        self._instrument = instrument
        self._flags = (*LANGUAGE_FLAGS, *(shim.COMPILE_FLAGS if instrument else PLAIN_FLAGS), *_QUIET)
        self._run_time: list[str] = []
        self.unlinked: list[str] = []
        self.compiled: list[str] = []

    def build(self, roles: Sequence[str]) -> dict[str, Program]:
        files = sorted(name for name in self._workshop.tree.files if name.endswith(".c") and "/" not in name)
        units = {file: self._compile(file, number) for number, file in enumerate(files)}
        helpers = [unit for file, unit in units.items() if file not in self._mains and not unit.main]
        usable = [unit.object for unit in helpers if unit.object]
        if usable:
            self._workshop.run(
                ["ar", "rcs", _HELPERS, *usable], shown=f"ar rcs {' '.join(unit.file for unit in helpers)}"
            )
        if self._instrument:
            self._run_time = put_run_time(self._workshop.box)
        broken = [unit for unit in helpers if not unit.object]
        self.compiled = [unit.file for unit in units.values() if unit.object]
        programs = {}
        for role in roles:
            program = self._role(role, units[f"{role}.c"], broken, _HELPERS if usable else "")
            if program is not None:
                programs[role] = program
        if len(programs) == len(roles):
            self._advise(broken)
        return programs

    def _compile(self, file: str, number: int) -> _Unit:
        target = f"{_BUILD}/{number}.o"
        result = self._workshop.run(
            ["gcc", *self._flags, "-c", _argument(file), "-o", target], shown=f"gcc -c {file}"
        )
        if result.status == NOT_EXECUTED:
            raise HostError("there is no C compiler: `apt install gcc libc6-dev`")
        if result.status != 0:
            return _Unit(file=file, object="", main=False, result=result)
        content = self._workshop.box.read(target, _OBJECT_MAX) or b""
        hook = hooks_defined(content, own=False)
        if hook:
            text = f"{file}:1: error: {refused_hook(hook)}\n".encode()
            result = replace(result, status=1, output=text)
            return _Unit(file=file, object="", main=False, result=result)
        return _Unit(file=file, object=target, main=defines_main(content), result=result)

    def _role(self, role: str, unit: _Unit, broken: Sequence[_Unit], helpers: str) -> Program | None:
        workshop = self._workshop
        if not unit.object:
            self._fail(role, unit.result, f"`{unit.file}` does not compile", unit.file)
            return None
        if not unit.main:
            workshop.fail(role, f"`{unit.file}` has no function `main`", file=unit.file, read=_READ)
            return None
        target = self._target(role)
        # An archive: the linker takes from it what is needed, so that a file that belongs to another program
        # and defines the same function does no harm.
        objects = [*self._run_time, unit.object, *([helpers] if helpers else [])]
        libraries = (*LIBRARIES, *(shim.LINK_FLAGS if self._instrument else ()))
        result = workshop.run(
            ["gcc", *objects, "-o", f"{FOLDER}/{target}", *libraries], shown=f"gcc -o {target}"
        )
        if result.status != 0:
            self.unlinked.append(role)
            for other in broken:
                self._fail(role, other.result, f"`{printable(other.file)}` does not compile", other.file)
            if not broken:
                self._fail(role, result, f"`{role}` cannot be linked")
            return None
        binary = workshop.box.read(f"{FOLDER}/{target}", workshop.size_max) or b""
        return Program(
            role=role,
            language="c",
            argv=(f"{FOLDER}/{target}",),
            binary=binary,
            instrumented=self._instrument,
        )

    def _target(self, role: str) -> str:
        taken = any(name.startswith(f"{role}/") for name in self._workshop.tree.files)
        return f"{role}.program" if taken else role

    def _fail(self, role: str, result: CommandResult, what: str, file: str = "") -> None:
        how = stopped(result, self._workshop.time_s)
        if how:
            self._workshop.fail(role, f"{what}: the compiler {how}", file=printable(file), read=_READ)
            return
        found = self._complaint(result)
        self._workshop.fail(
            role, f"{what}: {found.text}", file=printable(found.file or file), line=found.line, read=_READ
        )

    def _advise(self, broken: Sequence[_Unit]) -> None:
        for unit in broken:
            name, found = printable(unit.file), self._complaint(unit.result)
            text = f"`{name}` does not compile and was left out: {found.text}"
            self._workshop.advise(text, file=name, line=found.line, read=_READ)

    def _complaint(self, result: CommandResult) -> Complaint:
        text = text_of(result)
        found = first_error(text, self._workshop.tree.files)
        return found or Complaint(text=(text.strip().splitlines() or ["no reason was given"])[-1])


def defines_main(content: bytes) -> bool:
    """Whether an object file defines a global function `main`."""
    try:
        table = ELFFile(io.BytesIO(content)).get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return False
        return any(
            symbol["st_shndx"] != "SHN_UNDEF" and symbol["st_info"]["bind"] != "STB_LOCAL"
            for symbol in table.get_symbol_by_name("main") or ()
        )
    except (ELFError, ValueError, KeyError, OverflowError, UnicodeDecodeError):
        return False


def _argument(file: str) -> str:
    return f"./{file}" if file.startswith("-") else file


EXECUTOR: Final = _C()
