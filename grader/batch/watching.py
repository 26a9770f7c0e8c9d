"""How far a batch is: a display on a terminal, lines in a log elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from grader.batch.model import Entry, Result, Status, shown
from grader.batch.table import number

_WIDE = 70
_LOG_S = 30.0
"""A log gets a line about the whole so often."""


class Watcher(AbstractContextManager["Watcher"]):
    """Shows how far a batch is.

    Args:
        console: where; a display if it is a terminal, else a line for each result.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = self._logged = time.monotonic()
        self._total = self._before = 0
        self._counts: Counter[Status] = Counter()
        self._lost = 0
        self._bar: Progress | None = None
        if console.is_terminal:
            columns = [TextColumn("{task.description}", markup=False)]
            bar = (BarColumn(bar_width=20), MofNCompleteColumn()) if console.width >= _WIDE else ()
            self._bar = Progress(*columns, *bar, console=console, transient=True)
            self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, total: int) -> None:
        """Begin to count."""
        self._total = total
        self._began = self._logged = time.monotonic()
        if self._bar is None:
            self._say(f"{total} submissions")
        self._show()

    def known(self, status: Status) -> None:
        """Count one that was graded before."""
        self._before += 1
        self._counts[status] += 1
        self._show()

    def result(self, entry: Entry, result: Result) -> None:
        """Count one that was graded now."""
        self._counts[result.status] += 1
        if result.status is Status.GRADED and result.points < result.points_max:
            self._lost += 1
        if self._bar is None:
            self._say(f"{shown(entry.label)} {entry.exercise}: {_told(result)}")
            if time.monotonic() - self._logged > _LOG_S:
                self._logged = time.monotonic()
                self._say(self._summary())
        self._show()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(
                self._task, description=self._summary(), total=self._total, completed=self._counts.total()
            )

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)

    def _summary(self) -> str:
        done = self._counts.total()
        now = done - self._before
        minutes = (time.monotonic() - self._began) / 60
        rate = now / minutes if minutes > 0 else 0.0
        parts = [f"{done} done", f"{self._total - done} waiting", f"{self._lost} with points lost"]
        parts += [f"{self._counts[s]} {s.value}" for s in _TOLD if self._counts[s]]
        if now:
            left = (self._total - done) / rate if rate else 0.0
            parts += [f"{rate:.1f} a minute", f"{_duration(left)} left"]
        return ", ".join(parts)


_TOLD = (Status.UNDECIDED, Status.UNREADABLE, Status.ERROR)


def _told(result: Result) -> str:
    if result.status is Status.GRADED:
        return f"{number(result.points)} of {number(result.points_max)} points, {result.seconds:.1f} s"
    return f"{result.status.value}: {shown(result.reason)}"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return f"{minutes * 60:.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
