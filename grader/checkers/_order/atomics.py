"""What orders accesses by atomic operations: C11, 5.1.2.4, by memory order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping

from grader.checkers._order.blind import BLIND, Blind
from grader.checkers._order.clocks import NOTHING, Clock, Clocks, Handler, join
from grader.model.history import Op

ACQUIRE = frozenset({"acquire", "consume", "acq_rel", "seq_cst"})
RELEASE = frozenset({"release", "acq_rel", "seq_cst"})
_CHANGES = frozenset(
    {"atomic_exchange", "atomic_fetch_add", "atomic_fetch_sub", "atomic_fetch_and", "atomic_fetch_or",
     "atomic_fetch_xor", "atomic_fetch_nand", "atomic_compare_exchange"}
)  # fmt: skip
_LOADS = frozenset({"load", "volatile_load"})
_STORES = frozenset({"store", "volatile_store"})

Heads = dict[int, Clock]
"""The release sequences a value belongs to: by thread, what it knew at their head."""


class Atomics:
    """Atomic operations, and plain ones on bytes that are to be taken for atomic.

    Args:
        clocks: what they order.
        blind: memory in which not all is announced.
        trusted: (object, offset) of plain variables to be treated as if they were atomic.
    """

    def __init__(self, clocks: Clocks, blind: Blind, trusted: Collection[tuple[str, int]]) -> None:
        self._clocks = clocks
        self._blind = blind
        self._trusted = trusted
        self._heads: dict[Hashable, Heads] = {}
        self._seen: dict[int, Clock] = defaultdict(dict)
        self._fenced: dict[int, Clock] = {}

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left by an access."""
        plain = dict.fromkeys(_STORES, self._stores_plainly) if self._trusted else {}
        return {
            "atomic_store": self._stores,
            **dict.fromkeys(_CHANGES, self._changes),
            "atomic_fence": self._fences,
            **plain,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt by an access."""
        plain = dict.fromkeys(_LOADS, self._loads_plainly) if self._trusted else {}
        return {
            "atomic_load": self._loads,
            **dict.fromkeys(_CHANGES, self._loads),
            "atomic_fence": self._fenced_off,
            **plain,
        }

    def _loads(self, op: Op, thread: int) -> None:
        order = op.value.get("order", "seq_cst")
        if op.value.get("exchanged") is False:
            order = op.value.get("failure_order", order)
        self._load(op, thread, acquire=order in ACQUIRE)

    def _stores(self, op: Op, thread: int) -> None:
        self._store(op, thread, release=op.value.get("order", "seq_cst") in RELEASE)

    def _changes(self, op: Op, thread: int) -> None:
        """A read-modify-write continues the release sequences of the value it replaces."""
        if op.value.get("exchanged") is not False:
            release = op.value.get("order", "seq_cst") in RELEASE
            self._store(op, thread, release=release, continues=True)

    def _loads_plainly(self, op: Op, thread: int) -> None:
        if (op.object, op.value.get("offset")) in self._trusted:
            self._load(op, thread, acquire=True)

    def _stores_plainly(self, op: Op, thread: int) -> None:
        if (op.object, op.value.get("offset")) in self._trusted:
            self._store(op, thread, release=True, continues=True)

    def _load(self, op: Op, thread: int, *, acquire: bool) -> None:
        known: Clock = NOTHING
        for byte in _bytes(op):
            for clock in self._heads.get(byte, {}).values():
                known = join(known, clock)
        if acquire:
            self._clocks.learn(thread, known)
            if op.object in self._blind.objects:
                self._clocks.acquire(thread, BLIND)
        else:
            self._seen[thread] = join(self._seen[thread], known)

    def _store(self, op: Op, thread: int, *, release: bool, continues: bool = False) -> None:
        left = self._clocks.publish(thread) if release else self._fenced.get(thread, NOTHING)
        if release and op.object in self._blind.objects:
            self._clocks.release(thread, BLIND)
        for byte in _bytes(op):
            old = self._heads.get(byte, {})
            # A later store of the same thread continues its own sequence, and ends those of others.
            heads = dict(old) if continues else {thread: old[thread]} if thread in old else {}
            if left:
                heads[thread] = join(heads.get(thread, NOTHING), left)
            self._heads[byte] = heads

    def _fenced_off(self, op: Op, thread: int) -> None:
        if op.value.get("order", "seq_cst") in ACQUIRE:
            self._clocks.learn(thread, self._seen[thread])

    def _fences(self, op: Op, thread: int) -> None:
        if op.value.get("order", "seq_cst") in RELEASE:
            self._fenced[thread] = self._clocks.publish(thread)


def _bytes(op: Op) -> list[Hashable]:
    offset, size = op.value.get("offset"), op.value.get("size")
    if not isinstance(offset, int) or not isinstance(size, int):
        return []
    return [(op.object, offset + n) for n in range(size)]
