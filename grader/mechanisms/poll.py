"""Waiting for several descriptors at once: poll(2), select(2), epoll(7)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeAlias

from grader.mechanisms.base import Args, Call, Value, View, always, s32, timespec, unpack

_TimeOut: TypeAlias = Callable[[View, Args], int | None]
"""How the time-out of a call is read: nanoseconds, None for ever."""


def _poll_fds(view: View, args: Args) -> list[int]:
    count = min(args[1] & 0xFFFFFFFF, 64)
    raw = view.data(args[0], count * 8)
    return [fd for fd, _events, _revents in struct.iter_unpack("<ihh", raw[: len(raw) // 8 * 8]) if fd >= 0]


def select_fds(view: View, args: Args) -> list[int]:
    """Return the descriptors of the three sets of a select call."""
    count = min(s32(args[0]), 1024)
    found = set()
    for address in args[1:4]:
        mask = int.from_bytes(view.data(address, (count + 7) // 8), "little") if address else 0
        found |= {fd for fd in range(count) if mask >> fd & 1}
    return sorted(found)


def _polled(timeout: _TimeOut) -> Callable[[View, Args], Value]:
    return lambda view, args: _value(view, _poll_fds(view, args), timeout(view, args))


def _selected(timeout: _TimeOut) -> Callable[[View, Args], Value]:
    return lambda view, args: _value(view, select_fds(view, args), timeout(view, args))


def _value(view: View, fds: list[int], timeout: int | None) -> Value:
    return {"fds": fds, "objects": [view.descriptor(fd) for fd in fds], "timeout_ns": timeout}


def _milliseconds(index: int) -> _TimeOut:
    def timeout(_view: View, args: Args) -> int | None:
        return s32(args[index]) * 1_000_000 if s32(args[index]) >= 0 else None

    return timeout


def _timespec(index: int) -> _TimeOut:
    return lambda view, args: timespec(view, args[index])


def _timeval(view: View, args: Args) -> int | None:
    seconds, micros = unpack(view, args[4], "<qq")
    return seconds * 1_000_000_000 + micros * 1000 if args[4] else None


def _first(view: View, fds: list[int]) -> str:
    return view.descriptor(fds[0]) if fds else ""


_POLL = Call(
    f="poll",
    enter=_polled(_milliseconds(2)),
    target=lambda view, args: _first(view, _poll_fds(view, args)),
    blocks=lambda _view, args: s32(args[2]) != 0,
)
_PPOLL = Call(f="poll", enter=_polled(_timespec(2)), target=_POLL.target, blocks=always)


def _select(timeout: _TimeOut) -> Call:
    return Call(
        f="select",
        enter=_selected(timeout),
        target=lambda view, args: _first(view, select_fds(view, args)),
        blocks=always,
    )


def _epoll(timeout: _TimeOut) -> Call:
    return Call(
        f="epoll_wait",
        enter=lambda view, args: {"fd": s32(args[0]), "timeout_ns": timeout(view, args)},
        target=lambda view, args: view.descriptor(s32(args[0])),
        blocks=lambda view, args: timeout(view, args) != 0,
    )


_EPOLL_CREATE = Call(
    f="epoll_create",
    leave=lambda _view, _args, result: {"fd": result},
    made=lambda view, _args, result: view.descriptor(result),
    wakes=False,
)

CALLS = {
    "poll": _POLL,
    "ppoll": _PPOLL,
    "select": _select(_timeval),
    "pselect6": _select(_timespec(4)),
    "epoll_wait": _epoll(_milliseconds(3)),
    "epoll_pwait": _epoll(_milliseconds(3)),
    "epoll_pwait2": _epoll(_timespec(3)),
    "epoll_create": _EPOLL_CREATE,
    "epoll_create1": _EPOLL_CREATE,
    "epoll_ctl": Call(
        f="epoll_ctl",
        enter=lambda view, args: {
            "fd": s32(args[0]),
            "op": {1: "EPOLL_CTL_ADD", 2: "EPOLL_CTL_DEL", 3: "EPOLL_CTL_MOD"}.get(s32(args[1]), ""),
            "watched": view.descriptor(s32(args[2])),
        },
        target=lambda view, args: view.descriptor(s32(args[0])),
    ),
}
