"""What orders accesses by semaphores, locks, conditions and barriers in memory, and by futexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from grader.checkers._order.blind import Blind, tagged
from grader.checkers._order.clocks import Clocks, Handler
from grader.checkers._order.lives import EXITS
from grader.checkers.base import argument
from grader.model.history import Op, OpType

MUTEX_LOCKS = frozenset(
    {"pthread_mutex_lock", "pthread_mutex_trylock", "pthread_mutex_timedlock", "pthread_mutex_clocklock",
     "pthread_spin_lock", "pthread_spin_trylock"}
)  # fmt: skip
MUTEX_UNLOCKS = frozenset({"pthread_mutex_unlock", "pthread_spin_unlock"})
READ_LOCKS = frozenset({"pthread_rwlock_rdlock", "pthread_rwlock_tryrdlock", "pthread_rwlock_timedrdlock"})
WRITE_LOCKS = frozenset({"pthread_rwlock_wrlock", "pthread_rwlock_trywrlock", "pthread_rwlock_timedwrlock"})
COND_WAITS = frozenset({"pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait"})
SEM_WAITS = frozenset({"sem_wait", "sem_trywait", "sem_timedwait", "sem_clockwait"})
_INITS = frozenset(
    {"sem_init", "pthread_mutex_init", "pthread_cond_init", "pthread_rwlock_init", "pthread_spin_init"}
)


class Locks:
    """Semaphores, mutexes, spin and read-write locks, conditions, barriers, futexes.

    Of a semaphore each wait comes after all posts made so far, whichever of them it needed.
    """

    def __init__(self, clocks: Clocks, blind: Blind) -> None:
        self._clocks = clocks
        self._blind = blind
        self._writers: set[tuple[int, Hashable]] = set()
        self._readers: set[tuple[int, Hashable]] = set()
        self._counts: dict[Hashable, int] = {}
        self._arrivals: Counter[Hashable] = Counter()
        self._rounds: dict[int, Hashable] = {}

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {
            "sem_post": self._leaves,
            **dict.fromkeys(MUTEX_UNLOCKS | _INITS, self._leaves),
            **dict.fromkeys(COND_WAITS, self._gives_mutex_back),
            "pthread_cond_signal": self._leaves,
            "pthread_cond_broadcast": self._leaves,
            "pthread_rwlock_unlock": self._unlocks_rwlock,
            "pthread_barrier_init": self._makes_barrier,
            "pthread_barrier_wait": self._arrives,
            "futex": self._wakes,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns."""
        return {
            **dict.fromkeys(SEM_WAITS | MUTEX_LOCKS, self._got),
            **dict.fromkeys(COND_WAITS, self._woken_by_condition),
            **dict.fromkeys(READ_LOCKS, self._read_locked),
            **dict.fromkeys(WRITE_LOCKS, self._write_locked),
            "pthread_barrier_wait": self._passes,
            "pthread_once": self._done_once,
            "sem_getvalue": self._got,
            "futex": self._woken_by_futex,
        }

    def _key(self, op: Op) -> Hashable:
        return self._blind.place(op, op.object, argument(self._clocks.history, op, "offset"))

    def _leaves(self, op: Op, thread: int) -> None:
        self._clocks.release(thread, self._key(op))

    def _got(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK:
            self._clocks.acquire(thread, self._key(op))
        elif op.error == "EOWNERDEAD":  # it was locked, and its last holder has ended
            self._clocks.acquire(thread, self._key(op), EXITS)

    def _done_once(self, op: Op, thread: int) -> None:
        self._clocks.acquire(thread, self._key(op))
        self._clocks.release(thread, self._key(op))

    # -- conditions ------------------------------------------------------------------------------------

    def _mutex(self, op: Op) -> Hashable:
        mutex = argument(self._clocks.history, op, "mutex")
        if not isinstance(mutex, dict):
            return self._key(op)
        return self._blind.place(op, str(mutex.get("object")), mutex.get("offset"))

    def _gives_mutex_back(self, op: Op, thread: int) -> None:
        self._clocks.release(thread, self._mutex(op))

    def _woken_by_condition(self, op: Op, thread: int) -> None:
        keys = [self._mutex(op), self._key(op)]
        if argument(self._clocks.history, op, "mutex") is None:
            self._clocks.follow_all(thread)
        self._clocks.acquire(thread, *keys, *([EXITS] if op.error == "EOWNERDEAD" else []))

    # -- read-write locks ------------------------------------------------------------------------------

    def _read_locked(self, op: Op, thread: int) -> None:
        key = self._key(op)
        if op.type is OpType.OK:
            self._readers.add((thread, key))
            self._clocks.acquire(thread, tagged("written", key))

    def _write_locked(self, op: Op, thread: int) -> None:
        key = self._key(op)
        if op.type is OpType.OK:
            self._writers.add((thread, key))
            self._clocks.acquire(thread, tagged("written", key), tagged("read", key))

    def _unlocks_rwlock(self, op: Op, thread: int) -> None:
        key = self._key(op)
        if (thread, key) in self._readers and (thread, key) not in self._writers:
            self._clocks.release(thread, tagged("read", key))
        else:
            self._clocks.release(thread, tagged("written", key), tagged("read", key))
        self._writers.discard((thread, key))

    # -- barriers --------------------------------------------------------------------------------------

    def _makes_barrier(self, op: Op, thread: int) -> None:
        key, count = self._key(op), op.value.get("count")
        # Made anew it may have another count: then rounds cannot be told apart.
        known = isinstance(count, int) and key not in self._counts and not self._arrivals[key]
        self._counts[key] = int(str(count)) if known else 0
        self._clocks.release(thread, key)

    def _arrives(self, op: Op, thread: int) -> None:
        key = self._key(op)
        count = self._counts.get(key, 0)
        turn = self._arrivals[key] // count if count else 0
        self._arrivals[key] += 1
        self._rounds[op.index] = tagged(f"round {turn}", key)
        self._clocks.release(thread, self._rounds[op.index])

    def _passes(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK and op.invoked in self._rounds:
            self._clocks.acquire(thread, self._key(op), self._rounds[op.invoked])

    # -- futexes ---------------------------------------------------------------------------------------

    def _wakes(self, op: Op, thread: int) -> None:
        word = str(op.value.get("op"))
        if "REQUEUE" in word or word == "FUTEX_WAKE_OP":  # the second address is not recorded
            self._clocks.release(thread, ("futexes", op.object or op.pid))
        elif "WAKE" in word or "UNLOCK" in word:
            self._clocks.release(thread, tagged("futex", self._key(op)))

    def _woken_by_futex(self, op: Op, thread: int) -> None:
        word = str(argument(self._clocks.history, op, "op"))
        if op.type is not OpType.OK or not ("WAIT" in word or "LOCK_PI" in word):
            return
        self._clocks.acquire(thread, tagged("futex", self._key(op)), ("futexes", op.object or op.pid))
        if not op.object:  # the end of a thread wakes who waits for its number
            self._clocks.follow(thread, op.pid)
