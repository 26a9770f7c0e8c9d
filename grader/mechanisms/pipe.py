"""Anonymous pipes, and the descriptors of events, which are used like them."""

from __future__ import annotations

from grader.mechanisms.base import Args, Call, Value, View, unpack


def _ends(view: View, args: Args, _result: int) -> Value:
    return {"fds": list(unpack(view, args[0], "<ii"))}


def _made(view: View, args: Args, _result: int) -> str:
    return view.descriptor(unpack(view, args[0], "<ii")[0])


_PIPE = Call(f="pipe", leave=_ends, made=_made, wakes=False)

CALLS = {
    "pipe": _PIPE,
    "pipe2": _PIPE,
    "eventfd2": Call(
        f="eventfd",
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
    "eventfd": Call(
        f="eventfd",
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
}
