"""Compilers that instrument what a Makefile compiles: scripts of their names, which come first in PATH.

Each calls the compiler it stands for with the flags of `grader.shim` behind the Makefile's own, so that those
are overruled; what is to be linked statically is linked dynamically. Sanitizers are left out: they need more
memory than a program is given, and some of them to trace it themselves. When linking, gcc asks for the
libraries of its own thread sanitizer, and finds the run-time under their names. What is linked without the C
library is left as it is: the run-time cannot work there.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

from grader import shim
from grader.executors._run_time import FOLDER as RUN_TIME
from grader.executors._run_time import HOOKS, put_run_time
from grader.sandbox import archives
from grader.sandbox.box import Box
from grader.sandbox.isolation import MINIMAL_ENVIRONMENT

FOLDER: Final = "/build/bin"

_NAMES: Final = re.compile(r"([a-z0-9_]+-linux-gnu-)?(gcc|g\+\+|cc|c\+\+|c89|c99|clang|clang\+\+)(-[0-9.]+)?")

_WITHOUT_SANITIZERS = """#!/bin/sh
name=${{0##*/}}
PATH=${{PATH#{folder}:}}
for argument do
    shift
    case $argument in
    -fsanitize=*) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
"""

_PLAIN = f"""{_WITHOUT_SANITIZERS}exec "$name" "$@"
"""

_SCRIPT = f"""{_WITHOUT_SANITIZERS}links=yes
for argument do
    case $argument in
    -shared | -nostdlib | -nostartfiles | -r) exec "$name" "$@" ;;
    -c | -S | -E | -M | -MM) links=no ;;
    esac
done
for argument do
    shift
    case $argument in
    -static | -static-pie | -s | -Wl,-s | -Wl,-S | -Wl,--strip-all | -Wl,--strip-debug) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
if [ $links = yes ]; then
    set -- "$@" {{linked}}
fi
exec "$name" "$@" {{flags}}
"""

_NO_STRIP = """#!/bin/sh
# Symbols and lines are needed.
exit 0
"""


def put_compilers(box: Box, *, instrument: bool) -> dict[str, str]:
    """Put the scripts and the run-time into a sandbox, in folders that are there during a build only.

    Args:
        box: the sandbox.
        instrument: they instrument; otherwise they only leave out sanitizers.

    Returns:
        The variables that make a build use them.
    """
    if instrument:
        objects = put_run_time(box)
        scripts = {name: _script(name, objects, box.root) for name in _compilers()} | {"strip": _NO_STRIP}
    else:
        scripts = dict.fromkeys(_compilers(), _PLAIN.format(folder=f"{box.root}{FOLDER}"))
    contents = {name: text.encode() for name, text in scripts.items()}
    box.put(FOLDER, archives.of_mapping(contents, dict.fromkeys(contents, 0o755)), clear=True)
    return {"PATH": f"{FOLDER}:{MINIMAL_ENVIRONMENT['PATH']}"}


def _script(name: str, objects: list[str], root: str) -> str:
    if _is_clang(name):
        flags = (*shim.CLANG_COMPILE_FLAGS, "-fno-sanitize-link-runtime")
        linked = ("-x", "none", *(f"{root}{path}" for path in objects), *shim.LINK_FLAGS)
    else:
        flags = (*shim.COMPILE_FLAGS, f"-B{root}{RUN_TIME}/")
        linked = ("-x", "none", f"{root}{RUN_TIME}/{HOOKS}", *shim.LINK_FLAGS)
    quoted = " ".join(f"'{flag}'" for flag in (*flags, "-fno-omit-frame-pointer"))
    return _SCRIPT.format(folder=f"{root}{FOLDER}", flags=quoted, linked=" ".join(linked))


@functools.cache
def _compilers() -> tuple[str, ...]:
    """Return the names of the compilers that are installed."""
    found: set[str] = set()
    for folder in MINIMAL_ENVIRONMENT["PATH"].split(":"):
        if Path(folder).is_dir():
            found.update(path.name for path in Path(folder).iterdir() if _NAMES.fullmatch(path.name))
    return tuple(sorted(found))


@functools.cache
def _is_clang(name: str) -> bool:
    """Whether a compiler is clang: `cc` may be either."""
    for folder in MINIMAL_ENVIRONMENT["PATH"].split(":"):
        path = Path(folder, name)
        if path.exists():
            return "clang" in path.resolve().name
    return False
