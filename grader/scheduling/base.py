"""What a strategy is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from grader.model.schedule import Act, Switch

SCRIPT = 0
CLOCK = -1
EARLY = -2

LOOKS_AT_SEVERAL = frozenset({"poll", "select", "epoll_wait"})
"""Operations on several objects, of which a candidate names one: any may be what others use as well."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can go on.

    Attributes:
        key: the thread's id inside the sandbox; SCRIPT: the script performs its next act; CLOCK: time passes
            although somebody is ready, as if all who are ready were slow; EARLY: the script goes on because
            the output it waited for is there, before those who are ready have come to rest.
        part: name in the cast; "" for script and clock.
        f: what it is about to do.
        target: id of the object concerned; "" if none.
        name: the same in every run: grader.model.schedule.
        nth: if it stands at the beginning of an operation: how many of this name it will have begun; for the
            script the position of the step. Else 0.
    """

    key: int
    part: str = ""
    f: str = ""
    target: str = ""
    name: str = ""
    nth: int = 0

    @property
    def act(self) -> Act:
        """The operation it is about to begin."""
        return Act(self.name, self.f, self.nth)


Options: TypeAlias = Mapping[str, Any]
"""What a strategy is told beyond the seed: a mapping as JSON has it."""


class Scheduler(Protocol):
    """Chooses who goes on. One instance makes one run; same seed and same candidates, same choices."""

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the chosen one.

        Args:
            candidates: never empty, in a deterministic order; CLOCK and EARLY stand at the end, and are
                never the only ones.
        """


class Strategy(Protocol):
    """What a file of `strategies/` offers under the name SCHEDULER."""

    def __call__(self, seed: int, options: Options) -> Scheduler:
        """Return the scheduler of one run."""


def usual(candidates: Sequence[Candidate], last: str) -> int:
    """Return who goes on without a context switch: the last one if it can, else the first."""
    return next((i for i, one in enumerate(candidates) if one.name == last and one.key >= 0), 0)


class Recording:
    """Does what a scheduler says, and takes down its choices.

    Args:
        scheduler: who chooses.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._last = ""
        self._steps: Counter[str] = Counter()
        self.switches: list[Switch] = []

    def choose(self, candidates: Sequence[Candidate]) -> int:
        """Return the position of the chosen one."""
        chosen = self._scheduler.choose(candidates)
        name = candidates[chosen].name
        if chosen != usual(candidates, self._last):
            self.switches.append(Switch(self._last, self._steps[self._last], name))
        self._steps[name] += 1
        self._last = name
        return chosen
