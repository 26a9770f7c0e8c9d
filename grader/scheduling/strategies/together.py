"""As many as possible at once inside a stretch of the programs that the scenario marks.

Whoever comes to the line that says that he is inside goes on only after all who may still come in, and is
held where he would say that he leaves: until so many are inside as there must be able to be, or nobody else
can go on. Who has nothing to do with it, as a writer among readers, goes on only when those cannot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.model.schedule import Act
from grader.scheduling.base import CLOCK, EARLY, Candidate, Options
from grader.scheduling.strategies.fair import Fair

_PATIENCE = 120
"""So often somebody goes on without anybody coming further; he may be asking again and again."""

_TIMES = 10
"""So often time passes while somebody is held: others may wait in vain again and again."""


class Together:
    """Everybody in turn, but for those who are inside.

    Args:
        seed: of the turns.
        options: `stretches`, for each thread its operations that print the first line and the last, each as
            [name, f, nth]; `strangers`, names of threads that have nothing to do with it; `least`, how many
            are to be inside.
    """

    def __init__(self, seed: int, options: Options) -> None:
        self._fair = Fair(seed, {})
        self._first = {Act(*first) for first, _last in options["stretches"]}
        self._last = {Act(*last) for _first, last in options["stretches"]}
        self._strangers = frozenset(options["strangers"])
        self._least = int(options["least"])
        self._inside: set[str] = set()
        self._vain: Counter[str] = Counter()
        self._times = 0
        self._over = False

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the one whose turn it is."""
        came = {one.name for one in candidates if one.act in self._first} - self._inside
        if came:
            self._inside |= came
            self._vain.clear()
        leaving = [i for i, one in enumerate(candidates) if one.act in self._last]
        self._over = self._over or len(leaving) >= self._least
        if not self._over:
            chosen = self._without(candidates, leaving)
            if chosen is not None:
                return chosen
            self._over = True
        return self._fair.choose(candidates)

    def _without(self, candidates: Sequence[Candidate], leaving: Sequence[int]) -> int | None:
        """Choose one who may come in, else one inside, else a stranger; None if all others leave."""
        threads = [i for i, one in enumerate(candidates) if one.key >= 0 and i not in leaving]
        inside = [i for i in threads if candidates[i].name in self._inside]
        others = [i for i in threads if i not in inside and self._vain[candidates[i].name] < _PATIENCE]
        strangers = [i for i in others if candidates[i].name in self._strangers]
        for group in ([i for i in others if i not in strangers], inside, strangers):
            if group:
                return self._turn(candidates, group)
        for key in (EARLY, CLOCK):
            for position, one in enumerate(candidates):
                if one.key == key and self._times < _TIMES:
                    self._times += key == CLOCK
                    return position
        return None

    def _turn(self, candidates: Sequence[Candidate], among: Sequence[int]) -> int:
        chosen = among[self._fair.choose([candidates[i] for i in among])]
        name = candidates[chosen].name
        if name in self._inside:
            self._vain.clear()
        self._vain[name] += 1
        return chosen


SCHEDULER = Together
