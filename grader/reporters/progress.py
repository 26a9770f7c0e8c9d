"""Progress of long work on a terminal; silent where nobody watches."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from grader.reporters._page import Page
from grader.reporters.base import Reporter

REPORTER: Final[Reporter | None] = None  # shows work being done, not a verdict

_WIDE: Final = 60


class Progress(Protocol):
    """What the work tells while it goes on; may be called from one thread only."""

    def stage(self, text: str) -> None:
        """Say that something without a known length begins, e.g. `building`."""

    def scenario(self, title: str, number: int, total: int, schedules: int) -> None:
        """Say that scenario `number` of `total` (from 1) begins and will run under so many schedules."""

    def schedule(self) -> None:
        """Say that one more schedule of this scenario is done."""


class Silent(AbstractContextManager["Silent"]):
    """Says nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to tidy up."""

    def stage(self, text: str) -> None:
        """Say nothing."""

    def scenario(self, title: str, number: int, total: int, schedules: int) -> None:
        """Say nothing."""

    def schedule(self) -> None:
        """Say nothing."""


class Bar(AbstractContextManager["Bar"]):
    """A bar that disappears when the work is done."""

    def __init__(self, console: Console) -> None:
        self._page = Page(console)
        columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False)]
        if console.width >= _WIDE:
            columns += [BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn()]
        self._progress = RichProgress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar, also after an error, so that what is printed next stands on a clean line."""
        self._progress.stop()

    def stage(self, text: str) -> None:
        """Show a text with a moving bar."""
        self._show(text, None)

    def scenario(self, title: str, number: int, total: int, schedules: int) -> None:
        """Show which scenario it is, with a bar over its schedules."""
        self._show(f"{number}/{total} {title}", schedules)

    def schedule(self) -> None:
        """Move the bar by one."""
        if self._task is not None:
            self._progress.advance(self._task)

    def _show(self, text: str, total: int | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        width = max(self._page.console.width - 45, 20)
        self._task = self._progress.add_task(self._page.name(text).plain[:width], total=total)


def make_progress(console: Console) -> Bar | Silent:
    """Return a bar where the console is a terminal, else something that says nothing.

    Args:
        console: where to show it; best one on standard error, so that a redirected report stays clean.
    """
    return Bar(console) if console.is_terminal else Silent()
