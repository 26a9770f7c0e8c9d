"""What came before what in a run, whatever the schedule: happens-before, by vector clocks.

Theory of operation. The history is read once, from the first op to the last. Each thread has a clock that
says how much it knows of every thread; the script is a thread, too. A thread that synchronises *releases*
what it knows when it makes the call (the invoke), and a thread that is synchronised *acquires* it when its
call returns (the end), so an op between the two is never ordered too early. Each op is given its epoch
(thread, time) and the clock of its thread; one op is before another if that one's clock has its epoch
(FastTrack: Flanagan and Freund, 2009). Time passes at each release only.

Two ops that are not ordered here may be ordered all the same only if a call is missing in the history. So the
rule for whoever adds a call: rather too many edges than too few. `sleep` gives none, nor does virtual time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from grader.checkers._order.atomics import Atomics
from grader.checkers._order.blind import BLIND, Blind, Images
from grader.checkers._order.clocks import NOTHING, Clock, Clocks, Handler
from grader.checkers._order.file_locks import FileLocks
from grader.checkers._order.lives import Lives
from grader.checkers._order.locks import Locks
from grader.checkers._order.names import Names
from grader.checkers._order.queues import Queues
from grader.checkers._order.sets import Sets
from grader.checkers._order.streams import Streams
from grader.model.history import History, Op, OpType

__all__ = ["Order"]

_NOBODYS = frozenset({"output", "clock"})
"""Events the grader notes itself."""


class Order:
    """Happens-before over the ops of a history.

    Args:
        history: of one run.
        trusted: (object, offset) of plain variables that are to be treated as atomic ones: what would be in
            order if they were.
    """

    def __init__(self, history: History, trusted: Collection[tuple[str, int]] = ()) -> None:
        self._epochs: list[tuple[int, int] | None] = []
        self._known: list[Clock] = []
        self._clocks = clocks = Clocks(history)
        self._blind = blind = Blind(history)
        self._images = Images(history)
        self._lives = lives = Lives(clocks)
        self._begins: dict[str, list[Handler]] = defaultdict(list)
        self._ends: dict[str, list[Handler]] = defaultdict(list)
        for mechanism in (
            lives,
            Locks(clocks, blind),
            Atomics(clocks, blind, trusted),
            Sets(clocks),
            Names(clocks),
            FileLocks(clocks),
            Streams(clocks, lives.read_signals),
            Queues(clocks),
        ):
            for table, handlers in ((self._begins, mechanism.begins()), (self._ends, mechanism.ends())):
                for f, handler in handlers.items():
                    table[f].append(handler)
        for op in history.ops:
            self._read(op)

    def before(self, first: int, then: int) -> bool:
        """Whether one op, by its index, came before another one whatever the schedule."""
        epoch = self._epochs[first]
        if epoch is None or first >= then:
            return False
        thread, time = epoch
        return self._known[then].get(thread, 0) >= time

    def concurrent(self, one: int, other: int) -> bool:
        """Whether neither of two ops of threads is before the other."""
        if self._epochs[one] is None or self._epochs[other] is None or one == other:
            return False
        return not self.before(min(one, other), max(one, other))

    def thread(self, index: int) -> int:
        """Return the number of the thread that made an op; -1 for what the grader noted."""
        epoch = self._epochs[index]
        return -1 if epoch is None else epoch[0]

    def epoch(self, index: int) -> tuple[int, int]:
        """Return the thread and the time of an op."""
        return self._epochs[index] or (-1, 0)

    def _read(self, op: Op) -> None:
        if op.f in _NOBODYS or (op.pid and not op.tid):
            self._epochs.append(None)
            self._known.append(NOTHING)
            return
        thread = self._clocks.numbers.get((op.pid, op.tid))
        if thread is None:
            thread = self._clocks.add(op.pid, op.tid)
            if op.pid:
                self._lives.born(op, thread)
        if not op.pid:
            self._lives.sees(op, thread)
            self._note(thread)
            self._lives.acts(op, thread)
            return
        blind = bool(self._blind.images) and self._images.note(op) in self._blind.images
        if blind:
            self._clocks.acquire(thread, BLIND)
        if op.type is not OpType.INVOKE:
            for handler in self._ends.get(op.f, ()):
                handler(op, thread)
        self._note(thread)
        if op.invoked is None:
            for handler in self._begins.get(op.f, ()):
                handler(op, thread)
        if blind:
            self._clocks.release(thread, BLIND)

    def _note(self, thread: int) -> None:
        clock = self._clocks.now(thread)
        self._epochs.append((thread, clock[thread]))
        self._known.append(clock)
