"""Files, directories and what all descriptors have in common: open, close, read, write, dup, names."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Hashable

from grader.mechanisms.base import (
    POSIX_OBJECTS,
    Args,
    Call,
    Value,
    View,
    always,
    fd_of,
    flag_names,
    latin,
    path_of,
    posix_word,
    s32,
    s64,
    shared_buffer,
    shown_path,
    told_of_signals,
)

_ACCESS = {0: "O_RDONLY", 1: "O_WRONLY", 2: "O_RDWR"}
_FLAGS = {
    getattr(os, name): name
    for name in ("O_CREAT", "O_EXCL", "O_TRUNC", "O_APPEND", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY",
                 "O_NOFOLLOW")
}  # fmt: skip
_LARGEFILE = 0o100000
_NONBLOCK = os.O_NONBLOCK
STREAMS = frozenset({"pipe", "fifo", "socket", "terminal", "event", "timer", "queue"})


def open_flags(value: int) -> list[str]:
    """Name the flags of open(2)."""
    rest = value & ~os.O_ACCMODE & ~_LARGEFILE
    return [_ACCESS.get(value & os.O_ACCMODE, "O_ACCMODE"), *flag_names(rest, _FLAGS)]


def _open(path: int, flags: int, mode: int) -> Call:
    def enter(view: View, args: Args) -> Value:
        # shm_open and sem_open add these two by themselves.
        own = os.O_CLOEXEC | os.O_NOFOLLOW if view.text(args[path]).startswith(POSIX_OBJECTS) else 0
        value: Value = {"path": shown_path(view, args, path), "flags": open_flags(s32(args[flags]) & ~own)}
        if args[flags] & os.O_CREAT:
            value["mode"] = args[mode] & 0o7777
        return value

    def blocks(view: View, args: Args) -> bool:
        return not args[flags] & _NONBLOCK and path_of(path)(view, args).startswith("fifo:")

    def name(view: View, args: Args) -> str:
        return posix_word(view.text(args[path]), "sem_open", "shm_open", "open")

    return Call(
        f="open",
        enter=enter,
        leave=lambda _view, _args, result: {"fd": result},
        target=path_of(path),
        made=lambda view, _args, result: view.descriptor(result),
        blocks=blocks,
        name=name,
    )


def _where(view: View, args: Args, offset: int | None) -> Value:
    """Say where in a file is read or written; nothing for what has no offsets, and for O_APPEND."""
    fd = s32(args[0])
    if view.kind(fd) != "file" or view.flags(fd) & os.O_APPEND:
        return {}
    at = view.position(fd) if offset is None else s64(args[offset])
    return {} if at is None else {"offset": at}


def _transfers(kind: str, offset: int | None = None) -> Call:
    """A call that reads or writes (fd, buffer, count), at the offset in an argument if there is one."""

    def enter(view: View, args: Args) -> Value:
        value: Value = {"fd": s32(args[0]), "count": args[2], **_where(view, args, offset)}
        value |= shared_buffer(view, args[1])
        if kind == "write":
            value["data"] = latin(view.data(args[1], min(args[2], 4096)))
        return value

    def leave(view: View, args: Args, result: int) -> Value:
        if kind != "read":
            return {}
        data = view.data(args[1], min(result, 4096))
        return {"data": latin(told_of_signals(data) if view.kind(s32(args[0])) == "event" else data)}

    return Call(
        f=kind,
        enter=enter,
        leave=leave,
        target=fd_of(),
        blocks=_may_wait,
        rival=_stream_rival(kind),
    )


def _may_wait(view: View, args: Args) -> bool:
    return view.kind(s32(args[0])) in STREAMS and not view.flags(s32(args[0])) & _NONBLOCK


def _stream_rival(kind: str) -> Callable[[View, Args], Hashable]:
    def rival(view: View, args: Args) -> Hashable:
        return (kind, view.descriptor(s32(args[0])))

    return rival


def _vector(view: View, args: Args, limit: int) -> bytes:
    parts = []
    raw = view.data(args[1], min(args[2], 64) * 16)
    for base, length in struct.iter_unpack("<QQ", raw[: len(raw) // 16 * 16]):
        if limit <= 0:
            break
        parts.append(view.data(base, min(length, limit)))
        limit -= length
    return b"".join(parts)


def _vectored(kind: str, offset: int | None = None) -> Call:
    def enter(view: View, args: Args) -> Value:
        value: Value = {"fd": s32(args[0]), "vectors": args[2], **_where(view, args, offset)}
        if kind == "write":
            value["data"] = latin(_vector(view, args, 4096))
        return value

    def leave(view: View, args: Args, result: int) -> Value:
        return {"data": latin(_vector(view, args, min(result, 4096)))} if kind == "read" else {}

    return Call(f=kind, enter=enter, leave=leave, target=fd_of(), blocks=_may_wait, rival=_stream_rival(kind))


def _name_call(f: str, path: int, mode: int | None = None, to: int | None = None) -> Call:
    def enter(view: View, args: Args) -> Value:
        value: Value = {"path": shown_path(view, args, path)}
        if to is not None:
            value["to"] = shown_path(view, args, to)
        if mode is not None:
            value["mode"] = args[mode] & 0o7777
        return value

    def name(view: View, args: Args) -> str:
        if f == "unlink":
            return posix_word(view.text(args[path]), "sem_unlink", "shm_unlink", f)
        if f == "link" and to is not None:
            return posix_word(view.text(args[to]), "sem_open", f, f)
        return f

    made = None if f in ("unlink", "rmdir") else lambda view, args, _result: path_of(to or path)(view, args)
    return Call(f=f, enter=enter, target=path_of(path), made=made, name=name)


def _make_node(path: int, mode: int) -> Call:
    call = _name_call("mkfifo", path, mode)

    def name(_view: View, args: Args) -> str:
        return "mkfifo" if args[mode] & 0o170000 == 0o010000 else "mknod"

    return Call(f="mkfifo", enter=call.enter, target=call.target, made=call.made, name=name)


def _two_fds(f: str) -> Call:
    return Call(
        f=f,
        enter=lambda _view, args: {"fd": s32(args[0]), "to": s32(args[1])},
        target=fd_of(),
    )


def _status(f: str, path: int) -> Call:
    def enter(view: View, args: Args) -> Value:
        # With an empty path it is about a descriptor: fstat is made so.
        return {"path": shown_path(view, args, path)} if view.text(args[path]) else {"fd": s32(args[0])}

    def target(view: View, args: Args) -> str:
        return path_of(path)(view, args) if view.text(args[path]) else view.descriptor(s32(args[0]))

    return Call(f=f, enter=enter, target=target, wakes=False)


CALLS = {
    "open": _open(0, 1, 2),
    "creat": Call(
        f="open",
        enter=lambda view, args: {
            "path": shown_path(view, args, 0),
            "flags": ["O_WRONLY", "O_CREAT", "O_TRUNC"],
            "mode": args[1] & 0o7777,
        },
        target=path_of(0),
        made=lambda view, _args, result: view.descriptor(result),
        leave=lambda _view, _args, result: {"fd": result},
    ),
    "openat": _open(1, 2, 3),
    "close": Call(f="close", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of()),
    "close_range": Call(
        f="close", enter=lambda _view, args: {"fd": s32(args[0]), "to": s32(args[1])}, quiet=True
    ),
    "read": _transfers("read"),
    "write": _transfers("write"),
    "pread64": _transfers("read", 3),
    "pwrite64": _transfers("write", 3),
    "readv": _vectored("read"),
    "writev": _vectored("write"),
    "preadv": _vectored("read", 3),
    "pwritev": _vectored("write", 3),
    "sendfile": Call(
        f="sendfile",
        enter=lambda _view, args: {"fd": s32(args[0]), "from": s32(args[1]), "count": args[3]},
        target=fd_of(),
        blocks=always,
    ),
    "splice": Call(
        f="splice",
        enter=lambda _view, args: {"from": s32(args[0]), "fd": s32(args[2]), "count": args[4]},
        target=fd_of(2),
        blocks=always,
    ),
    "tee": Call(
        f="tee",
        enter=lambda _view, args: {"from": s32(args[0]), "fd": s32(args[1]), "count": args[2]},
        target=fd_of(1),
        blocks=always,
    ),
    "lseek": Call(
        f="lseek",
        enter=lambda _view, args: {"fd": s32(args[0]), "offset": s64(args[1]), "whence": s32(args[2])},
        target=fd_of(),
        wakes=False,
    ),
    "dup": Call(
        f="dup",
        enter=lambda _view, args: {"fd": s32(args[0])},
        leave=lambda _view, _args, result: {"to": result},
        target=fd_of(),
        wakes=False,
    ),
    "dup2": _two_fds("dup2"),
    "dup3": _two_fds("dup2"),
    "ftruncate": Call(
        f="ftruncate",
        enter=lambda _view, args: {"fd": s32(args[0]), "length": args[1]},
        target=fd_of(),
    ),
    "truncate": Call(
        f="truncate",
        enter=lambda view, args: {"path": shown_path(view, args, 0), "length": args[1]},
        target=path_of(0),
    ),
    "fsync": Call(f="fsync", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of(), wakes=False),
    "fdatasync": Call(f="fsync", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of(), wakes=False),
    "syncfs": Call(f="sync", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of(), wakes=False),
    "sync": Call(f="sync", wakes=False),
    "unlink": _name_call("unlink", 0),
    "unlinkat": _name_call("unlink", 1),
    "rmdir": _name_call("rmdir", 0),
    "mkdir": _name_call("mkdir", 0, 1),
    "mkdirat": _name_call("mkdir", 1, 2),
    "mknod": _make_node(0, 1),
    "mknodat": _make_node(1, 2),
    "rename": Call(
        f="rename",
        enter=lambda view, args: {
            "path": shown_path(view, args, 0),
            "to": view.shown(-100, view.text(args[1])),
        },
        target=path_of(0),
    ),
    "renameat": _name_call("rename", 1, to=3),
    "renameat2": _name_call("rename", 1, to=3),
    "link": Call(
        f="link",
        enter=lambda view, args: {
            "path": shown_path(view, args, 0),
            "to": view.shown(-100, view.text(args[1])),
        },
        target=path_of(0),
        name=lambda view, args: posix_word(view.text(args[1]), "sem_open", "link", "link"),
    ),
    "linkat": _name_call("link", 1, to=3),
    "symlink": Call(
        f="symlink",
        enter=lambda view, args: {"target": view.text(args[0]), "path": view.shown(-100, view.text(args[1]))},
    ),
    "chmod": _name_call("chmod", 0, 1),
    "fchmod": Call(
        f="chmod", enter=lambda _view, args: {"fd": s32(args[0]), "mode": args[1] & 0o7777}, target=fd_of()
    ),
    "fchmodat": _name_call("chmod", 1, 2),
    "umask": Call(f="umask", enter=lambda _view, args: {"mode": args[0] & 0o777}, wakes=False),
    "chdir": Call(f="chdir", enter=lambda view, args: {"path": shown_path(view, args, 0)}, wakes=False),
    "access": _status("access", 0),
    "faccessat": _status("access", 1),
    "faccessat2": _status("access", 1),
    "stat": _status("stat", 0),
    "lstat": _status("stat", 0),
    "fstat": Call(f="stat", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of(), wakes=False),
    "newfstatat": _status("stat", 1),
    "statx": _status("stat", 1),
}

PATH_ARGUMENT = {
    "open": 0, "creat": 0, "openat": 1, "unlink": 0, "unlinkat": 1, "rmdir": 0, "mkdir": 0, "mkdirat": 1,
    "mknod": 0, "mknodat": 1, "rename": 0, "renameat": 1, "renameat2": 1, "link": 0, "linkat": 1,
    "truncate": 0, "chmod": 0, "fchmodat": 1, "chdir": 0, "access": 0, "faccessat": 1, "faccessat2": 1,
    "stat": 0, "lstat": 0, "newfstatat": 1, "statx": 1,
}  # fmt: skip
"""Which argument is the path: calls on the system's own files are told apart by it before anything else."""

DESCRIPTOR_ARGUMENT = {
    "close": 0, "read": 0, "write": 0, "pread64": 0, "pwrite64": 0, "readv": 0, "writev": 0, "preadv": 0,
    "pwritev": 0, "sendfile": 0, "splice": 2, "lseek": 0, "dup": 0, "dup2": 0, "dup3": 0, "ftruncate": 0,
    "fsync": 0, "fdatasync": 0, "syncfs": 0, "fchmod": 0, "fcntl": 0, "flock": 0,
}  # fmt: skip
"""Which argument is the descriptor: calls on descriptors of no interest are let pass."""
