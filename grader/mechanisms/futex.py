"""futex(2): what semaphores, mutexes and conditions come down to when they must wait or wake."""

from __future__ import annotations

from collections.abc import Hashable

from grader.mechanisms.base import Args, Call, Value, View, s32

_OPERATIONS = {
    0: "FUTEX_WAIT", 1: "FUTEX_WAKE", 3: "FUTEX_REQUEUE", 4: "FUTEX_CMP_REQUEUE", 5: "FUTEX_WAKE_OP",
    6: "FUTEX_LOCK_PI", 7: "FUTEX_UNLOCK_PI", 9: "FUTEX_WAIT_BITSET", 10: "FUTEX_WAKE_BITSET",
    11: "FUTEX_WAIT_REQUEUE_PI", 13: "FUTEX_LOCK_PI2",
}  # fmt: skip
_WAITING = {0, 6, 9, 11, 13}
_COMMAND = 0x7F
WAIT, WAIT_BITSET = 0, 9


def operation(args: Args) -> int:
    """Return the operation without its flags (FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME)."""
    return s32(args[1]) & _COMMAND


def _enter(view: View, args: Args) -> Value:
    _object, offset = view.address(args[0])
    return {
        "op": _OPERATIONS.get(operation(args), str(operation(args))),
        "offset": offset,
        "value": s32(args[2]),
    }


def _name(view: View, args: Args) -> str:
    if not view.address(args[0])[0].startswith("semaphore:"):
        return "futex"
    return "sem_wait" if operation(args) in _WAITING else "sem_post"


def _rival(view: View, args: Args) -> Hashable:
    if operation(args) not in _WAITING:
        return None
    shared, offset = view.address(args[0])
    # Forked processes have their own private locks at the same address.
    return ("futex", shared or view.address_space(), offset, args[2], operation(args))


CALLS = {
    "futex": Call(
        f="futex",
        enter=_enter,
        target=lambda view, args: view.address(args[0])[0],
        blocks=lambda _view, args: operation(args) in _WAITING,
        rival=_rival,
        name=_name,
    ),
}
