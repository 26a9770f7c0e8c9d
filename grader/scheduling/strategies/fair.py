"""Everybody in turn: whoever has waited longest goes on; the seed decides who is first."""

from __future__ import annotations

import random
from collections.abc import Sequence

from grader.scheduling.base import Candidate, Options


class Fair:
    """Round robin over whoever is ready; nothing happens early or late while anybody is.

    Args:
        seed: of the order in which newcomers have their first turn.
        options: none are known.
    """

    def __init__(self, seed: int, options: Options) -> None:
        del options
        self._random = random.Random(seed)  # noqa: S311 - schedules are reproducible on purpose
        self._last: dict[int, float] = {}
        self._step = 0

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the one whose last turn is longest ago."""
        self._step += 1
        for candidate in candidates:
            if candidate.key not in self._last:
                self._last[candidate.key] = self._random.random() - 1
        positions = [i for i, candidate in enumerate(candidates) if candidate.key >= 0]
        chosen = min(positions, key=lambda i: self._last[candidates[i].key])
        self._last[candidates[chosen].key] = self._step
        return chosen


SCHEDULER = Fair
