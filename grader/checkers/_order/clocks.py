"""Vector clocks: what each thread knows of all others, and what it has handed on where it synchronises."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeAlias

from grader.model.history import History, Op

Clock: TypeAlias = Mapping[int, int]
"""By the number of a thread, up to which of its epochs all is known. Never changed once it is made."""

Handler: TypeAlias = Callable[[Op, int], None]
"""What an op means; the number is that of the thread that makes it."""

NOTHING: Clock = {}


def join(one: Clock, other: Clock) -> Clock:
    """Return what is known by both together: `one` itself if the other adds nothing."""
    if one is other or not other:
        return one
    added = {number: time for number, time in other.items() if one.get(number, 0) < time}
    return {**one, **added} if added else one


class Clocks:
    """The clocks of all threads of a history, and what was left at each place of synchronisation.

    A thread *releases* at a key: whoever acquires that key afterwards knows all the thread has done so far.
    Keys are never cleared, so an acquisition may know too much, and never too little.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.numbers: dict[tuple[int, int], int] = {}
        self._now: list[Clock] = []
        self._left: dict[Hashable, Clock] = {}

    def add(self, pid: int, tid: int) -> int:
        """Add a thread that knows of itself only, and return its number."""
        number = self.numbers[pid, tid] = len(self._now)
        self._now.append({number: 1})
        return number

    def now(self, thread: int) -> Clock:
        """Return what a thread knows."""
        return self._now[thread]

    def publish(self, thread: int) -> Clock:
        """Return what a thread knows, to be handed on; what it does from now on is a new epoch."""
        clock = self._now[thread]
        self._now[thread] = {**clock, thread: clock[thread] + 1}
        return clock

    def learn(self, thread: int, clock: Clock) -> None:
        """Let a thread know what somebody else has handed on."""
        self._now[thread] = join(self._now[thread], clock)

    def release(self, thread: int, *keys: Hashable) -> None:
        """Leave what a thread knows at some keys."""
        clock = self.publish(thread)
        for key in keys:
            self._left[key] = join(self._left.get(key, NOTHING), clock)

    def acquire(self, thread: int, *keys: Hashable) -> None:
        """Let a thread know what was left at some keys."""
        for key in keys:
            self.learn(thread, self._left.get(key, NOTHING))

    def left(self, key: Hashable) -> Clock:
        """Return what was left at a key."""
        return self._left.get(key, NOTHING)

    def follow(self, thread: int, pid: int, tid: int | None = None) -> None:
        """Let a thread know all that another one, or those of a process, have done so far."""
        for (of, one), number in self.numbers.items():
            if of == pid and number != thread and (tid is None or tid == one):
                self.learn(thread, self.publish(number))

    def follow_all(self, thread: int) -> None:
        """Let a thread know everything: nobody can tell what made it go on."""
        for number in range(len(self._now)):
            if number != thread:
                self.learn(thread, self.publish(number))
