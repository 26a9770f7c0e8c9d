"""A strategy, as long as nobody starves by it.

Under one that prefers him, who asks again and again, or goes round and round, would do so for ever, and is
not to blame: a kernel lets everybody go on in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.registry import load
from grader.scheduling.base import Candidate, Options, Scheduler
from grader.scheduling.progress import FUTILE_HURRY, Progress

_FAIR: Final = "fair"
_AS_IT_WAS: Final = frozenset({_FAIR, "replay"})
"""Strategies that need no help: one is fair, and the other repeats what a run has done, help and all."""

_WAITS_MAX: Final = 1000
"""After so many choices of others, who could have gone on all the time gets his turns."""
_TURNS: Final = 500


def patient(strategy: str, seed: int, options: Options, progress: Progress) -> Scheduler:
    """Return a strategy that gives everybody his turn when nothing comes of its own choices.

    Args:
        strategy: its id.
        seed: of its choices.
        options: of the strategy.
        progress: of the run.
    """
    schedulers = load("grader.scheduling.strategies", "SCHEDULER")
    own: Scheduler = schedulers[strategy](seed, options)
    if strategy in _AS_IT_WAS:
        return own
    return _Patient(own, schedulers[_FAIR](seed, {}), progress)


class _Patient:
    """One strategy, and a fair one for when it is not fair at all."""

    def __init__(self, own: Scheduler, fair: Scheduler, progress: Progress) -> None:
        self._own = own
        self._fair = fair
        self._progress = progress
        self._waits: dict[int, int] = {}
        self._turns = 0

    def choose(self, candidates: Sequence[Candidate]) -> int:
        chosen = self._own.choose(candidates)
        self._waits = {one.key: self._waits.get(one.key, 0) + 1 for one in candidates if one.key >= 0}
        if max(self._waits.values(), default=0) > _WAITS_MAX:
            self._turns = _TURNS
        if self._turns or self._progress.futile > FUTILE_HURRY:
            self._turns = max(self._turns - 1, 0)
            chosen = self._fair.choose(candidates)
        self._waits[candidates[chosen].key] = 0
        return chosen
