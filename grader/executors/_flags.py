"""Flags that an exercise demands: each C file must compile with them, or there is no program.

The programs that are run are built as always; this is a compilation of its own, of which nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.executors._gcc import first_error
from grader.executors.base import Program, Workshop, stopped, text_of
from grader.executors.tree import printable
from grader.sandbox.box import CommandResult

_QUIET: Final = ("-fdiagnostics-color=never", "-fmessage-length=0")
_OBJECT: Final = "/build/flags.o"
_READ: Final = "man 1 gcc"


def without_unclean(
    workshop: Workshop, programs: dict[str, Program], flags: Sequence[str]
) -> dict[str, Program]:
    """Return the programs all of whose files compile with some flags; report the others.

    A file `ROLE.c` belongs to that role, any other to all of them. One that does not compile without the
    flags either is not looked at: it is left out, or a Makefile says how it is compiled.

    Args:
        workshop: where they were built.
        programs: by role.
        flags: of gcc, e.g. `-Wall`, `-Werror`.
    """
    workshop.restart_clock()
    clean = dict(programs)
    for file in sorted(name for name in workshop.tree.files if name.endswith(".c")):
        role = file.removesuffix(".c")
        result = _compiled(workshop, file, flags)
        if result.status == 0 or _compiled(workshop, file, ()).status != 0:
            continue
        for unclean in [role] if role in programs else list(programs):
            clean.pop(unclean, None)
            _report(workshop, unclean, file, flags, result)
    return clean


def _compiled(workshop: Workshop, file: str, flags: Sequence[str]) -> CommandResult:
    shown = " ".join(["gcc", *flags, "-c", file])
    command = ["gcc", *flags, *_QUIET, "-pthread", "-c", f"./{file}", "-o", _OBJECT]
    return workshop.run(command, shown=shown)


def _report(workshop: Workshop, role: str, file: str, flags: Sequence[str], result: CommandResult) -> None:
    found = first_error(text_of(result), workshop.tree.files)
    how = stopped(result, workshop.time_s)
    reason = f"the compiler {how}" if how else found.text if found else "no reason was given"
    message = f"`{printable(file)}` does not compile with {' '.join(flags)}: {reason}"
    place = printable(found.file if found and found.file else file)
    workshop.fail(role, message, file=place, line=found.line if found else 0, read=_READ)
