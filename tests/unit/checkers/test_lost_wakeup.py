"""Somebody sleeps for what had already come."""

from __future__ import annotations

import pytest

from grader.checkers import lost_wakeup
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told

STEPS: list[dict[str, object]] = [
    {"expect": {"part": "alice", "lines": ["ready"]}},
    {"signal": {"alice": "HUP"}},
    {"expect": {"part": "alice", "lines": ["reload"]}},
]


def signalled(*between: str, call: str = "pause", action: str = "handler") -> Story:
    """A signal is delivered, other calls may follow, then alice sleeps, and the script waits for its line."""
    s = Story(steps=STEPS)
    s.took(0, "alice", "ready\n")
    s.performs(1, "signal", signals={"alice": "SIGHUP"})
    s.event(10, "deliver", signal="SIGHUP", action=action)
    for name in between:
        s.call(10, name)
    s.asleep(10, s.invoke(10, call, line=7))
    s.got(2, "alice", "", EndReason.STUCK)
    return s


def test_a_signal_handled_right_before_the_sleep_is_lost() -> None:
    s = signalled("sigprocmask")
    assert lost_wakeup.check(s.history, s.spec) == [
        Finding(
            check="lost-wakeup",
            message="alice sleeps in pause at alice.c:7 for a signal that had already come: "
            "SIGHUP was handled before it went to sleep, and nothing came of it.",
            why=lost_wakeup.RULE,
            read="man 2 sigsuspend",
            part="alice",
            pid=10,
            ops=(2, 5),
            file="alice.c",
            line=7,
        )
    ]


@pytest.mark.parametrize("call", ["sigsuspend", "read", "poll", "msgrcv"])
def test_so_it_is_in_other_calls_that_wait_for_a_signal(call: str) -> None:
    s = signalled(call=call)
    assert len(lost_wakeup.check(s.history, s.spec)) == 1


@pytest.mark.parametrize("call", ["write", "unlink", "kill"])
def test_a_signal_that_something_came_of_is_not_lost(call: str) -> None:
    s = signalled(call)
    assert lost_wakeup.check(s.history, s.spec) == []


def test_a_signal_that_runs_no_handler_or_waits_for_a_child_is_not_one() -> None:
    for s in (signalled(action="stop"), signalled(call="wait")):
        assert lost_wakeup.check(s.history, s.spec) == []


def test_a_signal_whose_answer_the_script_has_had_is_not_lost() -> None:
    s = signalled()
    s.prints(10, "reload\n")
    s.took(2, "alice", "reload\n")
    assert lost_wakeup.check(s.history, s.spec) == []


def test_text_that_was_there_before_the_signal_is_no_answer_to_it() -> None:
    s = signalled()
    s.took(2, "alice", "reload\n")
    assert len(lost_wakeup.check(s.history, s.spec)) == 1


def test_a_run_that_came_to_its_end_lost_nothing() -> None:
    s = signalled()
    s.reason = EndReason.FINISHED
    assert lost_wakeup.check(s.history, s.spec) == []


def test_the_reference_is_not_judged() -> None:
    s = Story("alice_ref")
    s.event(10, "deliver", signal="SIGHUP", action="handler")
    s.asleep(10, s.invoke(10, "pause"))
    s.reason = EndReason.STUCK
    assert lost_wakeup.check(s.history, s.spec) == []


def conditional(*, early: bool = True, again: bool = False, waited: bool = False) -> Story:
    """A child signals a condition before, or after, alice waits for it."""
    s = Story()
    s.fork(10, 11)
    memory = s.object(ObjectKind.MAPPING)
    if waited:
        first = s.invoke(10, "pthread_cond_wait", memory, offset=64)
        s.call(11, "pthread_cond_signal", memory, offset=64)
        s.ok(first, blocked=True)
    elif early:
        s.call(11, "pthread_cond_signal", memory, offset=64, line=4)
    s.asleep(10, s.invoke(10, "pthread_cond_wait", memory, offset=64, line=9))
    if again:
        s.call(11, "pthread_cond_signal", memory, offset=64)
    s.reason = EndReason.STUCK
    return s


def test_a_condition_signalled_when_nobody_waited_is_lost() -> None:
    s = conditional()
    assert told(lost_wakeup.check(s.history, s.spec)) == [
        "alice sleeps in pthread_cond_wait at alice.c:9 for a pthread_cond_signal that had already come: "
        "alice (pid 11) made it at alice.c:4 when nobody waited yet."
    ]


def test_a_condition_that_was_not_signalled_or_woke_somebody_is_another_matter() -> None:
    for s in (conditional(early=False), conditional(again=True), conditional(waited=True)):
        assert lost_wakeup.check(s.history, s.spec) == []
