"""`grader trace`: the IPC history of any program, as it happens, or a stored one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import store
from grader.model.errors import UsageError
from grader.reporters.stream import line
from grader.scenarios.follow import follow

_BUFFER = 1 << 16
_STDERR = 2


def run(options: argparse.Namespace) -> int:
    """Follow a command, whose exit status is ours, or show a stored history."""
    if len(options.command) == 1 and options.command[0].endswith(store.SUFFIX):
        from grader.commands import console
        from grader.reporters.history import print_history

        print_history(store.read_history(Path(options.command[0])), console.stdout())
        return 0
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise UsageError("name the program to follow: grader trace -- CMD [ARG...]")
    interactive = sys.stderr.isatty()
    with open(_STDERR, "w", buffering=1 if interactive else _BUFFER, closefd=False, errors="replace") as out:
        write = out.write

        def sink(
            pid: int, f: str, target: str, value: Mapping[str, Any], result: int | None, error: str
        ) -> None:
            write(line(pid, f, target, value, result, error))

        return follow(command, sink)
