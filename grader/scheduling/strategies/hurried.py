"""One who sleeps goes on before anybody else, and wakes at once: a sleep puts nothing in order."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.schedule import Act
from grader.scheduling.base import CLOCK, Candidate, Options
from grader.scheduling.strategies.fair import Fair


class Hurried:
    """A thread goes on as long as it can, and time passes when it sleeps; else everybody in turn.

    This ends when it cannot go on for the first time after that sleep.

    Args:
        seed: of the turns.
        options: `sleep`, [name, f, nth] of the sleep.
    """

    def __init__(self, seed: int, options: Options) -> None:
        self._fair = Fair(seed, {})
        self._sleep = Act(*options["sleep"])
        self._begun = self._woken = self._over = False

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the one whose turn it is."""
        if self._over:
            return self._fair.choose(candidates)
        sleeper = next((i for i, one in enumerate(candidates) if one.name == self._sleep.name), None)
        if sleeper is not None:
            self._woken = self._begun
            self._begun = self._begun or candidates[sleeper].act == self._sleep
            return sleeper
        clock = next((i for i, one in enumerate(candidates) if one.key == CLOCK), None)
        if self._begun and not self._woken and clock is not None:
            return clock
        self._over = self._woken
        return self._fair.choose(candidates)


SCHEDULER = Hurried
"""What a strategy is."""
