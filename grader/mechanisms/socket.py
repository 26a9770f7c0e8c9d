"""Sockets: Unix and internet, stream and datagram."""

from __future__ import annotations

import os
import socket as names
import struct
from collections.abc import Callable

from grader.mechanisms.base import Args, Call, Value, View, fd_of, latin, s32, shared_buffer, unpack

_DONTWAIT = 0x40
_FAMILIES = {1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK"}
_TYPES = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET"}
_HOW = {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"}


def _address(view: View, pointer: int, length: int) -> str:
    raw = view.data(pointer, min(length, 128)) if pointer else b""
    if len(raw) < 2:
        return ""
    (family,) = struct.unpack_from("<H", raw)
    if family == 1:
        path = raw[2:]
        if path.startswith(b"\0") and len(path) > 1:
            return "@" + path[1:].decode("latin-1")
        return path.split(b"\0")[0].decode("utf-8", "surrogateescape")
    if family == 2 and len(raw) >= 8:
        return f"{names.inet_ntop(names.AF_INET, raw[4:8])}:{int.from_bytes(raw[2:4], 'big')}"
    if family == 10 and len(raw) >= 24:
        return f"[{names.inet_ntop(names.AF_INET6, raw[8:24])}]:{int.from_bytes(raw[2:4], 'big')}"
    return _FAMILIES.get(family, str(family))


def _named(f: str, *, blocks: bool) -> Call:
    return Call(
        f=f,
        enter=lambda view, args: {
            "fd": s32(args[0]),
            "address": _address(view, args[1], args[2] & 0xFFFF),
        },
        target=fd_of(),
        blocks=_waits(None) if blocks else lambda _view, _args: False,
    )


def _waits(flags: int | None) -> Callable[[View, Args], bool]:
    def waits(view: View, args: Args) -> bool:
        if flags is not None and args[flags] & _DONTWAIT:
            return False
        return not view.flags(s32(args[0])) & os.O_NONBLOCK

    return waits


def _message(view: View, pointer: int, limit: int) -> bytes:
    _name, _length, vectors, count = unpack(view, pointer, "<QQQQ")
    parts: list[bytes] = []
    raw = view.data(vectors, min(count, 64) * 16)
    for base, length in struct.iter_unpack("<QQ", raw[: len(raw) // 16 * 16]):
        parts.append(view.data(base, min(length, max(limit, 0))))
        limit -= len(parts[-1])
    return b"".join(parts)


def _sent(view: View, args: Args) -> Value:
    return {
        "fd": s32(args[0]),
        "count": args[2],
        "data": latin(view.data(args[1], min(args[2], 4096))),
        **shared_buffer(view, args[1]),
    }


def _accepted(_view: View, _args: Args, result: int) -> Value:
    return {"fd": result}


_ACCEPT = Call(
    f="accept",
    enter=lambda _view, args: {"fd": s32(args[0])},
    leave=_accepted,
    target=fd_of(),
    blocks=_waits(None),
    rival=lambda view, args: ("accept", view.descriptor(s32(args[0]))),
)


def _pair(view: View, args: Args, _result: int) -> Value:
    return {"fds": list(unpack(view, args[3], "<ii"))}


CALLS = {
    "socket": Call(
        f="socket",
        enter=lambda _view, args: {
            "family": _FAMILIES.get(s32(args[0]), str(s32(args[0]))),
            "type": _TYPES.get(s32(args[1]) & 0xF, str(s32(args[1]))),
        },
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
    "socketpair": Call(
        f="socketpair",
        leave=_pair,
        made=lambda view, args, _result: view.descriptor(unpack(view, args[3], "<ii")[0]),
        wakes=False,
    ),
    "bind": _named("bind", blocks=False),
    "connect": _named("connect", blocks=True),
    "listen": Call(
        f="listen", enter=lambda _view, args: {"fd": s32(args[0]), "backlog": s32(args[1])}, target=fd_of()
    ),
    "accept": _ACCEPT,
    "accept4": _ACCEPT,
    "sendto": Call(f="send", enter=_sent, target=fd_of(), blocks=_waits(3)),
    "recvfrom": Call(
        f="recv",
        enter=lambda view, args: {
            "fd": s32(args[0]),
            "count": args[2],
            **shared_buffer(view, args[1]),
        },
        leave=lambda view, args, result: {"data": latin(view.data(args[1], min(result, 4096)))},
        target=fd_of(),
        blocks=_waits(3),
        rival=lambda view, args: ("recv", view.descriptor(s32(args[0]))),
    ),
    "sendmsg": Call(
        f="send",
        enter=lambda view, args: {"fd": s32(args[0]), "data": latin(_message(view, args[1], 4096))},
        target=fd_of(),
        blocks=_waits(2),
    ),
    "recvmsg": Call(
        f="recv",
        enter=lambda _view, args: {"fd": s32(args[0])},
        leave=lambda view, args, result: {"data": latin(_message(view, args[1], min(result, 4096)))},
        target=fd_of(),
        blocks=_waits(2),
        rival=lambda view, args: ("recv", view.descriptor(s32(args[0]))),
    ),
    "shutdown": Call(
        f="shutdown",
        enter=lambda _view, args: {"fd": s32(args[0]), "how": _HOW.get(s32(args[1]), "")},
        target=fd_of(),
    ),
    "setsockopt": Call(
        f="setsockopt",
        enter=lambda _view, args: {"fd": s32(args[0]), "level": s32(args[1]), "option": s32(args[2])},
        target=fd_of(),
        wakes=False,
    ),
}
