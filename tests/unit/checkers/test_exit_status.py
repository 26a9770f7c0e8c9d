"""How programs end, and whether they do."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import crash, exit_status, mechanism, reaping
from grader.model.history import EndReason, ObjectKind, OpType
from grader.model.verdict import Finding

from .history_builder import Story, told


def exiting(accepted: object) -> Story:
    return Story(steps=[{"start": "alice"}, {"exit": {"alice": accepted}}])


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


# -- crash --


def test_a_process_that_dies_of_its_own_fault_is_told_with_its_last_line() -> None:
    s = Story()
    s.call(10, "mmap", line=8)
    ended = s.dies(10, "SIGSEGV")
    assert crash.check(s.history, s.spec) == [
        Finding(
            check="crash",
            message="alice died of SIGSEGV: it touched memory that is not there; "
            "the last call seen is `mmap` at alice.c:8.",
            why=crash.RULE,
            read="man 7 signal",
            part="alice",
            pid=10,
            ops=(ended,),
            file="alice.c",
            line=8,
        )
    ]


def test_children_that_die_in_the_same_way_are_one_finding() -> None:
    s = Story()
    s.fork(10, 11)
    s.fork(10, 12)
    s.dies(11, "SIGBUS")
    s.dies(12, "SIGBUS")
    assert told(crash.check(s.history, s.spec)) == [
        "alice (pid 11) died of SIGBUS: it touched a mapping beyond the end of its object "
        "(and 1 more processes like it)."
    ]


def test_a_signal_somebody_sent_is_no_crash() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(11, "SIGSEGV", sender=10)
    s.dies(10, "SIGSEGV", sender="script")
    assert crash.check(s.history, s.spec) == []


def test_abort_is_a_crash_though_the_process_sends_the_signal_itself() -> None:
    s = Story()
    s.dies(10, "SIGABRT", sender=10)
    assert len(crash.check(s.history, s.spec)) == 1


def test_to_die_of_a_signal_the_script_demands_is_no_crash() -> None:
    s = Story(steps=[{"exit": {"alice": [0, {"signal": "ABRT"}]}}])
    s.dies(10, "SIGABRT", sender=10)
    assert crash.check(s.history, s.spec) == []


@pytest.mark.parametrize(("signal", "crashes"), [("SIGPIPE", 0), ("SIGTERM", 0), ("SIGSEGV", 1)])
def test_a_demand_for_a_failure_excuses_signals_but_no_mistakes(signal: str, crashes: int) -> None:
    s = exiting("nonzero")
    s.dies(10, signal, "script" if signal == "SIGTERM" else "kernel")
    assert len(crash.check(s.history, s.spec)) == crashes


def unanswered(accepted: object, *, steps: bool = True) -> Story:
    s = exiting(accepted) if steps else Story()
    s.event(10, "sigaction", signal="SIGTERM", action="handler")
    s.dies(10, "SIGTERM", "script")
    return s


def test_a_signal_of_the_script_that_a_program_must_answer_is_no_end() -> None:
    s = unanswered(0)
    assert told(crash.check(s.history, s.spec)) == [
        "alice died of SIGTERM, which it must answer: it has no handler for it."
    ]


def test_a_handler_that_worked_once_is_told() -> None:
    s = exiting(0)
    s.event(10, "deliver", signal="SIGHUP", action="handler", sender="script")
    s.dies(10, "SIGHUP", "script")
    assert told(crash.check(s.history, s.spec)) == [
        "alice died of SIGHUP, which it must answer: its handler was gone after the first time."
    ]


def test_a_signal_of_the_script_may_end_a_program() -> None:
    s = unanswered({"signal": "TERM"})
    assert crash.check(s.history, s.spec) == []
    s = unanswered(0, steps=False)
    assert crash.check(s.history, s.spec) == []


def test_the_main_process_must_not_die_of_sigpipe() -> None:
    s = Story()
    s.dies(10, "SIGPIPE")
    assert len(crash.check(s.history, s.spec)) == 1


def test_a_sigpipe_is_signed_by_the_writer_himself() -> None:
    s = Story()
    s.call(10, "write", error="EPIPE", line=5, fd=3)
    s.dies(10, "SIGPIPE", sender=10)
    assert len(crash.check(s.history, s.spec)) == 1


def test_a_signal_the_process_sent_itself_is_no_crash() -> None:
    s = Story()
    s.call(10, "kill", target=10, signal="SIGPIPE")
    s.dies(10, "SIGPIPE", sender=10)
    assert crash.check(s.history, s.spec) == []


def test_a_child_may_die_of_sigpipe_as_in_a_pipeline() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(11, "SIGPIPE")
    assert crash.check(s.history, s.spec) == []


def test_a_foreign_program_may_crash() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(11, "/bin/sh", "sh", "-c", "kill -SEGV $$")
    s.fork(11, 12)
    s.dies(12, "SIGSEGV")
    s.dies(11, "SIGSEGV")
    assert crash.check(s.history, s.spec) == []


def test_a_program_of_the_submission_that_was_executed_may_not() -> None:
    s = Story()
    s.exec(10, "/usr/bin/python3", "python3", "/submission/worker.py")
    s.dies(10, "SIGSEGV")
    assert len(crash.check(s.history, s.spec)) == 1


def test_the_reference_is_not_accused_of_a_crash() -> None:
    s = Story("bob_ref")
    s.dies(10, "SIGSEGV")
    assert crash.check(s.history, s.spec) == []


# -- reaping --


def test_children_nobody_waited_for_are_told_with_the_fork() -> None:
    s = Story()
    one = s.fork(10, 11, line=5)
    two = s.fork(10, 12, line=5)
    s.exits(11)
    ended = s.exits(10, zombies=[11], orphans=[12])
    assert reaping.check(s.history, s.spec) == [
        Finding(
            check="reaping",
            message="When alice ended, its child (pid 11) had ended and was never waited for "
            "and its child (pid 12) was still alive.",
            why=reaping.RULE,
            read="man 2 wait",
            part="alice",
            pid=10,
            ops=(one, two, ended),
            file="alice.c",
            line=5,
        )
    ]


def test_children_that_were_waited_for_are_no_finding() -> None:
    s = Story()
    s.fork(10, 11)
    s.exits(11)
    s.call(10, "wait", result=11, ok={"child": 11, "status": 0}, pid=-1, flags=[])
    s.exits(10, zombies=[], orphans=[])
    assert reaping.check(s.history, s.spec) == []


def test_who_died_of_a_signal_could_not_wait() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(10, "SIGTERM", "script", zombies=[11], orphans=[])
    assert reaping.check(s.history, s.spec) == []


def test_children_that_outlive_the_sigterm_of_their_parent_are_left_behind() -> None:
    s = Story()
    fork = s.fork(10, 11, line=5)
    s.fork(10, 12)
    s.dies(10, "SIGTERM", "script", orphans=[11, 12])
    ended = s.ops[-1].index
    s.exits(12)
    s.remains(11, "blocked")
    assert [(f.message, f.ops, f.line) for f in reaping.check(s.history, s.spec)] == [
        ("When alice had died of SIGTERM, its child (pid 11) was still alive.", (fork, ended), 5)
    ]


@pytest.mark.parametrize("why", ["it ends soon", "it may stay", "the script was broken off", "it crashed"])
def test_children_of_who_died_of_a_signal_are_not_judged_if(why: str) -> None:
    s = Story(stays=["alice"] if why == "it may stay" else [])
    s.fork(10, 11)
    s.dies(10, "SIGTERM", "kernel" if why == "it crashed" else "script", orphans=[11])
    if why == "it ends soon":
        s.exits(11)
    else:
        s.remains(11, "blocked")
    if why == "the script was broken off":
        s.reason = EndReason.STUCK
    assert reaping.check(s.history, s.spec) == []


def test_the_children_of_a_shell_are_not_the_students() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(11, "/bin/sh", "sh", "-c", "sleep 1 &")
    s.fork(11, 12)
    s.exits(11, orphans=[12])
    assert reaping.check(s.history, s.spec) == []


def test_processes_of_pythons_library_end_by_themselves() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(
        11, "/usr/bin/python3", "python3", "-c", "from multiprocessing.resource_tracker import main;main(5)"
    )
    s.exits(10, orphans=[11])
    assert reaping.check(s.history, s.spec) == []


def test_what_ends_after_the_script_was_broken_off_is_not_judged() -> None:
    s = exiting(0)
    s.fork(10, 11)
    s.unmet(1, "exit", {"alice": {"state": "running"}})
    s.exits(10, orphans=[11])
    assert reaping.check(s.history, s.spec) == []


# -- mechanism --


def test_starting_the_references_program_is_not_the_submissions_work() -> None:
    s = Story()
    s.exec(10, "/proc/30/exe", "chat", reference=True)
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice started the reference's program (/proc/30/exe)."
    ]


def test_starting_another_program_is() -> None:
    s = Story()
    s.exec(10, "/bin/cat", reference=False)
    s.call(10, "open", path="x", flags=["O_RDONLY"])
    assert mechanism.check(s.history, s.spec) == []


def two_writers(**scenario: Any) -> Story:
    """Two processes of alice write to a pipe each; the script demands nothing in vain."""
    s = Story("alice", **scenario)
    s.object(ObjectKind.PIPE, "stdout of alice")
    s.fork(10, 11)
    for pid in (10, 11):
        s.call(pid, "write", "pipe:stdout of alice")
    return s


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ({"calls": "write"}, []),
        ({"calls": ["send", "write"], "object": "stdout of alice", "processes": 2, "times": 2}, []),
        (
            {"calls": ["kill", "sigqueue"], "because": "Turns are told by signals."},
            ["alice prints what it should, but never uses `kill` or `sigqueue`. Turns are told by signals."],
        ),
        (
            {"calls": "write", "object": "a.fifo"},
            ["alice prints what it should, but never uses `write` on a.fifo."],
        ),
        (
            {"calls": "write", "processes": 3},
            ["alice prints what it should, but `write` is to be used by 3 of its processes: 2 did."],
        ),
        (
            {"calls": "fork", "times": 4},
            ["alice prints what it should, but `fork` is to be used by it 4 times: 1 came."],
        ),
    ],
)
def test_means_that_are_required_must_be_used(means: dict[str, Any], said: list[str]) -> None:
    s = two_writers(requires=[{"part": "alice", **means}])
    assert told(mechanism.check(s.history, s.spec)) == said


def test_whoever_did_not_get_that_far_is_not_asked_for_his_means() -> None:
    s = two_writers(requires=[{"part": "alice", "calls": "kill"}])
    s._add(0, OpType.FAIL, "expect")
    assert mechanism.check(s.history, s.spec) == []


def test_the_reference_may_use_what_it_likes() -> None:
    s = Story("bob_ref", requires=[{"part": "bob_ref", "calls": "kill"}])
    assert mechanism.check(s.history, s.spec) == []


def test_forbidden_means_are_told_with_their_place() -> None:
    s = two_writers(forbids=[{"part": "alice", "calls": ["pipe", "socketpair"], "because": "Use signals."}])
    s.call(10, "pipe", error="EMFILE")
    s.call(10, "pipe", line=7)
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice uses pipe at alice.c:7, which this exercise forbids. Use signals."
    ]
