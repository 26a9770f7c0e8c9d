"""Time is virtual: what waits for a time takes as long as it says, and no time at all."""

from __future__ import annotations

import time

import pytest

from grader.model.history import EndReason
from tests.system.run_program import c_program, output, perform, python_program

pytestmark = pytest.mark.system

# Milliseconds by each clock, rounded down to 10, and what came of it: as without the grader.
_C = """\
sleep 2000 0
usleep 1500 0
nanosleep 250 0
relative 1000 0
absolute 700 0
calendar 800 0
past 0 0
invalid 0 EINVAL
interrupted 1000 0
remaining 1000 EINTR
left 2500
alarm 3000 EINTR
replaced 2000 0
second 1000 EINTR
cancelled 4000 0
interval 1500 0
getitimer 399 500
setitimer 399 500
poll 700 0
ppoll 800 0
select 1200 0
cleared 0 0 0
pselect 900 0
nothing 300 0
epoll 300 0
early 250 yes
rest 75
at_once 0 yes
signalled 1000 EINTR
rest 100
sem_timedwait 1100 ETIMEDOUT
sem_clockwait 400 ETIMEDOUT
mq_timedreceive 600 ETIMEDOUT
mq_timedsend 500 ETIMEDOUT
mq_past 0 ETIMEDOUT
semtimedop 450 EAGAIN
sigtimedwait 650 EAGAIN
cond_timedwait 900 ETIMEDOUT
mutex_timedlock 350 ETIMEDOUT
recv 550 EAGAIN
received 0 yes
loop 1
cpu
resolution 0
"""

_PYTHON = """
import queue, select, signal, socket, threading, time

def measure(name, call, *arguments, **options):
    begun = time.monotonic(), time.time(), time.perf_counter()
    try:
        result = call(*arguments, **options)
    except Exception as error:
        result = type(error).__name__
    passed = [now - then for now, then in zip((time.monotonic(), time.time(), time.perf_counter()), begun)]
    assert max(passed) - min(passed) < 0.001
    print(name, round(passed[0], 2), result)

lock = threading.Lock()
lock.acquire()
near, far = socket.socketpair()
near.settimeout(0.5)
measure("sleep", time.sleep, 1.25)
measure("select", select.select, [far], [], [], 0.75)
measure("event", threading.Event().wait, 2)
measure("lock", lock.acquire, timeout=1.5)
measure("queue", queue.Queue().get, timeout=0.3)
measure("recv", near.recv, 1)
measure("poll", select.poll().poll, 400)
measure("sigtimedwait", signal.sigtimedwait, [signal.SIGUSR1], 0.6)
signal.signal(signal.SIGALRM, lambda number, frame: None)
signal.alarm(2)
measure("pause", signal.pause)
signal.setitimer(signal.ITIMER_REAL, 0.1)
measure("interrupted", time.sleep, 1)
thread = threading.Timer(0.7, print, ["timer"])
thread.start()
measure("join", thread.join)
end = time.time() + 20
while time.time() < end:
    pass
print(time.strftime("%Y-%m-%d %H:%M", time.gmtime()))
"""


def test_c_programs_see_time_pass_by_every_clock() -> None:
    program = c_program("timing")
    begun = time.monotonic()
    history = perform(program)
    assert time.monotonic() - begun < 5
    assert history.end.reason is EndReason.FINISHED
    assert output(history) == _C


def test_python_programs_see_time_pass_by_every_clock() -> None:
    begun = time.monotonic()
    history = perform(python_program(_PYTHON))
    assert time.monotonic() - begun < 5
    assert output(history, stream="stderr") == ""
    assert output(history).splitlines() == [
        "sleep 1.25 None",
        "select 0.75 ([], [], [])",
        "event 2.0 False",
        "lock 1.5 False",
        "queue 0.3 Empty",
        "recv 0.5 TimeoutError",
        "poll 0.4 []",
        "sigtimedwait 0.6 None",
        "pause 2.0 None",
        "interrupted 1.0 None",
        "timer",
        "join 0.7 None",
        "2026-01-01 00:00",
    ]


# Milliseconds, rounded down to 10, and what came of it: as without the grader.
_TIMERS = """\
unarmed 0
poll 1 300
count 1 then 0
interval 3
rest 150 every 200
old 150 every 200
disarmed 0
epoll 1 1000
absolute 1
past 1 0
set by a child 1 250
signal 1 1 42 400
overrun 2
rest 50 every 100
deleted -1 300
handler 1 2000
none 300
default 2 150
thread 7 600
"""


def test_timers_of_the_kernel_are_virtual_too() -> None:
    begun = time.monotonic()
    history = perform(c_program("timers"))
    assert time.monotonic() - begun < 5
    assert (history.end.reason, output(history)) == (EndReason.FINISHED, _TIMERS)


@pytest.mark.parametrize("strategy", ["fair", "random"])
def test_timers_give_the_same_history_every_time(strategy: str) -> None:
    dumps = {perform(c_program("timers"), strategy=strategy, seed=3).dump() for _ in range(5)}
    assert len(dumps) == 1
