"""Time, as who sends scores knows it: to be replaced where nobody wants to wait."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to let it pass."""

    def now(self) -> float:
        """Return seconds since 1970."""

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""


class RealClock:
    """The machine's."""

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def wait(self, seconds: float) -> None:
        """Do nothing for so long; Ctrl-C ends it."""
        threading.Event().wait(max(seconds, 0.0))
