"""One pair of operations in the order in which they did not come by themselves.

Most bugs of interprocess communication need two operations in the one order or the other, and nothing else
(Lu et al., "Learning from mistakes", ASPLOS 2008: nine in ten depend on the order of at most four accesses).
So who stands before the first operation of the pair is held until the second one was begun.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.schedule import BEYOND_FORK, FORKED, Act
from grader.scheduling.base import CLOCK, EARLY, Candidate, Options
from grader.scheduling.strategies.fair import Fair


class Directed:
    """Everybody in turn, but for one who is held.

    Whoever is held is let go when the other operation was begun, or nobody else can go on: then the pair has
    only one order.

    Args:
        seed: of the turns.
        options: `hold`, [name, f, nth] of the operation that is to come later, and `until`, of the one that
            is to come before it. If `until` names no operation (f is ""), until that thread cannot go on.
            `hold` may be what a thread does first after its nth fork (f is BEYOND_FORK).
    """

    def __init__(self, seed: int, options: Options) -> None:
        self._fair = Fair(seed, {})
        self._hold = Act(*options["hold"])
        self._until = Act(*options["until"])
        self._over = self._returned = False

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the one whose turn it is."""
        returning = self._returning(candidates)
        if returning is not None:
            return returning
        held = next((i for i, one in enumerate(candidates) if one.act == self._hold), None)
        if self._over or held is None:
            chosen = self._fair.choose(candidates)
        else:
            chosen = self._without(candidates, held)
        if candidates[chosen].act == self._until:
            self._over = True
        return chosen

    def _returning(self, candidates: Sequence[Candidate]) -> int | None:
        """Let who is to be held behind a fork return from it; he is held where he stands next."""
        if self._hold.f != BEYOND_FORK:
            return None
        name = self._hold.name
        for position, one in enumerate(candidates):
            if one.act == Act(name, FORKED, self._hold.nth):
                self._returned = True
                return position
            if self._returned and one.name == name and one.nth:
                self._hold = one.act
        return None

    def _without(self, candidates: Sequence[Candidate], held: int) -> int:
        if not self._until.f:
            wanted = [i for i, one in enumerate(candidates) if one.name == self._until.name]
            if wanted:
                return wanted[0]
        else:
            others = [i for i, one in enumerate(candidates) if i != held and one.key >= 0]
            if others:
                return others[self._fair.choose([candidates[i] for i in others])]
            for key in (EARLY, CLOCK):
                for position, one in enumerate(candidates):
                    if one.key == key:
                        return position
        self._over = True
        return held


SCHEDULER = Directed
