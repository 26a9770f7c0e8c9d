"""Processes: making, running and waiting for them. Forks, execs and exits arrive as ptrace events."""

from __future__ import annotations

import os

from grader.mechanisms.base import Args, Call, Value, View, s32, unpack
from grader.mechanisms.signal import signal_name

_CLD_EXITED = 1
_CLD_ALIVE = {4: "stopped", 5: "stopped", 6: "continued"}


def _arguments(view: View, address: int) -> list[str]:
    result = []
    for index in range(64):
        (pointer,) = unpack(view, address + 8 * index, "<Q")
        if not pointer:
            break
        result.append(view.text(pointer)[:200])
    return result


def _exec(path: int, argv: int) -> Call:
    return Call(
        f="exec",
        enter=lambda view, args: {"path": view.text(args[path]), "argv": _arguments(view, args[argv])},
        leave=lambda view, _args, _result: {"holds": view.holds()},
    )


def wait_status(status: int) -> Value:
    """Decode the status that wait stores: how a child ended, stopped or went on."""
    if os.WIFEXITED(status):
        return {"status": os.WEXITSTATUS(status)}
    if os.WIFSIGNALED(status):
        return {"signal": signal_name(os.WTERMSIG(status))}
    if os.WIFSTOPPED(status):
        return {"stopped": signal_name(os.WSTOPSIG(status))}
    return {"continued": True}


def _waited(view: View, args: Args, result: int) -> Value:
    if not result:
        return {"child": 0}
    return {"child": result, **(wait_status(unpack(view, args[1], "<i")[0]) if args[1] else {})}


def _waited_id(view: View, args: Args, _result: int) -> Value:
    if not args[2]:
        return {}
    _number, _errno, code, _pad, pid, _uid, status = unpack(view, args[2], "<iiiiiii")
    if not pid:
        return {"child": 0}
    how: Value = {"status": status}
    if code != _CLD_EXITED:
        how = {_CLD_ALIVE.get(code, "signal"): signal_name(status)}
    if s32(args[3]) & os.WNOWAIT:
        how["left"] = True
    return {"child": pid, **how}


def _wait_flags(value: int) -> list[str]:
    names = {1: "WNOHANG", 2: "WUNTRACED", 4: "WEXITED", 8: "WCONTINUED", os.WNOWAIT: "WNOWAIT"}
    return [name for bit, name in names.items() if value & bit]


CALLS = {
    "fork": Call(f="fork", leave=lambda _view, _args, result: {"child": result}),
    "vfork": Call(f="fork", leave=lambda _view, _args, result: {"child": result}),
    "clone": Call(f="fork", leave=lambda _view, _args, result: {"child": result}),
    "clone3": Call(f="fork", leave=lambda _view, _args, result: {"child": result}),
    "execve": _exec(0, 1),
    "execveat": _exec(1, 2),
    "wait4": Call(
        f="wait",
        enter=lambda _view, args: {"pid": s32(args[0]), "flags": _wait_flags(s32(args[2]))},
        leave=_waited,
        blocks=lambda _view, args: not args[2] & os.WNOHANG,
    ),
    "waitid": Call(
        f="wait",
        enter=lambda _view, args: {"pid": s32(args[1]), "flags": _wait_flags(s32(args[3]))},
        leave=_waited_id,
        blocks=lambda _view, args: not args[3] & os.WNOHANG,
    ),
    "getppid": Call(f="getppid", wakes=False),
}
