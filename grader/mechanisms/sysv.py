"""System V queues, semaphore sets and shared memory: sysvipc(7)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable

from grader.mechanisms.base import Args, Call, Value, View, latin, s32, s64, shared_buffer, unpack

_NOWAIT = 0o4000
_FLAGS = {0o1000: "IPC_CREAT", 0o2000: "IPC_EXCL", _NOWAIT: "IPC_NOWAIT"}
_COMMANDS = {0: "IPC_RMID", 1: "IPC_SET", 2: "IPC_STAT", 3: "IPC_INFO"}
_SEM_COMMANDS = _COMMANDS | {
    11: "GETPID", 12: "GETVAL", 13: "GETALL", 14: "GETNCNT", 15: "GETZCNT", 16: "SETVAL", 17: "SETALL",
}  # fmt: skip
_IPC_64 = 0x100
_SEM_UNDO = 0x1000


def _flags(value: int) -> list[str]:
    return [name for bit, name in _FLAGS.items() if value & bit]


def _get(f: str, kind: str, *, key_only: bool, flags: int) -> Call:
    def enter(_view: View, args: Args) -> Value:
        value: Value = {"key": s32(args[0]), "flags": _flags(args[flags]), "mode": args[flags] & 0o777}
        if not key_only:
            value["n" if f == "semget" else "size"] = args[1]
        return value

    return Call(
        f=f,
        enter=enter,
        leave=lambda _view, _args, result: {"id": result},
        made=lambda view, args, result: view.made_system_v(kind, result, s32(args[0])),
        wakes=False,
    )


def _by_id(kind: str) -> Callable[[View, Args], str]:
    return lambda view, args: view.system_v(kind, s32(args[0]))


def _control(f: str, kind: str, names: dict[int, str], command: int) -> Call:
    def enter(view: View, args: Args) -> Value:
        word = names.get(s32(args[command]) & ~_IPC_64, str(s32(args[command])))
        value: Value = {"id": s32(args[0]), "cmd": word}
        if f == "semctl":
            value["num"] = s32(args[1])
            if word == "SETVAL":
                value["value"] = s32(args[3])
            elif word == "SETALL":
                raw = view.data(args[3], 64)
                value["values"] = list(struct.unpack(f"<{len(raw) // 2}H", raw))
        return value

    return Call(f=f, enter=enter, target=_by_id(kind))


def _operations(view: View, args: Args) -> list[dict[str, int | list[str]]]:
    raw = view.data(args[1], min(args[2], 500) * 6)
    return [
        {
            "num": num,
            "op": op,
            "flags": ["IPC_NOWAIT"] * bool(flags & _NOWAIT) + ["SEM_UNDO"] * bool(flags & _SEM_UNDO),
        }
        for num, op, flags in struct.iter_unpack("<Hhh", raw[: len(raw) // 6 * 6])
    ]


def _semop_waits(view: View, args: Args) -> bool:
    raw = view.data(args[1], min(args[2], 500) * 6)
    return any(
        op <= 0 and not flags & _NOWAIT
        for _num, op, flags in struct.iter_unpack("<Hhh", raw[: len(raw) // 6 * 6])
    )


def _semop_rival(view: View, args: Args) -> Hashable:
    return ("semop", args[0], view.data(args[1], min(args[2], 500) * 6))


_SEMOP = Call(
    f="semop",
    enter=lambda view, args: {"id": s32(args[0]), "ops": _operations(view, args)},
    target=_by_id("sysv-semaphore"),
    blocks=_semop_waits,
    rival=_semop_rival,
)


def _send(view: View, args: Args) -> Value:
    (kind,) = unpack(view, args[1], "<q")
    return {
        "id": s32(args[0]),
        "type": kind,
        "count": args[2],
        "flags": _flags(args[3]),
        "data": latin(view.data(args[1] + 8, min(args[2], 4096))),
        **shared_buffer(view, args[1] + 8),
    }


def _received(view: View, args: Args, result: int) -> Value:
    (kind,) = unpack(view, args[1], "<q")
    return {"type": kind, "data": latin(view.data(args[1] + 8, result))}


CALLS = {
    "msgget": _get("msgget", "sysv-queue", key_only=True, flags=1),
    "msgctl": _control("msgctl", "sysv-queue", _COMMANDS, 1),
    "msgsnd": Call(
        f="msgsnd",
        enter=_send,
        target=_by_id("sysv-queue"),
        blocks=lambda _view, args: not args[3] & _NOWAIT,
    ),
    "msgrcv": Call(
        f="msgrcv",
        enter=lambda view, args: {
            "id": s32(args[0]),
            "count": args[2],
            "type": s64(args[3]),
            "flags": _flags(args[4]),
            **shared_buffer(view, args[1] + 8),
        },
        leave=_received,
        target=_by_id("sysv-queue"),
        blocks=lambda _view, args: not args[4] & _NOWAIT,
        rival=lambda _view, args: ("msgrcv", args[0], args[3]),
    ),
    "semget": _get("semget", "sysv-semaphore", key_only=False, flags=2),
    "semctl": _control("semctl", "sysv-semaphore", _SEM_COMMANDS, 2),
    "semop": _SEMOP,
    "semtimedop": _SEMOP,
    "shmget": _get("shmget", "sysv-shared-memory", key_only=False, flags=2),
    "shmctl": _control("shmctl", "sysv-shared-memory", _COMMANDS, 1),
    "shmat": Call(
        f="shmat",
        enter=lambda _view, args: {"id": s32(args[0])},
        leave=lambda _view, _args, result: {"address": result},
        target=_by_id("sysv-shared-memory"),
        wakes=False,
    ),
    "shmdt": Call(
        f="shmdt",
        enter=lambda _view, args: {"address": args[0]},
        target=lambda view, args: view.address(args[0])[0],
        wakes=False,
    ),
}
