"""Time: sleeping, timers, and reading clocks. The virtual clock answers them."""

from __future__ import annotations

from grader.mechanisms.base import Args, Call, Value, View, always, s32, timespec, unpack


def _sleep(request: int) -> Call:
    def enter(view: View, args: Args) -> Value:
        value: Value = {"duration_ns": timespec(view, args[request])}
        if request == 2 and args[1] & 1:
            value["absolute"] = True
        return value

    return Call(f="nanosleep", enter=enter, blocks=always)


def _setting(view: View, args: Args) -> Value:
    interval_s, interval_ns, value_s, value_ns = unpack(view, args[2], "<qqqq")
    value: Value = {"duration_ns": value_s * 1_000_000_000 + value_ns}
    if interval_s or interval_ns:
        value["interval_ns"] = interval_s * 1_000_000_000 + interval_ns
    if args[1] & 1:
        value["absolute"] = True
    return value


CALLS = {
    "nanosleep": _sleep(0),
    "clock_nanosleep": _sleep(2),
    "clock_gettime": Call(f="clock_gettime", quiet=True, wakes=False),
    "gettimeofday": Call(f="gettimeofday", quiet=True, wakes=False),
    "time": Call(f="time", quiet=True, wakes=False),
    "alarm": Call(f="alarm", enter=lambda _view, args: {"seconds": args[0] & 0xFFFFFFFF}, wakes=False),
    "setitimer": Call(f="setitimer", enter=lambda _view, args: {"which": s32(args[0])}, wakes=False),
    "getitimer": Call(f="getitimer", quiet=True, wakes=False),
    "timer_create": Call(f="timer_create", wakes=False),
    "timer_settime": Call(f="timer_settime", enter=_setting, wakes=False),
    "timer_gettime": Call(f="timer_gettime", quiet=True, wakes=False),
    "timer_getoverrun": Call(f="timer_getoverrun", quiet=True, wakes=False),
    "timer_delete": Call(f="timer_delete", wakes=False),
    "timerfd_create": Call(
        f="timerfd_create",
        leave=lambda _view, _args, result: {"fd": result},
        made=lambda view, _args, result: view.descriptor(result),
        wakes=False,
    ),
    "timerfd_settime": Call(
        f="timerfd_settime",
        enter=_setting,
        target=lambda view, args: view.descriptor(s32(args[0])),
        wakes=False,
    ),
    "timerfd_gettime": Call(f="timerfd_gettime", quiet=True, wakes=False),
    "sched_yield": Call(f="sched_yield"),
    "ioctl": Call(f="ioctl", quiet=True, wakes=False),
    "getrandom": Call(f="getrandom", quiet=True, wakes=False),
}
