"""How programs end, and whether they do."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import exit_status
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told
from .stories import exiting


def test_another_status_than_demanded_is_told_with_the_last_words() -> None:
    s = exiting(0)
    s.prints(10, "Traceback (most recent call last):\n  ...\nKeyError: 'x'\n", "stderr")
    ended = s.exits(10, 1)
    failed = s.unmet(1, "exit", {"alice": {"state": "exited", "status": 1}})
    assert exit_status.check(s.history, s.spec) == [
        Finding(
            check="exit-status",
            message="alice ended with status 1, and should end with status 0; "
            "its last line on stderr is \"KeyError: 'x'\".",
            why=exit_status.RULE,
            read="man 3 exit",
            part="alice",
            pid=10,
            ops=(ended, failed),
        )
    ]


def test_a_program_that_should_have_ended_is_told_with_what_it_waits_in() -> None:
    s = exiting([0, 3])
    pipe = s.object(ObjectKind.PIPE)
    s.asleep(10, s.invoke(10, "read", pipe, line=4, fd=3))
    s.unmet(1, "exit", {"alice": {"state": "running"}}, EndReason.STUCK)
    (finding,) = exit_status.check(s.history, s.spec)
    assert finding.message == (
        "alice still runs, and should end with status 0 or status 3; it waits in read on pipe:1 at alice.c:4."
    )
    assert (finding.file, finding.line) == ("alice.c", 4)


@pytest.mark.parametrize(
    ("accepted", "state"),
    [
        (3, {"state": "signaled", "signal": "SIGTERM"}),
        ({"signal": "TERM"}, {"state": "exited", "status": 0}),
        ("nonzero", {"state": "exited", "status": 0}),
        (0, {"state": "not started"}),
    ],
)
def test_endings_that_are_not_accepted(accepted: object, state: dict[str, object]) -> None:
    s = exiting(accepted)
    s.unmet(1, "exit", {"alice": state})
    assert len(exit_status.check(s.history, s.spec)) == 1


def test_only_those_who_ended_wrongly_are_named_when_a_demand_fails_at_once() -> None:
    s = Story("alice", "bob", "carol", steps=[{"exit": {"alice": 0, "bob": "nonzero", "carol": 0}}])
    s.unmet(
        0,
        "exit",
        {
            "alice": {"state": "running"},
            "bob": {"state": "signaled", "signal": "SIGTERM"},
            "carol": {"state": "exited", "status": 2},
        },
    )
    assert told(exit_status.check(s.history, s.spec)) == [
        "carol ended with status 2, and should end with status 0."
    ]


def test_the_reference_shows_an_effect_and_is_not_accused() -> None:
    s = Story("alice", "bob_ref", steps=[{"exit": {"bob_ref": 0}}])
    s.unmet(0, "exit", {"bob_ref": {"state": "running"}}, EndReason.STUCK)
    (finding,) = exit_status.check(s.history, s.spec)
    assert (finding.part, finding.pid) == ("", 0)
    assert "shows what it got" in finding.why


def test_a_program_that_ended_too_early() -> None:
    s = Story(steps=[{"running": "alice"}])
    s.unmet(0, "running", {"alice": {"state": "exited", "status": 0}})
    assert told(exit_status.check(s.history, s.spec)) == ["alice ended with status 0, and should still run."]


KILL: list[dict[str, Any]] = [
    {"start": "alice"},
    {"running": "alice"},
    {"kill": {"part": "alice", "child": 2}},
]


def test_a_child_that_was_never_born_cannot_be_killed() -> None:
    s = Story(steps=KILL)
    s.fork(10, 11)
    waiting = s.invoke(10, "wait", line=7)
    s.unmet(2, "kill", {"children": 1, "state": "not started"}, EndReason.STUCK)
    s.asleep(10, waiting)
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice has started 1 child process, and should have started 2 by now; it waits in wait at alice.c:7."
    ]


@pytest.mark.parametrize("way", ["by itself", "by a signal", "of the script's delay"])
def test_a_child_that_is_gone_cannot_be_killed(way: str) -> None:
    s = Story(steps=KILL)
    s.fork(10, 11)
    s.fork(10, 12)
    if way == "by itself":
        s.exits(12, 5)
    elif way == "by a signal":
        s.dies(12, "SIGTERM", 10)
    s.performs(1, "running")
    if way == "of the script's delay":
        s.dies(12, "SIGTERM", 10)
    ended = (
        {"state": "exited", "status": 5} if way == "by itself" else {"state": "signaled", "signal": "SIGTERM"}
    )
    s.unmet(2, "kill", {"children": 2, "pid": 12, **ended})
    found = told(exit_status.check(s.history, s.spec))
    how = {"by itself": "ended with status 5", "by a signal": "died of SIGTERM"}.get(way)
    assert found == ([f"alice (pid 12) {how}, and should still run: it is child 2 of alice."] if how else [])


def test_a_part_of_which_a_child_was_killed_must_still_end() -> None:
    s = Story(steps=[{"start": "alice"}, {"kill": {"part": "alice", "child": 1}}])
    s.fork(10, 11)
    s.performs(1, "kill", part="alice", child=1, pid=11)
    s.dies(11, "SIGKILL", "script")
    s.asleep(10, s.invoke(10, "semop"))
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice has not ended though all is done; it waits in semop."
    ]


def test_a_program_that_does_not_stop() -> None:
    s = Story(steps=[{"stopped": "alice"}])
    s.unmet(0, "stopped", {"alice": {"state": "running"}}, EndReason.STUCK)
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice still runs, and should be stopped by job control."
    ]


def silent(status: int, accepted: object) -> Story:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "bob left"}}, {"exit": {"alice": accepted}}])
    s.exits(10, status)
    s.got(0, "alice", "", EndReason.STUCK)
    return s


def test_a_program_that_failed_before_it_printed_ended_wrongly() -> None:
    s = silent(1, 0)
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice ended with status 1, and should end with status 0."
    ]


def test_a_program_that_should_fail_is_judged_by_its_text_alone() -> None:
    s = silent(1, [1, 2])
    assert exit_status.check(s.history, s.spec) == []


def lingering(**scenario: Any) -> Story:
    s = Story(steps=[{"start": "alice"}, {"kill": "alice"}], **scenario)
    s.asleep(10, s.invoke(10, "pause", line=3))
    return s


def test_a_program_asleep_for_good_when_all_is_done_has_not_ended() -> None:
    s = lingering()
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice has not ended though all is done; it waits in pause at alice.c:3."
    ]


def test_a_program_that_may_stay_is_not_judged() -> None:
    s = lingering(stays=["alice"])
    assert exit_status.check(s.history, s.spec) == []


def test_a_program_the_script_killed_is_not_judged() -> None:
    s = lingering()
    s.performs(1, "kill", parts=["alice"])
    assert exit_status.check(s.history, s.spec) == []


def test_a_program_that_waits_for_more_input_is_not_judged() -> None:
    s = Story()
    s.fork(10, 11)
    s.asleep(10, s.invoke(10, "wait", pid=11))
    s.asleep(11, s.invoke(11, "read", s.stdin(), fd=0))
    assert exit_status.check(s.history, s.spec) == []


def test_a_program_asleep_for_a_while_is_not_judged() -> None:
    s = Story()
    s.asleep(10, s.invoke(10, "nanosleep", duration_ns=1))
    assert exit_status.check(s.history, s.spec) == []


def test_a_stopped_program_has_not_ended() -> None:
    s = Story()
    s.remains(10, "stopped")
    assert told(exit_status.check(s.history, s.spec)) == [
        "alice has not ended though all is done; it is stopped by job control."
    ]


def test_a_child_that_outlives_its_main_process_is_for_another_check() -> None:
    s = Story()
    s.fork(10, 11)
    s.exits(10, orphans=[11])
    s.asleep(11, s.invoke(11, "pause"))
    assert exit_status.check(s.history, s.spec) == []
