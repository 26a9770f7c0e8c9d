"""What signal handlers call: what they have interrupted, could have, and what they do to errno."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import signal_safety
from grader.model.verdict import Finding, Severity

from .history_builder import Story, told


def story() -> Story:
    return Story(steps=[{"start": "alice"}, {"signal": {"alice": "USR1"}}])


def calls(s: Story, function: str, *, line: int, **value: Any) -> int:
    return s.event(10, "unsafe_call", line=line, function=function, **value)


def arrives(s: Story, signal: str = "SIGUSR1", sender: Any = "script") -> int:
    return s.event(10, "deliver", signal=signal, action="handler", **{"from": sender})


def sends(s: Story) -> int:
    return s.performs(1, "signal", signals={"alice": "USR1"})


def test_a_handler_that_has_interrupted_an_unsafe_function_is_an_error() -> None:
    s = story()
    sends(s)
    arrives(s)
    flush = calls(s, "fflush", line=30, interrupted_by="SIGUSR1")
    prints = calls(s, "puts", line=8, open=[], handler="SIGUSR1", interrupted=flush)
    assert signal_safety.check(s.history, s.spec) == [
        Finding(
            check="signal-safety",
            message="The handler of SIGUSR1 in alice calls printf or puts at alice.c:8, having interrupted "
            "fflush at alice.c:30.",
            why=signal_safety.RULE,
            read="man 7 signal-safety",
            part="alice",
            pid=10,
            ops=(flush, prints),
            file="alice.c",
            line=8,
        )
    ]


def test_a_signal_that_could_have_come_to_an_unsafe_function_is_an_error() -> None:
    s = story()
    s.performs(0, "start", parts=["alice"])
    s.exec(10, "/submission/alice")
    calls(s, "malloc", line=20, open=["SIGUSR1"])
    sends(s)
    arrives(s)
    calls(s, "free", line=8, open=[], handler="SIGUSR1")
    (finding,) = signal_safety.check(s.history, s.spec)
    assert (finding.severity, finding.message) == (
        Severity.ERROR,
        "The handler of SIGUSR1 in alice calls free at alice.c:8, and can interrupt malloc at alice.c:20, "
        "where SIGUSR1 is not blocked.",
    )


def test_where_the_signal_is_blocked_it_is_advice() -> None:
    s = story()
    calls(s, "malloc", line=20, open=["SIGHUP"])
    sends(s)
    arrives(s)
    calls(s, "free", line=8, open=[], handler="SIGUSR1")
    (finding,) = signal_safety.check(s.history, s.spec)
    assert (finding.severity, finding.message) == (
        Severity.ADVICE,
        "The handler of SIGUSR1 in alice calls free at alice.c:8. In this run nothing shows that it can "
        "interrupt another such function.",
    )


def test_what_comes_before_whoever_sends_the_signal_cannot_be_interrupted_by_it() -> None:
    """The parent makes its child after it has printed, and the child's end is the signal."""
    s = story()
    calls(s, "printf", line=20, open=["SIGCHLD"])
    s.fork(10, 11)
    s.exits(11)
    arrives(s, "SIGCHLD", "kernel")
    calls(s, "printf", line=8, open=[], handler="SIGCHLD")
    assert [f.severity for f in signal_safety.check(s.history, s.spec)] == [Severity.ADVICE]


def test_what_a_parent_prints_while_its_child_lives_can_be_interrupted_by_the_childs_end() -> None:
    s = story()
    s.fork(10, 11)
    calls(s, "printf", line=20, open=["SIGCHLD"])
    s.exits(11)
    arrives(s, "SIGCHLD", "kernel")
    calls(s, "printf", line=8, open=[], handler="SIGCHLD")
    assert [f.severity for f in signal_safety.check(s.history, s.spec)] == [Severity.ERROR]


@pytest.mark.parametrize(("before_the_timer", "severity"), [(True, Severity.ADVICE), (False, Severity.ERROR)])
def test_a_timer_runs_out_at_any_time_after_it_was_set(before_the_timer: bool, severity: Severity) -> None:
    s = story()
    if before_the_timer:
        calls(s, "printf", line=20, open=["SIGALRM"])
    s.call(10, "alarm", seconds=5)
    if not before_the_timer:
        calls(s, "printf", line=20, open=["SIGALRM"])
    arrives(s, "SIGALRM", "kernel")
    calls(s, "printf", line=8, open=[], handler="SIGALRM")
    assert [f.severity for f in signal_safety.check(s.history, s.spec)] == [severity]


def test_a_signal_that_a_thread_sends_itself_comes_when_it_wants_it() -> None:
    s = story()
    calls(s, "printf", line=20, open=["SIGUSR1"])
    s.invoke(10, "kill", target=10, signal="SIGUSR1")
    arrives(s, sender=10)
    calls(s, "printf", line=8, open=[], handler="SIGUSR1")
    assert [f.severity for f in signal_safety.check(s.history, s.spec)] == [Severity.ADVICE]


def test_a_mutex_in_a_handler_is_advice() -> None:
    s = story()
    calls(s, "printf", line=20, open=["SIGUSR1"])
    sends(s)
    arrives(s)
    calls(s, "pthread_mutex_lock", line=8, open=[], handler="SIGUSR1")
    assert told(signal_safety.check(s.history, s.spec)) == [
        "The handler of SIGUSR1 in alice calls pthread_mutex_lock at alice.c:8: if what it has interrupted "
        "holds that mutex, it waits for ever."
    ]


def test_unsafe_calls_outside_of_handlers_are_no_finding() -> None:
    s = story()
    calls(s, "printf", line=20, open=["SIGUSR1"])
    sends(s)
    arrives(s)
    assert signal_safety.check(s.history, s.spec) == []


def test_the_worst_of_one_place_is_told() -> None:
    s = story()
    sends(s)
    arrives(s)
    calls(s, "printf", line=8, open=[], handler="SIGUSR1")
    flush = calls(s, "fflush", line=30, interrupted_by="SIGUSR1")
    calls(s, "printf", line=8, open=[], handler="SIGUSR1", interrupted=flush)
    assert [f.severity for f in signal_safety.check(s.history, s.spec)] == [Severity.ERROR]


def test_a_handler_that_changes_errno_is_advised_to_put_it_back() -> None:
    s = story()
    s.call(10, "read", error="EAGAIN")
    arrives(s, "SIGCHLD", "kernel")
    s.event(10, "errno_changed", line=5, handler="SIGCHLD", before="EAGAIN", after="ECHILD")
    (finding,) = signal_safety.check(s.history, s.spec)
    assert (finding.severity, finding.message) == (
        Severity.ADVICE,
        "The handler of SIGCHLD in alice changes errno from EAGAIN to ECHILD at alice.c:5: save it first, "
        "put it back at the end.",
    )


def test_a_call_that_a_handler_interrupts_sets_errno_itself() -> None:
    s = story()
    s.call(10, "sigsuspend", error="EINTR", blocked=True)
    arrives(s, "SIGCHLD", "kernel")
    s.event(10, "errno_changed", line=5, handler="SIGCHLD", before="EAGAIN", after="ECHILD")
    assert signal_safety.check(s.history, s.spec) == []
