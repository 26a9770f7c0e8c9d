"""What the history keeps of an announcement of the run-time (grader.shim.protocol)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from grader.shim.protocol import NAMES, PHASES, Announcement, Code

Place: TypeAlias = Callable[[int], tuple[str, int]]
"""From an address of the caller to (object, offset)."""

UNRECORDED = frozenset(
    code
    for code in Code
    if NAMES[code] in ("sem_open", "sem_close", "sem_unlink", "pthread_create", "unwatched", "log")
)
"""What the system calls tell better, or nobody asks for."""

_ORDERS = ("relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst")
_COND_WAITS = frozenset({"pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait"})


def value_of(told: Announcement, place: Place) -> dict[str, Any]:
    """Return the value of an operation that begins, or of an access."""
    _object, offset = place(told.address)
    f = NAMES[told.code]
    value: dict[str, Any] = {"offset": offset, "size": told.size}
    if told.code is Code.LOOKS:
        value["writes"] = bool(told.extra1)
    elif f.startswith("atomic_"):
        if told.code is Code.ATOMIC_FENCE:
            value = {}
        value["order"] = _order(told.extra1 & 0xFF)
        if told.code is Code.ATOMIC_COMPARE_EXCHANGE:
            value["failure_order"] = _order(told.extra1 >> 8)
    elif f == "sem_init":
        value |= {"pshared": told.extra1, "value": told.extra2}
    elif f.endswith("_init"):
        value["pshared"] = told.extra1
        if told.code is Code.PTHREAD_MUTEX_INIT:
            value["robust"] = told.extra2 >> 8
        elif told.code is Code.PTHREAD_BARRIER_INIT:
            value["count"] = told.extra2
    elif f in _COND_WAITS:
        mutex, at = place(told.extra2)
        value["mutex"] = {"object": mutex, "offset": at}
    return value


def is_point(told: Announcement) -> bool:
    """Whether it is an access, and no call."""
    return PHASES[told.code] == "point"


def exchanged(told: Announcement, memory: bytes) -> bool:
    """Whether a compare-and-exchange that is about to be made finds what it expects in the memory."""
    size = min(told.size, 8)  # of the operand only so much is told
    return memory[:size] == (told.extra2 & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def _order(number: int) -> str:
    return _ORDERS[number] if number < len(_ORDERS) else "seq_cst"
