"""Who waits for whom when nobody can go on."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import deadlock
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told
from .stories import ENDS, stuck


def test_a_reader_that_keeps_the_only_write_end_waits_for_itself() -> None:
    """
    alice   pipe --- fork --- close(4) --- exit...wait for 11
    pid 11                                 read(3) ...         holds 3 and 4 itself
    """
    s = Story(steps=ENDS)
    pipe = s.object(ObjectKind.PIPE)
    s.call(10, "pipe", pipe, ok={"fds": [3, 4]})
    s.fork(10, 11)
    s.call(10, "close", pipe, fd=4)
    reads = s.invoke(11, "read", pipe, line=20, fd=3)
    waits = s.invoke(10, "wait", line=30, pid=-1, flags=[])
    s.asleep(10, waits, (3, pipe, "r"))
    s.asleep(11, reads, (3, pipe, "r"), (4, pipe, "w"))
    stuck(s)
    assert deadlock.check(s.history, s.spec) == [
        Finding(
            check="deadlock",
            message="alice (pid 11) waits in read on pipe:1 at alice.c:20; the only open write end is its "
            "own descriptor 4, inherited at fork; alice waits for its child pid 11 to end at alice.c:30.",
            why=deadlock.RULE,
            read="man 7 pipe",
            part="alice",
            pid=11,
            ops=(reads, waits),
            file="alice.c",
            line=20,
        )
    ]


def test_a_parent_that_waits_with_the_write_end_open_is_named_as_its_holder() -> None:
    s = Story(steps=ENDS)
    pipe = s.object(ObjectKind.PIPE)
    s.call(10, "pipe", pipe, ok={"fds": [3, 4]})
    s.fork(10, 11)
    s.asleep(10, s.invoke(10, "wait", pid=11, flags=[]), (4, pipe, "w"))
    s.asleep(11, s.invoke(11, "read", pipe, fd=3), (3, pipe, "r"))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice (pid 11) waits in read on pipe:1, whose write end is descriptor 4 of alice; "
        "alice waits for its child pid 11 to end."
    ]


def test_a_reader_whose_writer_waits_for_input_is_not_deadlocked() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    pipe = s.object(ObjectKind.PIPE)
    s.fork(10, 11)
    s.asleep(10, s.invoke(10, "read", s.stdin(), fd=0), (4, pipe, "w"))
    s.asleep(11, s.invoke(11, "read", pipe, fd=3), (3, pipe, "r"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def two_fifos(*, bob: str = "bob", later: list[dict[str, object]] | None = None) -> Story:
    """Both have made both FIFOs, and each opens his own for reading first."""
    steps: list[dict[str, object]] = [
        {"start": ["alice", bob]},
        {"expect": {"part": bob, "lines": "hi"}},
        *(later or []),
    ]
    cast = ["alice", bob, "carol"] if later else ["alice", bob]
    s = Story(*cast, steps=steps, args={"alice": ["alice", "bob"], bob: ["bob", "alice"], "carol": ["alice"]})
    a, b = s.object(ObjectKind.FIFO, "alice.fifo"), s.object(ObjectKind.FIFO, "bob.fifo")
    for pid in (10, 20):
        s.call(pid, "mkfifo", a, error="EEXIST", path="alice.fifo", mode=0o600)
        s.call(pid, "mkfifo", b, error="EEXIST", path="bob.fifo", mode=0o600)
    s.asleep(10, s.invoke(10, "open", a, line=5, path="alice.fifo", flags=["O_RDONLY"]))
    s.asleep(20, s.invoke(20, "open", b, line=5, path="bob.fifo", flags=["O_RDONLY"]))
    s.got(1, bob, "", EndReason.STUCK)
    return s


def test_two_fifos_opened_for_reading_by_both_sides() -> None:
    s = two_fifos()
    assert told(deadlock.check(s.history, s.spec)) == [
        "bob waits in open of bob.fifo for a writer at bob.c:5; "
        "alice waits in open of alice.fifo for a writer at alice.c:5."
    ]


def test_the_reference_in_a_circle_is_told_and_not_accused() -> None:
    s = two_fifos(bob="bob_ref")
    (finding,) = deadlock.check(s.history, s.spec)
    assert finding.message == (
        "alice waits in open of alice.fifo for a writer at alice.c:5; "
        "bob_ref (played by the reference) waits in open of bob.fifo for a writer at bob_ref.c:5."
    )
    assert finding.part == "alice"


def test_who_is_to_print_now_may_not_wait_for_somebody_started_later() -> None:
    s = two_fifos(later=[{"start": "carol"}])
    assert [finding.check for finding in deadlock.check(s.history, s.spec)] == ["deadlock"]


def next_request(*steps: dict[str, object]) -> Story:
    """A worker that has taken a message is back in its receive; another sender is still to be started."""
    s = Story("alice", "bob", steps=[*steps, {"start": "bob"}], args={"bob": ["/jobs"]})
    jobs = s.object(ObjectKind.QUEUE, "/jobs")
    s.call(10, "mq_receive", jobs, result=3)
    s.asleep(10, s.invoke(10, "mq_receive", jobs))
    return s


def test_a_worker_that_waits_for_its_next_message_may_have_printed_without_flushing() -> None:
    s = next_request({"expect": {"part": "alice", "lines": "one"}})
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_a_worker_that_is_to_end_now_may_not() -> None:
    s = next_request({"exit": {"alice": 0}})
    stuck(s, 0)
    assert len(deadlock.check(s.history, s.spec)) == 1


def test_without_the_submission_there_is_nothing_to_report() -> None:
    s = Story("bob_ref", steps=[{"exit": {"bob_ref": 0}}])
    s.asleep(10, s.invoke(10, "sem_wait", s.object(ObjectKind.SEMAPHORE, "/x")))
    stuck(s, 0, "bob_ref")
    assert deadlock.check(s.history, s.spec) == []


def test_a_semaphore_nobody_is_left_to_post() -> None:
    s = Story(steps=ENDS)
    semaphore = s.object(ObjectKind.SEMAPHORE, "/shm-counter")
    s.asleep(10, s.invoke(10, "sem_wait", semaphore, line=9))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in sem_wait on semaphore /shm-counter at alice.c:9, "
        "and nobody is left who could wake it."
    ]


def test_a_semaphore_that_a_reader_of_input_may_post() -> None:
    s = Story("alice", "bob", steps=ENDS)
    semaphore = s.object(ObjectKind.SEMAPHORE, "/x")
    s.call(20, "sem_post", semaphore)
    s.asleep(10, s.invoke(10, "sem_wait", semaphore))
    s.asleep(20, s.invoke(20, "read", s.stdin("bob"), fd=0))
    stuck(s)
    assert deadlock.check(s.history, s.spec) == []


def test_two_locks_taken_in_opposite_order_name_their_holders() -> None:
    s = Story("alice", "bob", steps=ENDS)
    one, two = s.object(ObjectKind.FILE, "one"), s.object(ObjectKind.FILE, "two")
    s.call(10, "flock", one, fd=3, operation=["LOCK_EX"])
    s.call(20, "flock", two, fd=3, operation=["LOCK_EX"])
    s.asleep(10, s.invoke(10, "flock", two, line=5, fd=4, operation=["LOCK_EX"]))
    s.asleep(20, s.invoke(20, "flock", one, line=5, fd=4, operation=["LOCK_EX"]))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in flock on two at alice.c:5, locked by bob; "
        "bob waits in flock on one at bob.c:5, locked by alice."
    ]


def test_a_lock_that_was_let_go_is_held_by_nobody() -> None:
    s = Story("alice", "bob", steps=ENDS)
    one = s.object(ObjectKind.FILE, "one")
    s.call(20, "fcntl", one, fd=3, cmd="F_SETLKW", type="F_WRLCK")
    s.call(20, "fcntl", one, fd=3, cmd="F_SETLK", type="F_UNLCK")
    s.asleep(10, s.invoke(10, "fcntl", one, fd=4, cmd="F_SETLKW", type="F_WRLCK"))
    s.asleep(20, s.invoke(20, "read", s.stdin("bob"), fd=0))
    stuck(s)
    assert deadlock.check(s.history, s.spec) == []


def serving(*steps: dict[str, object], **scenario: Any) -> Story:
    """A server that rests in read on its FIFO, with a write end of its own; a client waits for it."""
    s = Story("alice", "bob_ref", steps=[{"expect": {"part": "bob_ref", "lines": "0"}}, *steps], **scenario)
    fifo, answer = s.object(ObjectKind.FIFO, "server"), s.object(ObjectKind.FIFO, "server.20")
    s.call(20, "write", fifo, fd=3)
    s.asleep(10, s.invoke(10, "read", fifo, fd=3), (3, fifo, "r"), (4, fifo, "w"))
    s.asleep(20, s.invoke(20, "open", answer, path="server.20", flags=["O_RDONLY"]))
    s.got(0, "bob_ref", "", EndReason.STUCK)
    return s


def test_a_server_that_rests_until_its_signal_comes_is_not_deadlocked() -> None:
    s = serving({"signal": {"alice": "TERM"}})
    assert deadlock.check(s.history, s.spec) == []


def test_a_server_that_may_stay_is_not_deadlocked() -> None:
    s = serving(stays=["alice"])
    assert deadlock.check(s.history, s.spec) == []


def test_a_server_nobody_will_end_is_part_of_the_circle() -> None:
    s = serving()
    (finding,) = deadlock.check(s.history, s.spec)
    assert finding.part == "alice"


def test_a_server_asleep_in_opening_the_fifo_of_a_vanished_client_does_not_rest() -> None:
    s = Story(
        "alice",
        "bob_ref",
        steps=[{"expect": {"part": "bob_ref", "lines": "0"}}, {"signal": {"alice": "TERM"}}],
    )
    gone, answer = s.object(ObjectKind.FIFO, "f.99"), s.object(ObjectKind.FIFO, "f.20")
    s.asleep(10, s.invoke(10, "write", gone, path="f.99"), (4, gone, "rw"))
    s.asleep(20, s.invoke(20, "open", answer, path="f.20", flags=["O_RDONLY"]))
    s.got(0, "bob_ref", "", EndReason.STUCK)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in write on f.99; the only open read end is its own descriptor 4; "
        "bob_ref (played by the reference) waits in open of f.20 for a writer."
    ]


def test_wrong_text_is_no_deadlock_even_if_all_are_asleep() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    s.asleep(10, s.invoke(10, "sem_wait", s.object(ObjectKind.SEMAPHORE, "/x")))
    s.got(0, "alice", "two\n", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_text_that_does_not_come_is_one() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    s.asleep(10, s.invoke(10, "sem_wait", s.object(ObjectKind.SEMAPHORE, "/x")))
    s.got(0, "alice", "", EndReason.STUCK)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in sem_wait on semaphore /x, and nobody is left who could wake it."
    ]


def test_who_waits_for_a_signal_from_outside_is_not_deadlocked() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    s.asleep(10, s.invoke(10, "pause"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_who_waits_for_a_signal_of_his_own_kin_is_deadlocked() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    s.call(10, "kill", "", target=11, signal="SIGUSR1")
    s.asleep(10, s.invoke(10, "pause"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in pause, and nobody is left who could wake it."
    ]


def both_wait_first(*steps: dict[str, object]) -> Story:
    """Parent and child wait for each other's signal before either has sent one."""
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}, *steps])
    s.fork(10, 11)
    s.asleep(10, s.invoke(10, "sigsuspend"))
    s.asleep(11, s.invoke(11, "sigsuspend"))
    s.got(0, "alice", "", EndReason.STUCK)
    return s


def test_kin_that_wait_for_each_others_signal_from_the_start_are_deadlocked() -> None:
    s = both_wait_first()
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in sigsuspend; alice (pid 11) waits in sigsuspend."
    ]


@pytest.mark.parametrize(
    ("children", "told_as"),
    [
        ((11,), "its child (pid 11) had ended already and was not waited for"),
        ((11, 12), "2 of its children had ended already and were not waited for"),
    ],
)
def test_who_waits_for_the_signal_of_children_that_have_all_ended_waits_for_ever(
    children: tuple[int, ...], told_as: str
) -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    for child in children:
        s.fork(10, child)
        s.exits(child)
        s.remains(child, "zombie")
    s.asleep(10, s.invoke(10, "sigwait"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert told(deadlock.check(s.history, s.spec)) == [
        f"alice waits in sigwait, and nobody is left who could wake it; {told_as}."
    ]


def test_kin_that_the_script_will_signal_are_not() -> None:
    s = both_wait_first({"signal": {"alice": "USR1"}})
    assert deadlock.check(s.history, s.spec) == []


def test_a_child_that_waits_for_a_signal_is_not_woken_by_the_scripts_to_its_parent() -> None:
    """
    alice   fork --- SIGTERM of the script --- kill(11) --- wait for 11 ...
    pid 11           pause ...                 which is blocked there
    """
    s = Story(steps=[{"start": "alice"}, {"signal": {"alice": "TERM"}}, {"exit": {"alice": 0}}])
    s.fork(10, 11)
    s.asleep(11, s.invoke(11, "pause"))
    s.call(10, "kill", target=11, signal="SIGTERM")
    s.asleep(10, s.invoke(10, "wait", pid=11, flags=[]))
    stuck(s, step=2)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice (pid 11) waits in pause; alice waits for its child pid 11 to end."
    ]


def test_processes_that_signal_each_other_wait_for_each_other() -> None:
    s = Story(steps=ENDS)
    s.fork(10, 11)
    s.call(10, "kill", target=11, signal="SIGUSR1")
    s.asleep(10, s.invoke(10, "sigsuspend"))
    s.asleep(11, s.invoke(11, "pause"))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in sigsuspend; alice (pid 11) waits in pause."
    ]


def test_a_part_that_prints_wrongly_while_another_waits_is_no_deadlock() -> None:
    s = Story("alice", "bob", steps=[{"expect": {"part": "alice", "lines": "one"}}])
    s.exits(10)
    s.asleep(20, s.invoke(20, "sem_wait", s.object(ObjectKind.SEMAPHORE, "/x")))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_a_helper_at_rest_is_no_deadlock_while_its_part_goes_on() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "bob left"}}])
    fifo = s.object(ObjectKind.FIFO, "alice.fifo")
    s.fork(10, 11)
    s.asleep(10, s.invoke(10, "read", s.stdin(), fd=0))
    s.asleep(11, s.invoke(11, "read", fifo, fd=3), (3, fifo, "rw"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_waiting_in_another_call_than_demanded_is_no_deadlock_without_a_circle() -> None:
    s = Story(steps=[{"blocked": {"part": "alice", "call": "read"}}])
    fifo = s.object(ObjectKind.FIFO, "alice.fifo")
    s.asleep(10, s.invoke(10, "open", fifo, flags=["O_RDONLY"]))
    s.unmet(
        0,
        "blocked",
        [{"pid": 10, "state": "blocked", "call": "open", "object": "alice.fifo"}],
        EndReason.STUCK,
    )
    assert deadlock.check(s.history, s.spec) == []


def test_an_object_of_another_mode_is_no_deadlock() -> None:
    s = two_fifos()
    s.spec = Story("alice", "bob", steps=[{"present": {"kind": "fifo", "name": "a", "mode": "0600"}}]).spec
    s.ops.pop()
    s.unmet(0, "present", {"kind": "fifo", "name": "a", "mode": "0644"}, EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_a_missing_object_may_be_one() -> None:
    s = two_fifos()
    s.spec = Story("alice", "bob", steps=[{"present": {"kind": "fifo", "name": "a"}}]).spec
    s.ops.pop()
    s.unmet(0, "present", None, EndReason.STUCK)
    assert len(deadlock.check(s.history, s.spec)) == 1


def test_a_poll_is_woken_by_any_of_its_descriptors() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    pipe, stdin = s.object(ObjectKind.PIPE), s.stdin()
    poll = s.invoke(10, "poll", pipe, fds=[3, 0], objects=[pipe, stdin])
    s.asleep(10, poll, (0, stdin, "r"), (3, pipe, "rw"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []


def test_an_epoll_is_woken_by_what_it_watches() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    epoll, pipe, stdin = s.object(ObjectKind.EVENT), s.object(ObjectKind.PIPE), s.stdin()
    s.call(10, "epoll_ctl", epoll, op="EPOLL_CTL_ADD", watched=pipe)
    s.call(10, "epoll_ctl", epoll, op="EPOLL_CTL_ADD", watched=stdin)
    watching = s.history
    s.asleep(10, s.invoke(10, "epoll_wait", epoll), (3, pipe, "rw"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert deadlock.check(s.history, s.spec) == []
    assert watching.ops


def test_an_epoll_that_no_longer_watches_its_input_is_not() -> None:
    s = Story(steps=[{"expect": {"part": "alice", "lines": "one"}}])
    epoll, pipe, stdin = s.object(ObjectKind.EVENT), s.object(ObjectKind.PIPE), s.stdin()
    s.call(10, "epoll_ctl", epoll, op="EPOLL_CTL_ADD", watched=pipe)
    s.call(10, "epoll_ctl", epoll, op="EPOLL_CTL_ADD", watched=stdin)
    s.call(10, "epoll_ctl", epoll, op="EPOLL_CTL_DEL", watched=stdin)
    s.asleep(10, s.invoke(10, "epoll_wait", epoll), (3, pipe, "rw"))
    s.got(0, "alice", "", EndReason.STUCK)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in epoll_wait on event:1, and nobody is left who could wake it."
    ]


def test_threads_of_one_process_wait_for_each_other() -> None:
    s = Story(steps=ENDS)
    lock = s.object(ObjectKind.FUTEX)
    first = s.invoke(10, "pthread_mutex_lock", lock, line=1)
    second = s.invoke(10, "pthread_mutex_lock", lock, line=2, tid=11)
    s.asleep(10, first)
    s.asleep(10, second, tid=11)
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in pthread_mutex_lock on futex:1 at alice.c:1; "
        "alice waits in pthread_mutex_lock on futex:1 at alice.c:2."
    ]


def test_a_thread_may_be_joined_when_another_one_has_read() -> None:
    s = Story(steps=ENDS)
    s.asleep(10, s.invoke(10, "pthread_join"))
    s.asleep(10, s.invoke(10, "read", s.stdin(), tid=11, fd=0), tid=11)
    stuck(s)
    assert deadlock.check(s.history, s.spec) == []


def test_many_in_a_circle_are_counted() -> None:
    s = Story(steps=ENDS)
    shared = s.object(ObjectKind.MAPPING)
    for child in range(11, 17):
        s.fork(10, child)
        s.asleep(child, s.invoke(child, "sem_wait", shared))
    s.asleep(10, s.invoke(10, "wait", pid=-1, flags=[]))
    stuck(s)
    (message,) = told(deadlock.check(s.history, s.spec))
    assert message.endswith("; and 3 more wait in this circle.")


def test_a_socket_whose_peer_waits_for_this_one_too() -> None:
    s = Story("alice", "bob", steps=ENDS)
    mine, theirs = s.object(ObjectKind.SOCKET), s.object(ObjectKind.SOCKET)
    s.asleep(10, s.invoke(10, "recv", mine, fd=3), (3, mine, "rw"))
    s.asleep(20, s.invoke(20, "recv", theirs, fd=3), (3, theirs, "rw"))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in recv on socket:1; bob waits in recv on socket:2."
    ]


def test_what_wakes_by_itself_or_is_not_known_is_no_deadlock() -> None:
    for call in ("nanosleep", "unheard_of"):
        s = Story(steps=ENDS)
        s.asleep(10, s.invoke(10, call))
        stuck(s)
        assert deadlock.check(s.history, s.spec) == []


def test_a_run_that_was_not_stuck_is_not_searched() -> None:
    s = Story(steps=ENDS)
    s.asleep(10, s.invoke(10, "sem_wait", s.object(ObjectKind.SEMAPHORE, "/x")))
    s.unmet(1, "exit", {"alice": {"state": "running"}})
    assert deadlock.check(s.history, s.spec) == []
