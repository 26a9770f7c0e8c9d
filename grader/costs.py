"""What a run costs: seconds of a machine of usual speed that has nothing else to do.

A clock would make the number of schedules, and so a verdict, depend on how busy a machine is, and on how many
runs it makes side by side. This depends on nothing but what was run. The figures were measured on a processor
of 2022; it matters that they are the same everywhere, not that they are exact.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from grader.model.history import History, Op

_RUN_S: Final = 0.015
_OPERATION_S: Final = 0.000_15
_PROCESS_S: Final = 0.005
_INTERPRETER_S: Final = 0.08
"""Python makes some hundred system calls before a program's first line."""


def cost_of(history: History) -> float:
    """Return what a run costs, in seconds."""
    started = [op for op in history.ops if op.f == "exec"]
    interpreters = sum(_interpreted(op) for op in started)
    forked = sum(op.f == "fork" for op in history.ops)
    return (
        _RUN_S
        + _OPERATION_S * len(history.ops)
        + _PROCESS_S * (len(started) + forked)
        + _INTERPRETER_S * interpreters
    )


def _interpreted(op: Op) -> bool:
    argv = op.value.get("argv")
    return isinstance(argv, list) and bool(argv) and PurePath(str(argv[0])).name.startswith("python")
