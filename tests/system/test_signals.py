"""Signals arrive where the kernel delivers them: before a call, in it, or never."""

from __future__ import annotations

import pytest

from grader.model.history import EndReason
from tests.system.expected import assert_as_told
from tests.system.run_program import c_program, c_source, output, perform

pytestmark = pytest.mark.system

# signal(7): what happens without SA_RESTART, and with it.
_INTERRUPTION = {
    "read": "EINTR done", "sem_wait": "EINTR done", "mutex": "done done", "semop": "EINTR EINTR",
    "msgrcv": "EINTR EINTR", "mq_receive": "EINTR done", "poll": "EINTR EINTR", "select": "EINTR EINTR",
    "epoll_wait": "EINTR EINTR", "nanosleep": "EINTR EINTR", "clock_nanosleep": "EINTR EINTR",
    "wait": "EINTR done", "flock": "EINTR done", "fcntl": "EINTR done", "recv": "EINTR done",
    "open": "EINTR done", "sigwait": "EINTR EINTR",
}  # fmt: skip


def test_calls_are_interrupted_as_the_manual_says() -> None:
    lines = []
    for name, (plain, restart) in ((name, ways.split()) for name, ways in _INTERRUPTION.items()):
        lines += [f"{name} plain {plain} 1", f"{name} restart {restart} 1", f"{name} child done 0"]
    history = perform(c_program("interrupted"))
    assert history.end.reason is EndReason.FINISHED
    assert output(history).splitlines() == lines


_TEST_THEN_PAUSE = r"""
static volatile sig_atomic_t flag;
static void handler(int number) { flag = number; }
int main(void)
{
    signal(SIGUSR1, handler);
    pid_t parent = getpid();
    if (fork() == 0) {
        kill(parent, SIGUSR1);
        _exit(0);
    }
    if (!flag) {
        getppid(); /* a place for the schedule to switch */
        pause();
    }
    wait(NULL);
    return 0;
}
"""


def test_a_signal_between_the_test_and_pause_is_lost_in_some_schedule() -> None:
    program = c_source(_TEST_THEN_PAUSE)
    reasons = set()
    for seed in range(8):
        history = perform(program, "[{start: tracee}, {exit: {tracee: 0}}]", strategy="random", seed=seed)
        reasons.add(history.end.reason)
        if history.end.reason is EndReason.STUCK:
            (waiting,) = (waiting for waiting in history.end.waiting if waiting.state == "blocked")
            assert waiting.op is not None
            assert history.ops[waiting.op].f == "pause"
    assert reasons == {EndReason.STUCK, EndReason.FINISHED}


def test_handlers_on_an_alternate_stack_and_nested_ones() -> None:
    history = perform(c_program("handlers"))
    assert history.end.reason is EndReason.FINISHED
    assert_as_told(history, ignore=frozenset({"nanosleep", "sigprocmask"}))
