"""From a submission's files to programs: which executor builds which role.

A Makefile comes first, then ROLE.c, then ROLE.py; the roles of a submission may be of different languages.
Everything is compiled in a sandbox. Programs that were handed in compiled are not used.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.executors._flags import without_unclean
from grader.executors.base import FOLDER, Executor, Program, Workshop
from grader.executors.tree import SourceTree, printable
from grader.model.config import BuildConfig
from grader.model.errors import InternalError, SubmissionError
from grader.model.verdict import Finding
from grader.sandbox.box import Box

_NOT_EXECUTORS = frozenset({"base", "build", "tree"})
_COMPILED = (b"\x7fELF", b"!<arch>\n")
_SOURCE_MAX = 256 << 10
_TEXT_SUFFIXES = frozenset({".c", ".h", ".py", ".mk", ".sh", ".txt", ".md", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What became of a submission.

    Attributes:
        programs: by role; a role that could not be built is missing.
        archive: tar of /submission as it was after building; empty if nothing could be built.
        log: the commands and what they printed.
        findings: check `build`; `part` is the role. An error for each role that is missing.
        sources: text of the source files by name, for excerpts.
    """

    programs: dict[str, Program]
    archive: bytes
    log: str
    findings: tuple[Finding, ...]
    sources: dict[str, str]


def build(
    tree: SourceTree,
    roles: Sequence[str],
    box: Box,
    config: BuildConfig,
    *,
    instrument: bool,
    flags: Sequence[str] = (),
) -> Build:
    """Build roles of a submission.

    Args:
        tree: the submission.
        roles: names of the programs that are needed.
        box: where to build; what is in its /submission is replaced.
        config: bounds.
        instrument: announce accesses to shared memory (C without a Makefile).
        flags: each C file must compile with these flags of gcc as well.

    Returns:
        Programs and findings; never raises for what a submission contains.
    """
    usable, compiled = _without_compiled(tree)
    workshop = Workshop(usable, box, config, instrument=instrument)
    for note in tree.notes:
        workshop.note(note)
    programs: dict[str, Program] = {}
    archive = b""
    try:
        for executor in executors():
            _ask(executor, [role for role in roles if role not in programs], workshop, programs)
        if flags:
            programs = without_unclean(workshop, programs, flags)
        if programs:
            archive = box.collect(FOLDER, workshop.size_max)
    except SubmissionError as error:
        for role in roles:
            workshop.findings.pop(role, None)
            workshop.fail(role, str(error))
        programs = {}
    for role in roles:
        if role not in programs and role not in workshop.findings:
            workshop.fail(role, _missing(role, tree, compiled), read="the handout: what to hand in")
    return Build(
        programs=programs,
        archive=archive,
        log=workshop.log(),
        findings=workshop.result([role for role in roles if role not in programs]),
        sources=_sources(tree),
    )


def _ask(executor: Executor, missing: list[str], workshop: Workshop, programs: dict[str, Program]) -> None:
    """Let one executor build what is still missing. What it says counts, not what an earlier one said."""
    wanted = executor.roles(workshop.tree, missing)
    for role in wanted:
        workshop.findings.pop(role, None)
    if wanted:
        workshop.restart_clock()
        programs.update(executor.build(wanted, workshop))


@functools.cache
def executors() -> tuple[Executor, ...]:
    """Return one executor for each language, in the order in which they are asked.

    Raises:
        InternalError: a module of this package is no executor.
    """
    found: list[Executor] = []
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if info.name in _NOT_EXECUTORS or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"grader.executors.{info.name}")
        if not hasattr(module, "EXECUTOR"):
            raise InternalError(f"{module.__name__} does not define EXECUTOR")
        found.append(module.EXECUTOR)
    return tuple(sorted(found, key=lambda executor: executor.priority))


def _without_compiled(tree: SourceTree) -> tuple[SourceTree, frozenset[str]]:
    compiled = frozenset(name for name, content in tree.files.items() if content.startswith(_COMPILED))
    files = {name: content for name, content in tree.files.items() if name not in compiled}
    return SourceTree(files=files, modes=tree.modes, notes=tree.notes), compiled


def _missing(role: str, tree: SourceTree, compiled: frozenset[str]) -> str:
    expected = f"expected `{role}.c`, `{role}.py`, or a Makefile that builds `{role}`"
    if role in compiled:
        return f"`{role}` was handed in compiled, without its source: {expected}"
    sources = sorted(printable(name) for name in tree.files if name.endswith((".c", ".py")))
    found = f"found {', '.join(f'`{name}`' for name in sources[:8])}" if sources else "found no source file"
    return f"there is no program `{role}`: {expected}; {found}"


def _sources(tree: SourceTree) -> dict[str, str]:
    return {
        printable(name): content[:_SOURCE_MAX].decode(errors="replace")
        for name, content in tree.files.items()
        if Path(name).suffix in _TEXT_SUFFIXES and not content.startswith(_COMPILED)
    }
