"""Runs that were ended because somebody went on without end."""

from __future__ import annotations

import pytest

from grader.checkers import limits
from grader.model.history import ObjectKind

from .history_builder import Story, told


def test_a_program_that_spins_is_told_with_the_line() -> None:
    s = Story()
    s.event(10, "spin", cpu_s=2.0, line=17)
    s.limited("cpu")
    s.detail = "alice computes without end"
    (finding,) = limits.check(s.history, s.spec)
    assert finding.message == (
        "alice spins at alice.c:17: it uses the processor without asking the kernel "
        "(alice computes without end)."
    )
    assert (finding.file, finding.line, finding.pid) == ("alice.c", 17, 10)


def test_without_a_spin_op_the_only_running_process_is_told() -> None:
    s = Story("alice", "bob")
    s.call(20, "write", "p", line=4)
    s.remains(20, "running")
    s.limited("cpu")
    assert told(limits.check(s.history, s.spec)) == [
        "bob spins at bob.c:4: it uses the processor without asking the kernel."
    ]


def test_nobody_is_told_if_several_were_running() -> None:
    s = Story("alice", "bob")
    s.remains(10, "running")
    s.remains(20, "running")
    s.limited("cpu")
    assert limits.check(s.history, s.spec) == []


def test_operations_without_end_are_told_with_the_commonest() -> None:
    s = Story("alice", "bob_ref")
    s.call(20, "write", "p")
    for _ in range(10):
        s.call(10, "read", "p", error="EAGAIN", line=3)
        s.call(10, "getppid", line=4)
        s.call(10, "read", "p", error="EAGAIN", line=3)
    s.limited("events")
    assert told(limits.check(s.history, s.spec)) == [
        "alice goes on without end: 20 of the last 31 operations are its `read` at alice.c:3."
    ]


def test_operations_of_the_reference_are_not_the_submissions() -> None:
    s = Story("alice", "bob_ref")
    s.call(10, "write", "p")
    for _ in range(10):
        s.call(20, "read", "p", error="EAGAIN")
    s.limited("events")
    assert limits.check(s.history, s.spec) == []


def test_a_fork_bomb_is_told_with_the_fork() -> None:
    s = Story()
    for child in range(11, 20):
        s.fork(10, child, line=2)
        s.remains(child, "running")
    s.limited("processes")
    assert told(limits.check(s.history, s.spec)) == [
        "alice had 9 processes and threads at once, forking at alice.c:2."
    ]


def test_output_without_end_is_told_with_the_writer() -> None:
    s = Story("alice", "bob")
    s.prints(20, "x")
    s.prints(10, "x" * 100)
    s.limited("output")
    assert told(limits.check(s.history, s.spec)) == ["alice prints without end."]


def test_time_without_end_is_told_with_who_lets_it_pass() -> None:
    s = Story("alice", "bob_ref")
    for _ in range(3):
        s.sleeps(10, 1000, line=5)
        s.sleeps(20, 1)
    s.limited("time")
    assert told(limits.check(s.history, s.spec)) == [
        "alice lets time pass without end: it called `nanosleep` at alice.c:5 3 times."
    ]


@pytest.mark.parametrize("limit", ["cpu", "events", "processes", "output", "time", "wall"])
def test_what_nobody_of_the_submission_did_is_not_reported(limit: str) -> None:
    s = Story("alice", "bob_ref")
    s.object(ObjectKind.PIPE)
    s.limited(limit)
    assert limits.check(s.history, s.spec) == []
    s.fork(20, 21)
    s.event(20, "spin")
    s.prints(20, "x")
    s.sleeps(20, 1)
    s.remains(21, "running")
    assert limits.check(s.history, s.spec) == []


def test_the_wall_clock_proves_nothing() -> None:
    s = Story()
    s.remains(10, "running")
    s.limited("wall")
    assert limits.check(s.history, s.spec) == []


def test_a_run_that_reached_no_limit_is_no_finding() -> None:
    s = Story()
    s.event(10, "spin", line=3)
    assert limits.check(s.history, s.spec) == []
