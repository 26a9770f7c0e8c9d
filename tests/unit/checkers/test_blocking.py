"""Programs that should be asleep in a call."""

from __future__ import annotations

from grader.checkers import blocking, exit_status
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told


def demanding(**demand: object) -> Story:
    return Story(steps=[{"blocked": {"part": "alice", **demand}}])


def test_who_waits_elsewhere_is_told_with_where() -> None:
    s = demanding(call=["read", "poll"], object="alice.fifo")
    fifo = s.object(ObjectKind.FIFO, "bob.fifo")
    s.invoke(10, "open", fifo, line=6)
    observed = [{"pid": 10, "state": "blocked", "call": "open", "object": "bob.fifo"}]
    failed = s.unmet(0, "blocked", observed, EndReason.STUCK)
    assert blocking.check(s.history, s.spec) == [
        Finding(
            check="blocking",
            message="alice should be asleep in read or poll on alice.fifo; "
            "instead pid 10 is in open on bob.fifo at alice.c:6.",
            why=blocking.RULE,
            read="man 2 read",
            part="alice",
            pid=10,
            ops=(failed,),
            file="alice.c",
            line=6,
        )
    ]


def test_who_sleeps_is_said_to_ask_again_and_again() -> None:
    s = demanding()
    s.unmet(0, "blocked", [{"pid": 10, "state": "sleeping", "call": "nanosleep", "object": ""}])
    (finding,) = blocking.check(s.history, s.spec)
    assert (
        finding.message == "alice should be asleep in a call that waits; instead pid 10 sleeps in nanosleep."
    )
    assert "that is polling" in finding.why


def test_who_has_ended_is_told_as_gone() -> None:
    s = demanding(call="mq_send")
    s.unmet(0, "blocked", [], EndReason.STUCK)
    assert told(blocking.check(s.history, s.spec)) == [
        "alice should be asleep in mq_send; instead none of its processes is left."
    ]


def test_too_few_processes_wait() -> None:
    s = demanding(call="semop", processes=2)
    s.unmet(
        0,
        "blocked",
        [
            {"pid": 10, "state": "blocked", "call": "semop", "object": "51"},
            {"pid": 11, "state": "woken", "call": "", "object": ""},
            {"pid": 12, "state": "", "call": "", "object": ""},
        ],
    )
    assert told(blocking.check(s.history, s.spec)) == [
        "alice should be asleep in semop with 2 processes; "
        "instead pid 10 is in semop on 51, pid 11 is woken, pid 12."
    ]


def test_the_reference_is_not_accused() -> None:
    s = Story("alice", "bob_ref", steps=[{"blocked": {"part": "bob_ref", "call": "read"}}])
    s.unmet(0, "blocked", [{"pid": 20, "state": "blocked", "call": "open", "object": ""}])
    assert [(f.part, f.pid) for f in blocking.check(s.history, s.spec)] == [("", 0)]


def test_a_demand_that_was_met_is_no_finding() -> None:
    s = demanding()
    s.performs(0, "blocked", part="alice")
    assert blocking.check(s.history, s.spec) == []


def refusing(status: int) -> Story:
    s = demanding(call="mq_receive")
    s.prints(10, "worker: no such luck\n", "stderr")
    s.exits(10, status)
    s.unmet(0, "blocked", [], EndReason.STUCK)
    return s


def test_to_refuse_instead_of_waiting_is_blocking() -> None:
    s = refusing(3)
    assert len(blocking.check(s.history, s.spec)) == 1
    assert exit_status.check(s.history, s.spec) == []


def test_to_fail_instead_of_waiting_is_a_failure() -> None:
    s = refusing(1)
    assert blocking.check(s.history, s.spec) == []
    assert told(exit_status.check(s.history, s.spec)) == [
        'alice ended with status 1, and should wait; its last line on stderr is "worker: no such luck".'
    ]
