"""Who may use an object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.checkers import access
from grader.checkers._reach import RULE as REACH
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told
from .stories import FIFO, make_fifo, removed


def test_a_mode_wider_than_0600_is_told_as_the_kernel_shows_it() -> None:
    s = Story()
    make_fifo(s, mode=0o666)
    s.left(FIFO, "a.fifo", mode=0o644)
    assert access.check(s.history, s.spec) == [
        Finding(
            check="access",
            message="a.fifo has mode 0644 and should have 0600, made by alice at alice.c:4.",
            why=access.RULE,
            read="man 2 umask",
            part="alice",
            pid=10,
            ops=(0,),
            file="alice.c",
            line=4,
        )
    ]


def test_a_mode_set_right_afterwards_is_right() -> None:
    s = Story()
    make_fifo(s, mode=0o666)
    s.call(10, "chmod", "fifo:a.fifo", path="a.fifo", mode=0o600)
    s.left(FIFO, "a.fifo", mode=0o600)
    assert access.check(s.history, s.spec) == []


def test_an_object_that_is_gone_is_judged_by_what_was_asked_for() -> None:
    s = Story()
    removed(s)
    assert told(access.check(s.history, s.spec)) == [
        "a.fifo has mode 0644 and should have 0600, made by alice at alice.c:4."
    ]


def test_the_umask_takes_bits_away_also_if_it_is_inherited() -> None:
    s = Story()
    s.call(10, "umask", mode=0o077)
    s.fork(10, 11)
    removed(s, pid=11)
    assert access.check(s.history, s.spec) == []


@pytest.mark.parametrize(
    ("umask", "messages"),
    [
        (0o022, ["a.fifo has mode 0640 and should have 0600, made by alice at alice.c:4."]),
        (0o000, ["a.fifo has mode 0660 and should have 0600, made by alice at alice.c:4, under umask 000."]),
        (0o077, []),
    ],
)
def test_the_umask_is_that_of_the_run(umask: int, messages: list[str]) -> None:
    s = Story()
    removed(s, mode=0o660)
    assert told(access.check(replace(s.history, umask=umask), s.spec)) == messages


def test_a_mode_that_the_script_demands_and_finds_is_right() -> None:
    s = Story(steps=[{"present": {"kind": "fifo", "name": "a.fifo", "mode": "0660"}}])
    make_fifo(s, mode=0o660)
    s.performs(0, "present")
    s.left(FIFO, "a.fifo", mode=0o660)
    assert access.check(s.history, s.spec) == []


def test_the_umask_of_another_process_does_not() -> None:
    s = Story()
    s.fork(10, 11)
    s.call(11, "umask", mode=0o077)
    removed(s)
    assert len(access.check(s.history, s.spec)) == 1


def test_an_object_that_is_gone_and_whose_mode_was_changed_is_not_judged() -> None:
    s = Story()
    make_fifo(s, mode=0o666)
    s.call(10, "chmod", "fifo:a.fifo", path="a.fifo", mode=0o600)
    s.call(10, "unlink", "fifo:a.fifo", path="a.fifo")
    assert access.check(s.history, s.spec) == []


def test_system_v_calls_do_not_apply_the_umask() -> None:
    s = Story()
    item = s.object(ObjectKind.SYSV_QUEUE, "51")
    s.call(10, "msgget", item, key=51, flags=["IPC_CREAT"], mode=0o622)
    s.call(10, "msgctl", item, id=0, cmd="IPC_RMID")
    assert told(access.check(s.history, s.spec)) == [
        "System V queue 51 has mode 0622 and should have 0600, made by alice."
    ]


def test_a_mode_that_is_not_known_is_not_judged() -> None:
    s = Story()
    item = s.object(ObjectKind.SEMAPHORE, "/x")
    s.call(10, "sem_open", item, path="/x", flags=["O_CREAT"])
    s.call(10, "sem_unlink", item, path="/x")
    assert access.check(s.history, s.spec) == []


def test_what_the_reference_the_script_or_an_earlier_run_made_is_not_judged() -> None:
    s = Story("alice", "bob_ref", steps=[{"create": {"kind": "fifo", "name": "s.fifo", "mode": "0644"}}])
    make_fifo(s, pid=20, mode=0o644)
    s.left(FIFO, "a.fifo", mode=0o644)
    s.performs(0, "create")
    s.left(FIFO, "s.fifo", mode=0o644)
    s.was_there(FIFO, "old.fifo", mode=0o644)
    assert access.check(s.history, s.spec) == []


def test_files_and_sockets_have_modes_of_their_own() -> None:
    s = Story()
    file = s.object(ObjectKind.FILE, "x")
    s.call(10, "open", file, path="x", flags=["O_CREAT"], mode=0o644)
    s.left(ObjectKind.FILE, "x", mode=0o644)
    assert access.check(s.history, s.spec) == []


def test_a_mode_the_script_demands_is_told_once() -> None:
    s = Story(steps=[{"present": {"kind": "fifo", "name": "a.fifo", "mode": "0640"}}])
    make_fifo(s, mode=0o666)
    s.left(FIFO, "a.fifo", mode=0o644)
    s.unmet(0, "present", {"kind": "fifo", "name": "a.fifo", "mode": "0644"}, EndReason.STUCK)
    assert [(f.message, f.part) for f in access.check(s.history, s.spec)] == [
        ("a.fifo has mode 0644 and should have 0640 at alice.c:4.", "alice")
    ]


def sharing(f: str = "shm_open", kind: ObjectKind = ObjectKind.SHARED_MEMORY, name: str = "/m") -> Story:
    s = Story(unnamed=["alice"])
    item = s.object(kind, name)
    words: dict[str, Any] = {"key": int(name)} if kind is ObjectKind.SYSV_SHARED_MEMORY else {"path": name}
    s.call(10, f, item, line=3, flags=["O_CREAT", "IPC_CREAT"], mode=0o600, **words)
    return s


def test_a_name_where_only_relatives_may_come_is_told() -> None:
    s = sharing()
    s.fork(10, 11)
    s.call(10, "shm_unlink", "shared-memory:/m", path="/m")
    assert access.check(s.history, s.spec) == [
        Finding(
            check="access",
            message="alice makes shared memory /m at alice.c:3, which everybody reaches who knows its name.",
            why=REACH,
            read="man 2 mmap",
            part="alice",
            pid=10,
            ops=(0,),
            file="alice.c",
            line=3,
        )
    ]


def test_a_key_is_a_name_and_ipc_private_is_none() -> None:
    keyed = sharing("shmget", ObjectKind.SYSV_SHARED_MEMORY, "51")
    private = sharing("shmget", ObjectKind.SYSV_SHARED_MEMORY, "0")
    assert len(access.check(keyed.history, keyed.spec)) == 1
    assert access.check(private.history, private.spec) == []


def test_a_name_for_a_moment_is_none() -> None:
    s = sharing("sem_open", ObjectKind.SEMAPHORE, "/mp-1")
    s.call(10, "sem_unlink", "semaphore:/mp-1", path="/mp-1")
    s.fork(10, 11)
    assert access.check(s.history, s.spec) == []


def test_names_are_right_where_nothing_is_said_of_them() -> None:
    s = Story()
    make_fifo(s)
    s.fork(10, 11)
    assert access.check(s.history, s.spec) == []
