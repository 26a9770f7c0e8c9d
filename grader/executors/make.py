"""A Makefile whose default target makes a file with the role's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.executors._compilers import put_compilers
from grader.executors._evasion import hooks_defined, instrumented, refused, refused_hook, tell_unseen
from grader.executors._gcc import first_error
from grader.executors._sanitizers import SANITIZE, refused_sanitizer, sanitizer
from grader.executors.base import FOLDER, NOT_EXECUTED, Program, Workshop, stopped, text_of
from grader.executors.tree import SourceTree, printable
from grader.model.errors import HostError
from grader.sandbox.box import CommandResult

NAMES: Final = ("GNUmakefile", "makefile", "Makefile")
"""In the order in which make looks for them."""

_ELF = b"\x7fELF"
_SCRIPT = b"#!"
_READ = "man 1 make"
_ENVIRONMENT = {"CFLAGS": "-O0 -g -fno-omit-frame-pointer"}  # for a Makefile that leaves them to make


class _Make:
    priority = 10

    def roles(self, tree: SourceTree, wanted: Sequence[str]) -> list[str]:
        """All of them, if there is a Makefile."""
        return list(wanted) if any(name in tree.files for name in NAMES) else []

    def build(self, roles: Sequence[str], workshop: Workshop) -> dict[str, Program]:
        """Run make once, and see which roles are there afterwards.

        If it does not make all of them with instrumenting compilers, it is run once more with its own.
        """
        if refused(workshop, roles):
            return {}
        result, programs = _run(workshop, roles, instrument=workshop.instrument)
        if workshop.instrument and (result.status != 0 or len(programs) < len(roles)):
            workshop.note("With instrumenting compilers that does not work; once more without:")
            workshop.reset()
            workshop.restart_clock()
            result, programs = _run(workshop, roles, instrument=False)
        for role, program in list(programs.items()):
            why_not = _unusable(program)
            if why_not:
                workshop.fail(role, f"`{role}` cannot be used: {why_not}")
                del programs[role]
        tell_unseen(workshop, programs)
        missing = [role for role in roles if role not in programs and role not in workshop.findings]
        if missing or result.status != 0:
            _report(result, missing, workshop)
        if not programs:
            workshop.reset()  # what a failed make left must not stand in the way of another executor
        return programs


def _unusable(program: Program) -> str:
    """Say why a program cannot be run; "" if it can."""
    name = hooks_defined(program.binary, own=program.instrumented)
    if name:
        return refused_hook(name)
    library = sanitizer(program.binary, own=program.instrumented)
    return refused_sanitizer(library) if library else ""


def _run(
    workshop: Workshop, roles: Sequence[str], *, instrument: bool
) -> tuple[CommandResult, dict[str, Program]]:
    """Run make, and return the programs it has made."""
    sanitizes = any(SANITIZE in content for content in workshop.tree.files.values())
    compilers = put_compilers(workshop.box, instrument=instrument) if instrument or sanitizes else {}
    result = workshop.run(["make"], _ENVIRONMENT | compilers, shown="make")
    if result.status == NOT_EXECUTED:
        raise HostError("there is no make: `apt install make`")
    made = {role: _made(role, workshop) for role in roles}
    return result, {role: program for role, program in made.items() if program is not None}


def _made(role: str, workshop: Workshop) -> Program | None:
    binary = workshop.box.read(f"{FOLDER}/{role}", workshop.size_max)
    if binary is None or not binary.startswith((_ELF, _SCRIPT)):
        return None
    if binary.startswith(_SCRIPT):
        return Program(role=role, language="other", argv=(f"{FOLDER}/{role}",))
    return Program(
        role=role,
        language="c",
        argv=(f"{FOLDER}/{role}",),
        binary=binary,
        instrumented=instrumented(binary),
    )


def _report(result: CommandResult, missing: Sequence[str], workshop: Workshop) -> None:
    file = next(name for name in NAMES if name in workshop.tree.files)
    text = text_of(result)
    found = first_error(text, workshop.tree.files)
    how = stopped(result, workshop.time_s)
    place, line = (printable(found.file), found.line) if found else ("", 0)
    if how:
        message = f"`make` {how}"
        place, line = "", 0
    elif found is not None:
        message = f"`make` failed: {found.text}"
    elif result.status != 0:
        last = (text.strip().splitlines() or ["it printed nothing"])[-1]
        message = f"`make` failed with status {result.status}: {last}"
    else:
        message = ""
    for role in missing:
        text = message or f"`make` ended well, but made no program `{role}`"
        workshop.fail(role, text, file=place or file, line=line, read=_READ)
    if message:  # in case that all programs are there nevertheless, or can be made without make
        workshop.advise(message, file=place or file, line=line, read=_READ)


EXECUTOR: Final = _Make()
