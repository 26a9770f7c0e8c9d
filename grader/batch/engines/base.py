"""What an engine is: somewhere gradings are made, side by side."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol

from grader.batch.model import Result, Task


class Engine(AbstractContextManager["Engine"], Protocol):
    """Takes gradings, and hands results back as futures of `concurrent.futures`."""

    def width(self) -> int:
        """Return how many gradings it makes at the same time, as far as it knows now."""

    def submit(self, task: Task) -> Future[Result]:
        """Have a grading made. The future's error, if any, is one of the engine and not of the grading."""
