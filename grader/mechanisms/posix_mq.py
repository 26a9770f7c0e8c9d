"""POSIX message queues: mq_overview(7). A queue descriptor is a file descriptor on Linux."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable

from grader.mechanisms.base import Args, Call, Value, View, fd_of, latin, s32, shared_buffer, unpack
from grader.mechanisms.file import open_flags


def _name(view: View, args: Args) -> str:
    # glibc takes the leading slash off before it asks the kernel.
    return "/" + view.text(args[0])


def _open(view: View, args: Args) -> Value:
    value: Value = {"path": _name(view, args), "flags": open_flags(s32(args[1]))}
    if args[1] & os.O_CREAT:
        value["mode"] = args[2] & 0o7777
        if args[3]:
            _flags, maxmsg, msgsize, _current = unpack(view, args[3], "<qqqq")
            value |= {"maxmsg": maxmsg, "msgsize": msgsize}
    return value


def _waits(view: View, args: Args) -> bool:
    return not view.flags(s32(args[0])) & os.O_NONBLOCK


def _rival(word: str) -> Callable[[View, Args], Hashable]:
    def rival(view: View, args: Args) -> Hashable:
        return (word, view.descriptor(s32(args[0])))

    return rival


def _received(view: View, args: Args, result: int) -> Value:
    value: Value = {"data": latin(view.data(args[1], result))}
    if args[3]:
        value["priority"] = unpack(view, args[3], "<I")[0]
    return value


CALLS = {
    "mq_open": Call(
        f="mq_open",
        enter=_open,
        leave=lambda _view, _args, result: {"fd": result},
        target=lambda view, args: view.path(-100, "/dev/mqueue" + _name(view, args)),
        made=lambda view, _args, result: view.descriptor(result),
    ),
    "mq_unlink": Call(
        f="mq_unlink",
        enter=lambda view, args: {"path": _name(view, args)},
        target=lambda view, args: view.path(-100, "/dev/mqueue" + _name(view, args)),
    ),
    "mq_timedsend": Call(
        f="mq_send",
        enter=lambda view, args: {
            "fd": s32(args[0]),
            "count": args[2],
            "priority": args[3] & 0xFFFFFFFF,
            "data": latin(view.data(args[1], min(args[2], 4096))),
            **shared_buffer(view, args[1]),
        },
        target=fd_of(),
        blocks=_waits,
        rival=_rival("mq_send"),
    ),
    "mq_timedreceive": Call(
        f="mq_receive",
        enter=lambda view, args: {
            "fd": s32(args[0]),
            "count": args[2],
            **shared_buffer(view, args[1]),
        },
        leave=_received,
        target=fd_of(),
        blocks=_waits,
        rival=_rival("mq_receive"),
    ),
    "mq_notify": Call(f="mq_notify", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of()),
    "mq_getsetattr": Call(f="mq_getattr", enter=lambda _view, args: {"fd": s32(args[0])}, target=fd_of()),
}
