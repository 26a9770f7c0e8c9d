"""Signals: sending, dispositions, masks and waiting for them; signal(7)."""

from __future__ import annotations

import signal as names
import struct

from grader.mechanisms.base import Args, Call, Value, View, always, s32

SIG_DFL, SIG_IGN = 0, 1
SA_RESTART = 0x10000000
_FLAGS = {1: "SA_NOCLDSTOP", 2: "SA_NOCLDWAIT", 4: "SA_SIGINFO", SA_RESTART: "SA_RESTART"}
_HOW = {0: "SIG_BLOCK", 1: "SIG_UNBLOCK", 2: "SIG_SETMASK"}


def signal_name(number: int) -> str:
    """Return the name of a signal: `SIGTERM`, `SIGRTMIN+3`."""
    if number == 0:
        return "0"
    try:
        return names.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - 34}" if number >= 34 else str(number)


def _set(view: View, address: int) -> list[str]:
    raw = view.data(address, 8) if address else b""
    mask: int = struct.unpack("<Q", raw.ljust(8, b"\0"))[0]
    return [signal_name(bit + 1) for bit in range(64) if mask >> bit & 1]


def _action(view: View, args: Args) -> Value:
    value: Value = {"signal": signal_name(s32(args[0]))}
    if args[1]:
        handler, flags = struct.unpack("<QQ", view.data(args[1], 16).ljust(16, b"\0"))
        value["action"] = {SIG_DFL: "SIG_DFL", SIG_IGN: "SIG_IGN"}.get(handler, "handler")
        value["flags"] = [name for bit, name in _FLAGS.items() if flags & bit]
    return value


def _mask(view: View, args: Args) -> Value:
    return {"how": _HOW.get(s32(args[0]), ""), "set": _set(view, args[1])} if args[1] else {}


def _kill(target: int, number: int) -> Call:
    return Call(
        f="kill",
        enter=lambda _view, args: {"target": s32(args[target]), "signal": signal_name(s32(args[number]))},
        target=lambda view, args: view.process(s32(args[target])),
    )


CALLS = {
    "kill": _kill(0, 1),
    "tkill": _kill(0, 1),
    "tgkill": _kill(1, 2),
    "rt_sigqueueinfo": _kill(0, 1),
    "rt_tgsigqueueinfo": _kill(1, 2),
    "pidfd_send_signal": Call(f="kill", enter=lambda _view, args: {"signal": signal_name(s32(args[1]))}),
    "rt_sigaction": Call(f="sigaction", enter=_action, wakes=False),
    "rt_sigprocmask": Call(f="sigprocmask", enter=_mask),
    "rt_sigsuspend": Call(
        f="sigsuspend", enter=lambda view, args: {"mask": _set(view, args[0])}, blocks=always
    ),
    "pause": Call(f="pause", blocks=always),
    "rt_sigtimedwait": Call(
        f="sigwait",
        enter=lambda view, args: {"set": _set(view, args[0])},
        leave=lambda _view, _args, result: {"signal": signal_name(result)},
        blocks=always,
    ),
    "rt_sigreturn": Call(f="sigreturn", quiet=True, wakes=False),
    "sigaltstack": Call(f="sigaltstack", quiet=True, wakes=False),
    "signalfd4": Call(
        f="signalfd",
        enter=lambda view, args: {"fd": s32(args[0]), "set": _set(view, args[1])},
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
    "setpgid": Call(
        f="setpgid", enter=lambda _view, args: {"pid": s32(args[0]), "group": s32(args[1])}, wakes=False
    ),
    "setsid": Call(f="setsid"),
}
