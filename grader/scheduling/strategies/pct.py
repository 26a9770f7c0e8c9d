"""Priorities that change at few points: probabilistic concurrency testing.

Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding
bugs", ASPLOS 2010: with n threads and k steps, a run meets a given bug of depth d with a probability of at
least 1 / (n * k^(d-1)). A step here is an operation on an object that several threads use: only these can
come in an order that matters.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from grader.scheduling.base import LOOKS_AT_SEVERAL, Candidate, Options

_PATIENCE = 200


class Pct:
    """Whoever has the highest priority goes on; at d - 1 random steps he loses it.

    Args:
        seed: of priorities and change points.
        options: `depth` (d), `steps` (k, as an earlier run had them) and `contended`, the ids of the objects
            that several threads use.
    """

    def __init__(self, seed: int, options: Options) -> None:
        self._random = random.Random(seed)  # noqa: S311 - schedules are reproducible on purpose
        steps = max(int(options.get("steps", 1)), 1)
        depth = max(int(options.get("depth", 2)), 1)
        self._contended = frozenset(options.get("contended", ()))
        self._changes = sorted(self._random.randint(1, steps) for _ in range(depth - 1))
        self._priorities: dict[str, float] = {}
        self._lowest = 0.0
        self._step = 0
        self._in_a_row = 0
        self._last = ""

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the one with the highest priority."""
        chosen = self._highest(candidates)
        one = candidates[chosen]
        shared = one.target in self._contended or not one.target or one.f in LOOKS_AT_SEVERAL
        if one.nth and shared:
            self._step += 1
            if self._changes and self._step >= self._changes[0]:
                self._changes.pop(0)
                self._lower(one.name)
                chosen = self._highest(candidates)
        name = candidates[chosen].name
        self._in_a_row = self._in_a_row + 1 if name == self._last else 1
        self._last = name
        if self._in_a_row > _PATIENCE:  # it may wait for the others by asking again and again
            self._lower(name)
        return chosen

    def _highest(self, candidates: Sequence[Candidate]) -> int:
        for candidate in candidates:
            if candidate.name not in self._priorities:
                self._priorities[candidate.name] = 1 + self._random.random()
        return max(range(len(candidates)), key=lambda i: self._priorities[candidates[i].name])

    def _lower(self, name: str) -> None:
        self._lowest -= 1
        self._priorities[name] = self._lowest


SCHEDULER = Pct
