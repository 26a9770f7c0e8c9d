"""What came before what: each act of synchronisation orders what it should, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers._order import Order
from grader.model.history import ObjectKind, Process

from .history_builder import Story
from .order_acts import (
    EVENT,
    FILE,
    LEFT,
    MEMORY,
    NAMED,
    PARENT,
    PIPE,
    RIGHT,
    SET,
    SOCKET,
    STDIN,
    Acts,
    at,
    atomic,
    barrier,
    behind,
    by_the_script,
    calls,
    condition,
    exits_and_is_not_waited_for,
    exits_and_is_waited_for,
    fifo_opened,
    killed_by_the_script,
    last_writer_closes,
    locks,
    long_write,
    message,
    nothing,
    only_sent_by_the_script,
    ordered,
    pipe_was_full,
    polls,
    record_lock,
    rwlock,
    semop,
    signalled,
    sleeps,
)

WRITES = (LEFT, "write", PIPE, {"data": "x", "count": 1}, {"result": 1})


@pytest.mark.parametrize(
    "acts",
    [
        exits_and_is_waited_for,
        calls((LEFT, "sem_post", MEMORY, at(0)), (RIGHT, "sem_wait", MEMORY, at(0))),
        calls((LEFT, "sem_post", NAMED, at(0)), (RIGHT, "sem_trywait", NAMED, at(0))),
        calls((LEFT, "sem_init", MEMORY, at(0)), (RIGHT, "sem_timedwait", MEMORY, at(0))),
        locks("unlock"),
        locks("unlock", "pthread_mutex_trylock"),
        locks("unlock", lock="pthread_spin_lock"),
        condition(recorded=True),
        condition(recorded=False),
        calls(
            (LEFT, "pthread_cond_signal", MEMORY, at(0)),
            (RIGHT, "pthread_cond_wait", MEMORY, {"mutex": {"object": MEMORY, "offset": 64}, **at(0)}),
        ),
        barrier(2, 1),
        barrier(0, 1),
        rwlock("wr", "wr"),
        rwlock("wr", "rd"),
        rwlock("rd", "wr"),
        calls(
            (LEFT, "futex", MEMORY, {"op": "FUTEX_WAKE", "offset": 4}),
            (RIGHT, "futex", MEMORY, {"op": "FUTEX_WAIT", "offset": 4}),
        ),
        calls(
            (LEFT, "futex", MEMORY, {"op": "FUTEX_CMP_REQUEUE", "offset": 8}),
            (RIGHT, "futex", MEMORY, {"op": "FUTEX_WAIT", "offset": 4}),
        ),
        atomic((LEFT, "store", "release"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "store", "seq_cst"), (RIGHT, "load", "consume")),
        atomic((LEFT, "store", "release"), (PARENT, "fetch_add", "relaxed"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "store", "release"), (LEFT, "store", "relaxed"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "fence", "release"), (LEFT, "store", "relaxed"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "store", "release"), (RIGHT, "load", "relaxed"), (RIGHT, "fence", "acquire")),
        atomic((LEFT, "store", "release"), (RIGHT, "compare_exchange", "acq_rel"), exchanged=True),
        atomic(
            (LEFT, "store", "release"),
            (RIGHT, "compare_exchange", "acq_rel"),
            exchanged=False,
            failure_order="acquire",
        ),
        semop((LEFT, 0, 1), (RIGHT, 0, -1)),
        semop((LEFT, 0, -1), (RIGHT, 0, 0)),
        semop((LEFT, 0, 1), (RIGHT, 0, 0)),
        semop((LEFT, 0, -1), (RIGHT, 0, -1), undo=True),
        calls(
            (LEFT, "semctl", SET, {"cmd": "SETVAL", "num": 0, "value": 1}),
            (RIGHT, "semop", SET, {"ops": [{"num": 0, "op": -1, "flags": []}]}),
        ),
        calls(
            (LEFT, "semop", SET, {"ops": [{"num": 0, "op": -1, "flags": []}]}),
            (RIGHT, "semctl", SET, {"cmd": "GETVAL", "num": 0}),
        ),
        calls(
            (LEFT, "flock", FILE, {"operation": ["LOCK_EX"]}),
            (LEFT, "flock", FILE, {"operation": ["LOCK_UN"]}),
            (RIGHT, "flock", FILE, {"operation": ["LOCK_EX"]}),
        ),
        calls(
            (LEFT, "flock", FILE, {"operation": ["LOCK_SH"]}),
            (LEFT, "close", FILE, {"fd": 3}),
            (RIGHT, "flock", FILE, {"operation": ["LOCK_EX"]}),
        ),
        calls(
            (LEFT, "fcntl", FILE, record_lock(0, 10)),
            (LEFT, "fcntl", FILE, record_lock(0, 10, "F_UNLCK")),
            (RIGHT, "fcntl", FILE, record_lock(9, 5)),
        ),
        calls(
            (LEFT, "fcntl", FILE, record_lock(0, 10)),
            (LEFT, "fcntl", FILE, record_lock(0, 0, "F_UNLCK", whence=1)),
            (RIGHT, "fcntl", FILE, record_lock(100, 5)),
        ),
        calls(
            (LEFT, "fcntl", FILE, record_lock(0, 0, "F_RDLCK")),
            (LEFT, "fcntl", FILE, record_lock(0, 0, "F_UNLCK")),
            (RIGHT, "fcntl", FILE, record_lock(0, 1)),
        ),
        signalled("handler"),
        signalled("sigwait"),
        signalled("signalfd"),
        message(2, "second", 2, "second"),
        message(1, "first", 1, "first"),
        message(1, "second", 1, "unheard"),
        message(2, "second", 2, "second", f="mq_send"),
        fifo_opened,
        last_writer_closes("close"),
        last_writer_closes("exit"),
        pipe_was_full(blocked=True),
        behind(read=4),
        behind(read=6),
        long_write,
        calls(
            (LEFT, "send", SOCKET, {"data": "x"}, {"result": 1}), (RIGHT, "recv", SOCKET, {}, {"result": 1})
        ),
        calls((LEFT, "connect", SOCKET, {"address": "s"}), (RIGHT, "accept", SOCKET)),
        calls((LEFT, "listen", SOCKET), (RIGHT, "connect", SOCKET, {"address": "s"})),
        calls(
            (PARENT, "eventfd", EVENT, {}, {"ok": {"fd": 3}}),
            (LEFT, "write", EVENT, {"data": "1"}, {"result": 8}),
            (RIGHT, "read", EVENT, {}, {"result": 8}),
        ),
        polls([PIPE], WRITES),
        calls(WRITES, (RIGHT, "epoll_wait", EVENT, {}, {"result": 1})),
        calls(
            (LEFT, "open", FILE, {"path": "data", "flags": ["O_WRONLY", "O_CREAT", "O_EXCL"]}),
            (RIGHT, "open", FILE, {"path": "data", "flags": ["O_CREAT", "O_EXCL"]}, {"error": "EEXIST"}),
        ),
        calls((LEFT, "unlink", FILE, {"path": "l"}), (RIGHT, "stat", "", {"path": "l"}, {"error": "ENOENT"})),
        calls(
            (LEFT, "rename", FILE, {"path": "a", "to": "b"}),
            (RIGHT, "open", FILE, {"path": "b", "flags": ["O_RDONLY"]}),
        ),
        calls((LEFT, "mkdir", "", {"path": "l"}), (RIGHT, "mkdir", "", {"path": "l"}, {"error": "EEXIST"})),
        calls(
            (LEFT, "shm_unlink", "", {"path": "/m"}),
            (RIGHT, "shm_open", "", {"path": "/m", "flags": []}, {"error": "ENOENT"}),
        ),
        calls((LEFT, "write", FILE, {"data": "x"}, {"result": 1}), (RIGHT, "read", FILE, {}, {"result": 1})),
        by_the_script,
        killed_by_the_script,
    ],
)
def test_this_puts_two_processes_in_order(acts: Acts) -> None:
    assert ordered(acts)


@pytest.mark.parametrize(
    "acts",
    [
        nothing,
        sleeps,
        exits_and_is_not_waited_for,
        calls((RIGHT, "sem_wait", MEMORY, at(0)), (LEFT, "sem_post", MEMORY, at(0))),
        calls((LEFT, "sem_post", MEMORY, at(0)), (RIGHT, "sem_wait", MEMORY, at(32))),
        calls((LEFT, "sem_post", MEMORY, at(0)), (RIGHT, "sem_trywait", MEMORY, at(0), {"error": "EAGAIN"})),
        calls((LEFT, "sem_wait", MEMORY, at(0)), (RIGHT, "sem_wait", MEMORY, at(0))),
        locks("unlock", "pthread_mutex_unlock"),
        calls(
            (LEFT, "pthread_mutex_unlock", MEMORY, at(0)),
            (RIGHT, "pthread_mutex_trylock", MEMORY, at(0), {"error": "EBUSY"}),
        ),
        rwlock("rd", "rd"),
        atomic((LEFT, "store", "relaxed"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "store", "release"), (RIGHT, "load", "relaxed")),
        atomic((LEFT, "store", "release"), (PARENT, "store", "relaxed"), (RIGHT, "load", "acquire")),
        atomic((LEFT, "load", "acquire"), (RIGHT, "store", "release")),
        atomic(
            (LEFT, "store", "release"),
            (RIGHT, "compare_exchange", "acq_rel"),
            exchanged=False,
            failure_order="relaxed",
        ),
        semop((LEFT, 0, 1), (RIGHT, 1, -1)),
        semop((LEFT, 0, -1), (RIGHT, 0, -1)),
        semop((LEFT, 0, 1), (RIGHT, 0, 1)),
        calls(
            (LEFT, "flock", FILE, {"operation": ["LOCK_SH"]}),
            (LEFT, "flock", FILE, {"operation": ["LOCK_UN"]}),
            (RIGHT, "flock", FILE, {"operation": ["LOCK_SH"]}),
        ),
        calls(
            (LEFT, "fcntl", FILE, record_lock(0, 10)),
            (LEFT, "fcntl", FILE, record_lock(0, 10, "F_UNLCK")),
            (RIGHT, "fcntl", FILE, record_lock(10, 5)),
        ),
        calls(
            (LEFT, "flock", FILE, {"operation": ["LOCK_EX"]}),
            (LEFT, "flock", FILE, {"operation": ["LOCK_UN"]}),
            (RIGHT, "fcntl", FILE, record_lock(0, 0)),
        ),
        signalled("another"),
        message(2, "second", 1, "first"),
        message(2, "second", 1, "first", f="mq_send"),
        pipe_was_full(blocked=False),
        behind(read=3),
        polls([PIPE], WRITES, result=0),
        polls([STDIN], WRITES),
        calls((LEFT, "stat", FILE, {"path": "l"}), (RIGHT, "stat", FILE, {"path": "l"})),
        only_sent_by_the_script,
    ],
)
def test_this_does_not(acts: Acts) -> None:
    assert not ordered(acts)


def test_who_leaves_a_barrier_late_does_not_know_of_the_next_round() -> None:
    s = Story()
    s.object(ObjectKind.MAPPING)
    s.call(PARENT, "pthread_barrier_init", MEMORY, offset=0, pshared=1, count=2)
    s.fork(PARENT, LEFT)
    s.fork(PARENT, RIGHT)
    one = s.invoke(LEFT, "pthread_barrier_wait", MEMORY, offset=0)
    other = s.invoke(RIGHT, "pthread_barrier_wait", MEMORY, offset=0)
    s.ok(one)
    stored = s.access(LEFT, "store", MEMORY)
    s.invoke(LEFT, "pthread_barrier_wait", MEMORY, offset=0)
    s.ok(other, blocked=True)
    loaded = s.access(RIGHT, "load", MEMORY)
    order = Order(s.history)
    assert order.before(one - 2, loaded)
    assert not order.before(stored, loaded)


def test_a_child_knows_what_its_parent_did_before_the_fork_and_nothing_later() -> None:
    s = Story()
    early = s.access(PARENT, "store", MEMORY)
    s.fork(PARENT, LEFT)
    late = s.access(PARENT, "store", MEMORY)
    loaded = s.access(LEFT, "load", MEMORY)
    order = Order(s.history)
    assert (order.before(early, loaded), order.before(late, loaded)) == (True, False)


def test_a_parent_that_goes_on_after_its_child_by_vfork_has_waited_for_it() -> None:
    s = Story()
    fork = s.invoke(PARENT, "fork")
    s.processes[LEFT] = Process(pid=LEFT, parent=PARENT, part="alice", main=False)
    stored = s.access(LEFT, "store", MEMORY)
    s.exec(LEFT, "/usr/bin/true")
    s.ok(fork, LEFT, child=LEFT)
    loaded = s.access(PARENT, "load", MEMORY)
    assert Order(s.history).before(stored, loaded)


def test_a_child_whose_fork_never_returned_still_knows_its_parent() -> None:
    s = Story()
    stored = s.access(PARENT, "store", MEMORY)
    s.invoke(PARENT, "fork")
    s.processes[LEFT] = Process(pid=LEFT, parent=PARENT, part="alice", main=False)
    loaded = s.access(LEFT, "load", MEMORY)
    assert Order(s.history).before(stored, loaded)


@pytest.mark.parametrize(("told", "both"), [({"thread": 12}, False), ({"thread": 0}, True), ({}, True)])
def test_join_waits_for_one_thread_or_for_any_that_it_may_have_been(told: dict[str, Any], both: bool) -> None:
    s = Story()
    before = s.access(PARENT, "store", MEMORY)
    s.call(PARENT, "pthread_create", result=12, ok={"child": 12})
    s.call(PARENT, "pthread_create", result=13, ok={"child": 13})
    ended = s.access(PARENT, "store", MEMORY, tid=12)
    runs = s.access(PARENT, "store", MEMORY, tid=13)
    s.call(PARENT, "pthread_join", "futex:1", **told)
    loaded = s.access(PARENT, "load", MEMORY)
    order = Order(s.history)
    assert order.before(before, ended) and order.before(before, runs)
    assert order.before(ended, loaded)
    assert order.before(runs, loaded) is both
    assert order.concurrent(ended, runs)


def test_a_thread_nobody_saw_made_knows_all_its_process_did() -> None:
    s = Story()
    stored = s.access(PARENT, "store", MEMORY)
    loaded = s.access(PARENT, "load", MEMORY, tid=99)
    assert Order(s.history).before(stored, loaded)


def through_a_blind_one(*, maps: bool) -> bool:
    """Two semaphores in one memory; who takes the one and posts the other is not to be seen."""
    s = Story("alice", "bob_ref")
    s.object(ObjectKind.MAPPING)
    s.event(10, "exec", argv=["/submission/alice"])
    s.event(20, "exec", argv=["/reference/bob"])
    if maps:
        s.call(20, "mmap", MEMORY)
    s.fork(PARENT, LEFT)
    s.fork(PARENT, RIGHT)
    stored = s.access(LEFT, "store", MEMORY)
    s.call(LEFT, "sem_post", MEMORY, **at(0))
    s.call(RIGHT, "sem_wait", MEMORY, **at(32))
    loaded = s.access(RIGHT, "load", MEMORY)
    return Order(s.history).before(stored, loaded)


def test_what_a_program_without_the_run_time_may_do_unseen_is_taken_for_done() -> None:
    assert through_a_blind_one(maps=True)
    assert not through_a_blind_one(maps=False)


def test_plain_variables_can_be_taken_for_atomic_ones() -> None:
    s = Story()
    s.fork(PARENT, LEFT)
    stored = s.access(LEFT, "store", MEMORY, offset=64)
    s.access(LEFT, "store", MEMORY)
    s.access(PARENT, "load", MEMORY)
    loaded = s.access(PARENT, "load", MEMORY, offset=64)
    assert not Order(s.history).before(stored, loaded)
    assert Order(s.history, trusted={(MEMORY, 0)}).before(stored, loaded)


_WORKERS = (11, 12, 13)


_STEP = st.tuples(
    st.sampled_from(_WORKERS),
    st.sampled_from(("load", "store", "lock", "unlock", "post", "wait", "write", "read", "fetch_add")),
    st.integers(0, 2),
)


def wandering(steps: list[tuple[int, str, int]]) -> Story:
    """Workers that synchronise now and then, without any sense."""
    s = Story()
    s.object(ObjectKind.MAPPING)
    s.object(ObjectKind.PIPE)
    for worker in _WORKERS:
        s.fork(PARENT, worker)
    for pid, act, which in steps:
        if act in ("load", "store"):
            s.access(pid, act, MEMORY, offset=8 * which)
        elif act == "fetch_add":
            s.access(pid, "atomic_fetch_add", MEMORY, offset=1024 + 8 * which, order="acq_rel")
        elif act in ("write", "read"):
            s.call(pid, act, PIPE, result=which, count=which, data="x" * which)
        else:
            f = {"post": "sem_post", "wait": "sem_wait"}.get(act, f"pthread_mutex_{act}")
            s.call(pid, f, MEMORY, offset=512 + 64 * which, size=32)
    return s


@given(st.lists(_STEP, max_size=25))
def test_it_is_a_partial_order_that_agrees_with_what_was_seen(steps: list[tuple[int, str, int]]) -> None:
    history = wandering(steps).history
    order, ops = Order(history), range(len(history.ops))
    before = {(i, j) for i in ops for j in ops if order.before(i, j)}
    assert all(i < j for i, j in before)
    assert all((i, k) in before for i, j in before for k in ops if (j, k) in before)
    for i in ops:
        for j in range(i + 1, len(ops)):
            if history.ops[i].pid == history.ops[j].pid:
                assert (i, j) in before
            assert order.concurrent(i, j) == order.concurrent(j, i) == ((i, j) not in before)


@given(st.lists(_STEP, max_size=20), st.integers(0, 60))
def test_what_comes_later_changes_nothing_about_what_was_before(
    steps: list[tuple[int, str, int]], length: int
) -> None:
    whole = wandering(steps).history
    cut = replace(whole, ops=whole.ops[:length])
    ops = range(len(cut.ops))
    short, long = Order(cut), Order(whole)
    assert [short.before(i, j) for i in ops for j in ops] == [long.before(i, j) for i in ops for j in ops]
