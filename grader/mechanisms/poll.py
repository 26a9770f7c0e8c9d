"""Waiting for several descriptors at once: poll(2), select(2), epoll(7)."""

from __future__ import annotations

import struct

from grader.mechanisms.base import Args, Call, Value, View, s32


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


def _polled(view: View, args: Args) -> Value:
    fds = _poll_fds(view, args)
    return {"fds": fds, "objects": [view.descriptor(fd) for fd in fds]}


def _selected(view: View, args: Args) -> Value:
    fds = select_fds(view, args)
    return {"fds": fds, "objects": [view.descriptor(fd) for fd in fds]}


def _first(view: View, fds: list[int]) -> str:
    return view.descriptor(fds[0]) if fds else ""


_POLL = Call(
    f="poll",
    enter=_polled,
    target=lambda view, args: _first(view, _poll_fds(view, args)),
    blocks=lambda _view, args: s32(args[2]) != 0,
)
_PPOLL = Call(f="poll", enter=_polled, target=_POLL.target, blocks=lambda _view, _args: True)
_SELECT = Call(
    f="select",
    enter=_selected,
    target=lambda view, args: _first(view, select_fds(view, args)),
    blocks=lambda _view, _args: True,
)
_EPOLL = Call(
    f="epoll_wait",
    enter=lambda _view, args: {"fd": s32(args[0])},
    target=lambda view, args: view.descriptor(s32(args[0])),
    blocks=lambda _view, args: s32(args[3]) != 0,
)

CALLS = {
    "poll": _POLL,
    "ppoll": _PPOLL,
    "select": _SELECT,
    "pselect6": _SELECT,
    "epoll_wait": _EPOLL,
    "epoll_pwait": _EPOLL,
    "epoll_pwait2": Call(
        f="epoll_wait", enter=_EPOLL.enter, target=_EPOLL.target, blocks=lambda _view, _args: True
    ),
    "epoll_create1": Call(
        f="epoll_create",
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
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
