"""Advisory locks: flock(2), and fcntl(2) record locks; also the other uses of fcntl."""

from __future__ import annotations

import fcntl
from collections.abc import Hashable

from grader.mechanisms.base import Args, Call, Value, View, fd_of, flag_names, s32, unpack

_OPERATIONS = {1: "LOCK_SH", 2: "LOCK_EX", 8: "LOCK_UN", 4: "LOCK_NB"}
_COMMANDS = {
    getattr(fcntl, name): name
    for name in ("F_DUPFD", "F_GETFD", "F_SETFD", "F_GETFL", "F_SETFL", "F_GETLK", "F_SETLK", "F_SETLKW")
} | {1030: "F_DUPFD_CLOEXEC", 36: "F_OFD_GETLK", 37: "F_OFD_SETLK", 38: "F_OFD_SETLKW", 1031: "F_SETPIPE_SZ"}
_WAITING = {fcntl.F_SETLKW, 38}
_LOCKING = {5, 6, 7, 36, 37, 38}
_TYPES = {0: "F_RDLCK", 1: "F_WRLCK", 2: "F_UNLCK"}


def _fcntl(view: View, args: Args) -> Value:
    command = s32(args[1])
    value: Value = {"fd": s32(args[0]), "cmd": _COMMANDS.get(command, str(command))}
    if command in _LOCKING:
        kind, whence, start, length = unpack(view, args[2], "<hhxxxxqq")
        value |= {"type": _TYPES.get(kind, str(kind)), "whence": whence, "start": start, "len": length}
    elif command not in (1, 3):
        value["arg"] = s32(args[2])
    return value


def _fcntl_rival(view: View, args: Args) -> Hashable:
    if s32(args[1]) not in _WAITING:
        return None
    kind, _whence, start, length = unpack(view, args[2], "<hhxxxxqq")
    return ("fcntl", view.descriptor(s32(args[0])), kind, start, length)


def _flock_rival(view: View, args: Args) -> Hashable:
    return ("flock", view.descriptor(s32(args[0])), args[1] & 3)


CALLS = {
    "fcntl": Call(
        f="fcntl",
        enter=_fcntl,
        target=fd_of(),
        blocks=lambda _view, args: s32(args[1]) in _WAITING,
        rival=_fcntl_rival,
    ),
    "flock": Call(
        f="flock",
        enter=lambda _view, args: {"fd": s32(args[0]), "operation": flag_names(s32(args[1]), _OPERATIONS)},
        target=fd_of(),
        blocks=lambda _view, args: not args[1] & 4 and args[1] & 3 != 0,
        rival=_flock_rival,
    ),
}
