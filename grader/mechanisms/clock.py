"""Time: sleeping, timers, and reading clocks. The virtual clock answers them."""

from __future__ import annotations

from grader.mechanisms.base import Args, Call, Value, View, always, s32, timespec


def _sleep(request: int) -> Call:
    def enter(view: View, args: Args) -> Value:
        value: Value = {"duration_ns": timespec(view, args[request])}
        if request == 2 and args[1] & 1:
            value["absolute"] = True
        return value

    return Call(f="nanosleep", enter=enter, blocks=always)


CALLS = {
    "nanosleep": _sleep(0),
    "clock_nanosleep": _sleep(2),
    "clock_gettime": Call(f="clock_gettime", quiet=True, wakes=False),
    "gettimeofday": Call(f="gettimeofday", quiet=True, wakes=False),
    "time": Call(f="time", quiet=True, wakes=False),
    "alarm": Call(f="alarm", enter=lambda _view, args: {"seconds": args[0] & 0xFFFFFFFF}, wakes=False),
    "setitimer": Call(f="setitimer", enter=lambda _view, args: {"which": s32(args[0])}, wakes=False),
    "getitimer": Call(f="getitimer", quiet=True, wakes=False),
    "sched_yield": Call(f="sched_yield"),
    "ioctl": Call(f="ioctl", quiet=True, wakes=False),
    "getrandom": Call(f="getrandom", quiet=True, wakes=False),
}
