"""Makes a failing schedule small: the fewest context switches with which the same check still fails.

A schedule is a set of switches away from who would usually go on (grader.model.schedule), so making it small
is making a set small: delta debugging (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing
input", TSE 2002), with the run as the test.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Protocol, TypeAlias

from grader.model.schedule import Switch

Switches: TypeAlias = tuple[Switch, ...]


class Attempt(Protocol):
    """A run that was made with some switches."""

    @property
    def switches(self) -> Switches:
        """Those that were really made."""

    @property
    def fails(self) -> bool:
        """Whether it shows the same failure."""


Attempts: TypeAlias = Callable[[Sequence[Switches]], Generator[Attempt, None, None]]
"""Makes runs with these switches, and yields them in this order; may be closed before it is at its end."""


def shrink(first: Attempt, attempts: Attempts, budget: int) -> Attempt:
    """Return the failing run with the fewest switches that was found.

    Args:
        first: a failing run.
        attempts: makes runs.
        budget: how many runs may be looked at. The result does not depend on how many are made at once.
    """
    best, parts = first, 1
    while budget > 0 and best.switches:
        candidates = list(_without_a_part(best.switches, parts))[:budget]
        found = None
        runs = attempts(candidates)
        for attempt in runs:
            budget -= 1
            if attempt.fails and len(attempt.switches) < len(best.switches):
                found = attempt
                break
        runs.close()
        if found is not None:
            best, parts = found, max(parts - 1, 1 if not found.switches else 2)
        elif parts >= len(best.switches):
            break
        else:
            parts = min(max(parts * 2, 2), len(best.switches))
    return best


def _without_a_part(switches: Switches, parts: int) -> Iterator[Switches]:
    """Cut switches into so many parts, and yield all but one of them: the later parts are left out first."""
    size = -(-len(switches) // parts)
    for start in reversed(range(0, len(switches), size)):
        yield switches[:start] + switches[start + size :]
