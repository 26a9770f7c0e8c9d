"""The choices of an earlier run again; without any, a run with as few context switches as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.scheduling.base import Candidate, Options, usual


class Replay:
    """Makes the switches it is given, and else lets go on who went on last.

    A switch to somebody who cannot go on is left out, so that a part of a schedule can be tried too.

    Args:
        seed: does not matter.
        options: `switches`, a list of [after, step, to]: grader.model.schedule.Switch.
    """

    def __init__(self, seed: int, options: Options) -> None:
        del seed
        self._switches = {(after, step): to for after, step, to in options.get("switches", ())}
        self._last = ""
        self._steps: Counter[str] = Counter()

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the one whose turn it was."""
        wanted = self._switches.get((self._last, self._steps[self._last]))
        chosen = next((i for i, one in enumerate(candidates) if one.name == wanted), None)
        if chosen is None:
            chosen = usual(candidates, self._last)
        self._last = candidates[chosen].name
        self._steps[self._last] += 1
        return chosen


SCHEDULER = Replay
