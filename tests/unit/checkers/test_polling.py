"""Asking again and again, and what is like it and is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checkers import polling
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told

Try = Callable[[Story], None]


def queue(s: Story) -> str:
    return "sysv-queue:51" if "sysv-queue:51" in s.objects else s.object(ObjectKind.SYSV_QUEUE, "51")


def in_vain(s: Story) -> None:
    s.call(10, "msgrcv", queue(s), error="ENOMSG", line=12, id=0, type=1, flags=["IPC_NOWAIT"])


def comes(s: Story) -> None:
    s.call(10, "msgrcv", queue(s), result=5, line=12, id=0, type=1, flags=["IPC_NOWAIT"])


def test_a_receive_that_is_tried_again_and_again_is_polling() -> None:
    s = Story()
    tries = []
    for _ in range(3):
        in_vain(s)
        tries.append(len(s.ops) - 1)
        s.sleeps(10, 100, line=13)
    comes(s)
    assert polling.check(s.history, s.spec) == [
        Finding(
            check="polling",
            message="alice polls: it called msgrcv on System V queue 51 3 times in a row at alice.c:12 over "
            "0.2 s of virtual time (sleeping in between), each time in vain (ENOMSG).",
            why="Waiting is blocking: who asks again and again wastes the processor, or comes late, or both. "
            "Without the non-blocking flag the kernel wakes the caller when there is something.",
            read="man 2 msgrcv",
            part="alice",
            pid=10,
            ops=tuple(tries),
            file="alice.c",
            line=12,
        )
    ]


def test_two_tries_are_not() -> None:
    s = Story()
    for _ in range(2):
        in_vain(s)
        s.sleeps(10, 100)
    comes(s)
    assert polling.check(s.history, s.spec) == []


def test_a_queue_emptied_after_each_wake_up_is_not_polled() -> None:
    s = Story()
    signals = s.object(ObjectKind.PIPE)
    for _ in range(5):
        s.call(10, "poll", signals, result=1, blocked=True, fds=[3])
        comes(s)
        in_vain(s)
    assert polling.check(s.history, s.spec) == []


def test_workers_that_wake_together_and_find_nothing_do_not_poll() -> None:
    """All are woken by one connection; one accepts it, the others fail with EAGAIN and go back to poll."""
    s = Story()
    door = s.object(ObjectKind.SOCKET, "door")
    for _ in range(5):
        s.call(10, "poll", door, result=1, blocked=True, fds=[3])
        s.call(10, "accept", door, error="EAGAIN", fd=3)
    assert polling.check(s.history, s.spec) == []


def test_real_work_between_tries_is_no_polling() -> None:
    s = Story()
    mapping = s.object(ObjectKind.MAPPING)
    for _ in range(5):
        in_vain(s)
        s.event(10, "store", offset=0, size=8)
        s.call(10, "sem_post", mapping)
    assert polling.check(s.history, s.spec) == []


def test_to_take_any_of_several_types_is_not_to_try_again() -> None:
    s = Story()
    item = queue(s)
    for kind in (1, 2, 3):
        s.call(10, "msgrcv", item, error="ENOMSG", line=12, id=0, type=kind, flags=["IPC_NOWAIT"])
    assert polling.check(s.history, s.spec) == []


def test_a_few_tries_before_waiting_properly_are_no_polling() -> None:
    s = Story()
    mapping = s.object(ObjectKind.MAPPING)
    for _ in range(5):
        s.call(10, "sem_trywait", mapping, error="EAGAIN", line=3, offset=0)
    s.call(10, "sem_wait", mapping, blocked=True, line=4, offset=0)
    assert polling.check(s.history, s.spec) == []


def test_many_tries_before_waiting_are() -> None:
    s = Story()
    mapping = s.object(ObjectKind.MAPPING)
    for _ in range(50):
        s.call(10, "sem_trywait", mapping, error="EAGAIN", line=3, offset=0)
    s.call(10, "sem_wait", mapping, blocked=True, line=4, offset=0)
    assert len(polling.check(s.history, s.spec)) == 1


def test_a_few_tries_and_a_wait_that_never_ended_are_no_polling() -> None:
    s = Story()
    mapping = s.object(ObjectKind.MAPPING)
    for _ in range(5):
        s.call(10, "sem_trywait", mapping, error="EAGAIN", line=3, offset=0)
    s.asleep(10, s.invoke(10, "sem_wait", mapping))
    assert polling.check(s.history, s.spec) == []


def test_a_signal_between_tries_is_a_wake_up() -> None:
    s = Story()
    for _ in range(5):
        s.event(10, "deliver", signal="SIGCHLD", action="handler")
        s.call(10, "wait", result=0, ok={"child": 0}, pid=-1, flags=["WNOHANG"])
    assert polling.check(s.history, s.spec) == []


def test_a_waitid_that_finds_a_child_is_no_try_in_vain() -> None:
    s = Story()
    for child in (11, 12, 13, 14):
        s.call(10, "wait", result=0, ok={"child": child, "status": 0}, pid=0, flags=["WNOHANG", "WEXITED"])
    assert polling.check(s.history, s.spec) == []


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            lambda s: s.call(10, "wait", result=0, ok={"child": 0}, pid=-1, flags=["WNOHANG"]),
            "it called wait 3 times in a row, each time in vain (nothing there)",
        ),
        (
            lambda s: s.call(
                10, "flock", "file:x", error="EWOULDBLOCK", fd=3, operation=["LOCK_EX", "LOCK_NB"]
            ),
            "it called flock on file:x 3 times in a row, each time in vain (EWOULDBLOCK)",
        ),
        (
            lambda s: s.call(10, "semop", "s", error="EAGAIN", id=0, ops=[{"num": 0, "op": -1}]),
            "it called semop on s 3 times in a row, each time in vain (EAGAIN)",
        ),
        (
            lambda s: s.call(10, "open", error="ENXIO", path="a.fifo", flags=["O_WRONLY", "O_NONBLOCK"]),
            "it called open of a.fifo 3 times in a row, each time in vain (ENXIO)",
        ),
        (
            lambda s: s.call(10, "access", error="ENOENT", path="ready"),
            "it called access of ready 3 times in a row, each time in vain (ENOENT)",
        ),
        (
            lambda s: s.call(
                10, "connect", f"socket:{len(s.ops)}", error="ECONNREFUSED", address="/tmp/door"
            ),
            "times in a row, each time in vain (ECONNREFUSED)",
        ),
        (
            lambda s: s.call(10, "poll", "pipe:1", result=0, blocked=True, fds=[3]),
            "it called poll on pipe:1 3 times in a row, each time until the time-out",
        ),
        (
            lambda s: s.call(10, "mq_receive", "queue:/q", error="ETIMEDOUT", blocked=True, fd=3),
            "it called mq_receive on queue:/q 3 times in a row, each time until the time-out",
        ),
        (
            lambda s: s.call(10, "epoll_wait", "event:1", result=0, blocked=True, fd=4),
            "it called epoll_wait on event:1 3 times in a row, each time until the time-out",
        ),
    ],
)
def test_ways_of_asking_in_vain(one: Try, message: str) -> None:
    s = Story()
    for _ in range(3):
        one(s)
        s.call(10, "socket", ok={"fd": 5})
        s.call(10, "close", fd=5)
    (found,) = told(polling.check(s.history, s.spec))
    assert message in found


@pytest.mark.parametrize(
    "one",
    [
        lambda s: s.call(10, "fork", error="EAGAIN"),
        lambda s: s.call(10, "mkfifo", error="EEXIST", path="a.fifo"),
        lambda s: s.call(10, "open", error="ENOENT", path="/usr/lib/python3/x"),
        lambda s: s.call(10, "futex", "futex:1", error="ETIMEDOUT", blocked=True),
        lambda s: s.call(10, "sem_wait", "semaphore:/s", error="EAGAIN"),
        lambda s: s.call(10, "read", "pipe:1", error="EINTR", blocked=True, fd=3),
        lambda s: s.call(10, "epoll_wait", "event:1", result=0, fd=4),
        lambda s: s.call(10, "poll", "pipe:1", result=1, fds=[3]),
        lambda s: s.call(10, "sched_yield"),
        lambda s: s.event(10, "load", offset=0, size=4),
        lambda s: s.sleeps(10, 100),
        lambda s: s.call(10, "poll", result=0, blocked=True, fds=[]),
    ],
)
def test_what_is_repeated_and_proves_nothing(one: Try) -> None:
    s = Story()
    for _ in range(30):
        one(s)
    assert polling.check(s.history, s.spec) == []


def test_a_lock_file_opened_anew_for_each_try_is_polled() -> None:
    s = Story()
    lock = s.object(ObjectKind.FILE, "lock")
    for _ in range(3):
        s.call(10, "open", lock, ok={"fd": 3}, path="lock", flags=["O_RDWR"])
        s.call(10, "flock", lock, error="EWOULDBLOCK", fd=3, operation=["LOCK_EX", "LOCK_NB"])
        s.call(10, "close", lock, fd=3)
    assert len(polling.check(s.history, s.spec)) == 1


def at_end_of_file(s: Story, *, blocked: bool = False) -> None:
    s.call(10, "poll", "fifo:server", result=1, fds=[3])
    s.call(10, "read", "fifo:server", result=0, blocked=blocked, line=30, fd=3, count=100)


def test_reading_at_end_of_file_for_ever_is_polling() -> None:
    s = Story()
    s.object(ObjectKind.FIFO, "server")
    for _ in range(3):
        at_end_of_file(s)
    assert told(polling.check(s.history, s.spec)) == [
        "alice polls: it called read on server 3 times in a row at alice.c:30, each time at end of file."
    ]


def test_an_end_of_file_that_was_waited_for_is_not() -> None:
    s = Story()
    s.object(ObjectKind.FIFO, "server")
    for _ in range(3):
        at_end_of_file(s, blocked=True)
    assert polling.check(s.history, s.spec) == []


def test_an_empty_datagram_is_no_end_of_file_when_it_is_worked_on() -> None:
    s = Story()
    socket, log = s.object(ObjectKind.SOCKET, "log"), s.object(ObjectKind.FILE, "log.txt")
    for _ in range(3):
        s.call(10, "recv", socket, result=0, fd=3, count=100)
        s.call(10, "write", log, result=3, fd=4)
    assert polling.check(s.history, s.spec) == []


def test_a_file_is_read_to_its_end_more_than_once() -> None:
    s = Story()
    file = s.object(ObjectKind.FILE, "data")
    for _ in range(3):
        s.call(10, "read", file, result=0, fd=3, count=100)
    assert polling.check(s.history, s.spec) == []


@pytest.mark.parametrize(
    "look",
    [
        lambda s: s.event(10, "load", offset=0, size=4, line=7),
        lambda s: s.call(10, "kill", line=7, target=20, signal="0"),
        lambda s: s.call(10, "semctl", "set", line=7, id=0, num=0, cmd="GETVAL"),
        lambda s: s.call(10, "poll", "pipe:1", result=0, line=7, fds=[3]),
    ],
)
def test_looking_and_sleeping_in_turns_is_polling(look: Try) -> None:
    s = Story()
    for _ in range(3):
        look(s)
        look(s)
        s.sleeps(10, 10)
    (message,) = told(polling.check(s.history, s.spec))
    assert message.endswith(
        "6 times in a row at alice.c:7 over 0.02 s of virtual time (sleeping in between), only to look."
    )


def test_the_textbook_wait_for_a_semaphore_set_to_be_initialised_is_not() -> None:
    s = Story()
    for _ in range(5):
        s.call(10, "semctl", "set", id=0, num=0, cmd="IPC_STAT")
        s.sleeps(10, 1000)
    assert polling.check(s.history, s.spec) == []


def sleeping(reason: EndReason = EndReason.FINISHED, limit: str = "") -> Story:
    s = Story(steps=[{"blocked": {"part": "alice", "call": "read"}}])
    for _ in range(30):
        s.sleeps(10, 1000, line=40)
    s.reason, s.limit = reason, limit
    return s


def test_sleeps_alone_may_be_meant() -> None:
    s = sleeping()
    assert polling.check(s.history, s.spec) == []


def test_sleeps_where_the_script_demands_a_wait_are_polling() -> None:
    s = sleeping()
    s.unmet(0, "blocked", [{"pid": 10, "state": "sleeping", "call": "nanosleep", "object": ""}])
    assert told(polling.check(s.history, s.spec)) == [
        "alice polls: it called nanosleep 30 times in a row at alice.c:40 over 29 s of virtual time, "
        "and did nothing else."
    ]


def test_sleeps_of_another_process_of_the_part_are_not() -> None:
    s = sleeping()
    s.unmet(0, "blocked", [{"pid": 11, "state": "sleeping", "call": "nanosleep", "object": ""}])
    assert polling.check(s.history, s.spec) == []


def test_sleeps_without_end_are_polling() -> None:
    s = sleeping(EndReason.LIMIT, "time")
    assert len(polling.check(s.history, s.spec)) == 1


def test_sleeps_that_came_to_an_end_before_the_limit_are_not() -> None:
    s = sleeping(EndReason.LIMIT, "time")
    s.call(10, "write", "pipe:1", fd=1)
    assert polling.check(s.history, s.spec) == []


def test_looks_without_a_pause_at_the_end_of_a_run_without_end_are_polling() -> None:
    s = Story()
    for _ in range(100):
        s.event(10, "load", offset=8, size=4, line=5)
    s.limited("events")
    assert told(polling.check(s.history, s.spec)) == [
        "alice polls: it called load 100 times in a row at alice.c:5, only to look."
    ]


def test_a_loop_that_reads_one_shared_value_each_time_round_is_not() -> None:
    s = Story()
    for _ in range(100):
        s.event(10, "load", offset=8, size=4, line=5)
    s.exits(10)
    assert polling.check(s.history, s.spec) == []


def test_the_longest_streak_of_a_loop_is_told_and_only_once() -> None:
    s = Story()
    for tries in (3, 7, 4):
        for _ in range(tries):
            in_vain(s)
            s.sleeps(10, 1, line=13)
        comes(s)
    (message,) = told(polling.check(s.history, s.spec))
    assert " 7 times in a row" in message


def test_the_reference_and_foreign_programs_are_not_judged() -> None:
    s = Story("bob_ref")
    for _ in range(5):
        in_vain(s)
    assert polling.check(s.history, s.spec) == []
    s = Story()
    s.exec(10, "/usr/bin/tail", "tail", "-f")
    for _ in range(5):
        in_vain(s)
    assert polling.check(s.history, s.spec) == []


def test_threads_are_judged_one_by_one() -> None:
    s = Story()
    item = queue(s)
    for _ in range(2):
        for tid in (10, 11):
            s.call(10, "msgrcv", item, error="ENOMSG", tid=tid, id=0, type=1, flags=["IPC_NOWAIT"])
    assert polling.check(s.history, s.spec) == []
