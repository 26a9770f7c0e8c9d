"""Bounds of a run that are checked while it goes on."""

from __future__ import annotations

import os
from pathlib import Path


class LimitReached(Exception):  # noqa: N818 - it ends a run, it is not an error of the grader
    """A limit ended the run.

    Attributes:
        limit: as in RunEnd.limit.
        detail: a sentence for people.
    """

    def __init__(self, limit: str, detail: str) -> None:
        self.limit = limit
        self.detail = detail
        super().__init__(detail)


class CpuWatch:
    """Measures the CPU time a thread spends from now on.

    Args:
        tid: the thread.
        cpu_s: how much it may spend.
    """

    def __init__(self, tid: int, cpu_s: float) -> None:
        self._tid = tid
        self._cpu_s = cpu_s
        self._begun: float | None = None

    def exceeded(self) -> bool:
        """Whether it has spent more; the first question starts the clock."""
        spent = _cpu_seconds(self._tid)
        if self._begun is None:
            self._begun = spent
        return spent - self._begun > self._cpu_s


def _cpu_seconds(tid: int) -> float:
    try:
        fields = Path(f"/proc/{tid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
