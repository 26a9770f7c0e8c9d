"""An order that only a sleep was to enforce."""

from __future__ import annotations

from grader.checkers import sleep_sync
from grader.model.verdict import Finding

from .history_builder import MS, Story


def hurried(*, late: bool = True, swapped: bool = True, order: str = "parent\nchild\n") -> Story:
    """The parent sleeps so that the child prints first; time passes while the child is still ready."""
    s = Story(steps=[{"expect": {"part": "alice", "lines": ["child", "parent"]}}])
    s.fork(10, 11)
    sleep = s.invoke(10, "nanosleep", line=6, duration_ns=1000 * MS)
    s.time_ns = 1000 * MS
    s.ok(sleep, blocked=True)
    s._add(0, s.ops[-1].type, "clock", value={"to_ns": s.time_ns, "late": late})
    s.prints(10 if swapped else 11, "parent\n")
    s.prints(11, "child\n")
    s.got(0, "alice", order)
    return s


def test_a_sleeper_that_woke_too_early_is_the_cause_of_the_wrong_order() -> None:
    s = hurried()
    sleep, end, printed, failed = 2, 3, 5, 7
    assert sleep_sync.check(s.history, s.spec) == [
        Finding(
            check="sleep-sync",
            message="alice sleeps for 1 s at alice.c:6 so that others come first; "
            "when it woke before they were done, the output was wrong.",
            why=sleep_sync.RULE,
            read="man 7 sem_overview",
            part="alice",
            pid=10,
            ops=(sleep, end, printed, failed),
            file="alice.c",
            line=6,
        )
    ]


def test_a_sleeper_that_woke_when_nobody_was_ready_is_not() -> None:
    s = hurried(late=False)
    assert sleep_sync.check(s.history, s.spec) == []


def test_a_sleeper_that_printed_nothing_is_not() -> None:
    s = hurried(swapped=False)
    assert sleep_sync.check(s.history, s.spec) == []


def test_text_that_is_merely_missing_is_not_the_sleepers_fault() -> None:
    s = hurried(order="child\n")
    assert sleep_sync.check(s.history, s.spec) == []


def test_a_sleeper_that_passed_something_on_too_early_is_the_cause() -> None:
    s = Story("alice", "bob_ref", steps=[{"expect": {"part": "bob_ref", "lines": ["a", "b"]}}])
    sleep = s.invoke(10, "nanosleep", duration_ns=5 * MS, absolute=True)
    s.time_ns = 5 * MS
    s.ok(sleep, blocked=True)
    s._add(0, s.ops[-1].type, "clock", value={"to_ns": s.time_ns, "late": True})
    s.call(10, "write", "fifo:x", fd=3)
    s.prints(20, "b\na\n")
    s.got(0, "bob_ref", "b\na\n")
    (finding,) = sleep_sync.check(s.history, s.spec)
    assert finding.message.startswith("alice sleeps so that others come first")


def test_the_reference_may_sleep() -> None:
    s = Story("alice", "bob_ref", steps=[{"expect": {"part": "bob_ref", "lines": ["a", "b"]}}])
    sleep = s.invoke(20, "nanosleep", duration_ns=5 * MS)
    s.time_ns = 5 * MS
    s.ok(sleep, blocked=True)
    s._add(0, s.ops[-1].type, "clock", value={"to_ns": s.time_ns, "late": True})
    s.prints(20, "b\na\n")
    s.got(0, "bob_ref", "b\na\n")
    assert sleep_sync.check(s.history, s.spec) == []
