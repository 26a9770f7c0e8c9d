"""What a strategy is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SCRIPT = 0
CLOCK = -1


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can go on.

    Attributes:
        key: the thread's id inside the sandbox; SCRIPT: the script performs its next act; CLOCK: time passes
            although somebody is ready, as if all who are ready were slow.
        part: name in the cast; "" for script and clock.
        f: what it is about to do.
        target: id of the object concerned; "" if none.
    """

    key: int
    part: str = ""
    f: str = ""
    target: str = ""


class Scheduler(Protocol):
    """Chooses who goes on. One instance makes one run; same seed and same candidates, same choices."""

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the chosen one.

        Args:
            candidates: never empty, in a deterministic order; a CLOCK candidate is never the only one.
        """
