"""A random walk: the baseline that is hard to beat (Thomson et al., SCTBench).

Uniform choice at every point hardly ever leaves anybody waiting for long, which is what many bugs need; so
each run draws how sticky it is (the chance that the same one goes on) and whom it treats as slow.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from grader.scheduling.base import CLOCK, EARLY, Candidate, Options

_STICKINESS = (0.0, 0.5, 0.8, 0.95)
_SLOW_CHANCE = 0.25
_SLOW_TURN = 0.05
_CLOCK_CHANCE = 0.1
_EARLY_CHANCE = 0.3


class Random:
    """Uniform, or sticky, or with some candidates slow: drawn from the seed.

    Args:
        seed: of all that is random.
        options: none are known.
    """

    def __init__(self, seed: int, options: Options) -> None:
        del options
        self._random = random.Random(seed)  # noqa: S311 - schedules are reproducible on purpose
        self._sticky = self._random.choice(_STICKINESS)
        self._slow: dict[int, bool] = {}
        self._last: int | None = None

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return a random position."""
        for key, chance in ((CLOCK, _CLOCK_CHANCE), (EARLY, _EARLY_CHANCE)):
            special = next((i for i, candidate in enumerate(candidates) if candidate.key == key), None)
            if special is not None and self._random.random() < chance:
                return special
        positions = [i for i, candidate in enumerate(candidates) if candidate.key >= 0]
        same = next((i for i in positions if candidates[i].key == self._last), None)
        if same is not None and self._random.random() < self._sticky:
            return same
        chosen = self._random.choice(self._without_slow(candidates, positions))
        self._last = candidates[chosen].key
        return chosen

    def _without_slow(self, candidates: Sequence[Candidate], positions: list[int]) -> list[int]:
        for position in positions:
            key = candidates[position].key
            if key not in self._slow:
                self._slow[key] = self._random.random() < _SLOW_CHANCE
        quick = [i for i in positions if not self._slow[candidates[i].key]]
        return quick if quick and self._random.random() > _SLOW_TURN else positions


SCHEDULER = Random
