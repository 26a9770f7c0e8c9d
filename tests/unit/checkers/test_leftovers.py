"""What must go."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import leftovers
from grader.checkers._objects import persistence as persistence_of
from grader.checkers._objects import remaining
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told
from .stories import FIFO, ends, make_fifo


def test_an_object_left_behind_is_told_with_its_maker() -> None:
    s = Story()
    make_fifo(s)
    ends(s)
    s.left(FIFO, "a.fifo")
    assert leftovers.check(s.history, s.spec) == [
        Finding(
            check="leftovers",
            message="fifo a.fifo is left behind (mode 0600, owner 1000), made by alice at alice.c:4.",
            why=f"{leftovers.RULE} {persistence_of(FIFO)}",
            read="man 2 unlink",
            part="alice",
            pid=10,
            ops=(0,),
            file="alice.c",
            line=4,
        )
    ]


def test_an_object_that_was_there_before_is_not_left_behind() -> None:
    s = Story()
    s.was_there(FIFO, "a.fifo")
    ends(s)
    assert leftovers.check(s.history, s.spec) == []


def test_an_object_the_scenario_leaves_is_not_left_behind() -> None:
    s = Story(leaves=[{"kind": "fifo", "name": "${alice.pid}.fifo"}])
    make_fifo(s, name="10.fifo")
    ends(s)
    s.left(FIFO, "10.fifo")
    assert leftovers.check(s.history, s.spec) == []


def test_another_kind_of_the_same_name_is() -> None:
    s = Story(leaves=[{"kind": "semaphore", "name": "/x"}])
    memory = s.object(ObjectKind.SHARED_MEMORY, "/x")
    s.call(10, "shm_open", memory, path="/x", flags=["O_RDWR", "O_CREAT"], mode=0o600)
    ends(s)
    s.left(ObjectKind.SEMAPHORE, "/x")
    s.left(ObjectKind.SHARED_MEMORY, "/x", size=8)
    assert told(leftovers.check(s.history, s.spec)) == [
        "shared memory /x is left behind (mode 0600, owner 1000, 8 bytes), made by alice."
    ]


def test_what_the_script_made_is_its_own_affair() -> None:
    s = Story(steps=[{"create": {"kind": "fifo", "name": "a.fifo"}}])
    s.performs(0, "create", kind="fifo", name="a.fifo")
    s.call(10, "open", s.object(FIFO, "a.fifo"), path="a.fifo", flags=["O_RDONLY"])
    ends(s)
    s.left(FIFO, "a.fifo")
    assert leftovers.check(s.history, s.spec) == []


@pytest.mark.parametrize("how", ["killed", "terminated", "alive", "stays"])
def test_what_a_program_leaves_that_did_not_end_by_itself_is_no_fault(how: str) -> None:
    scenario: dict[str, Any] = {"stays": ["alice"]} if how == "stays" else {}
    s = Story("alice", "bob", steps=[{"kill": "alice"}], **scenario)
    make_fifo(s)
    if how == "killed":
        s.performs(0, "kill", parts=["alice"])
    elif how == "terminated":
        s.dies(10, "SIGTERM", "script")
    elif how == "alive":
        s.asleep(10, s.invoke(10, "pause"))
    ends(s, 20)
    s.left(FIFO, "a.fifo")
    assert leftovers.check(s.history, s.spec) == []


def test_a_child_that_was_killed_excuses_nobody() -> None:
    s = Story()
    make_fifo(s)
    s.fork(10, 11)
    s.dies(11, "SIGTERM", 10)
    ends(s)
    s.left(FIFO, "a.fifo")
    assert len(leftovers.check(s.history, s.spec)) == 1


@pytest.mark.parametrize(
    ("maker", "users", "checks"),
    [
        (11, [10], []),
        (10, [11], ["leftovers"]),
        (12, [11], []),
        (0, [11, 12], []),
        (0, [11, 13], ["leftovers"]),
    ],
)
def test_what_one_process_leaves_that_the_script_killed_is_no_fault(
    maker: int, users: list[int], checks: list[str]
) -> None:
    s = Story(steps=[{"start": "alice"}, {"kill": {"part": "alice", "child": 1}}])
    for parent, child in ((10, 11), (11, 12), (10, 13)):
        s.fork(parent, child)
    if maker:
        make_fifo(s, maker)
    else:
        s.object(FIFO, "a.fifo")
    for user in users:
        s.call(user, "open", "fifo:a.fifo", path="a.fifo", flags=["O_RDONLY"])
    s.performs(1, "kill", part="alice", child=1, pid=11)
    s.dies(11, "SIGKILL", "script")
    ends(s, 12, 13, 10)
    s.left(FIFO, "a.fifo")
    assert [finding.check for finding in leftovers.check(s.history, s.spec)] == checks


def test_what_the_reference_made_and_the_submission_never_used_is_no_fault() -> None:
    s = Story("alice", "bob_ref")
    make_fifo(s, pid=20)
    ends(s, 10, 20)
    s.left(FIFO, "a.fifo")
    assert leftovers.check(s.history, s.spec) == []


def test_what_the_reference_made_and_the_submission_used_is_told_without_accusing() -> None:
    s = Story("alice", "bob_ref")
    make_fifo(s, pid=20)
    s.call(10, "open", "fifo:a.fifo", path="a.fifo", flags=["O_RDONLY"])
    ends(s, 10, 20)
    s.left(FIFO, "a.fifo")
    (finding,) = leftovers.check(s.history, s.spec)
    assert (finding.part, finding.file) == ("", "")
    assert finding.message.endswith("made by bob_ref (played by the reference) at bob_ref.c:4.")


def test_a_run_that_was_broken_off_leaves_what_it_likes() -> None:
    s = Story(steps=[{"running": "alice"}])
    make_fifo(s)
    s.left(FIFO, "a.fifo")
    s.unmet(0, "running", {})
    assert leftovers.check(s.history, s.spec) == []


def test_a_file_that_got_its_name_by_renaming_is_told_with_that() -> None:
    s = Story()
    temporary = s.object(ObjectKind.FILE, "x.tmp")
    s.call(10, "open", temporary, line=1, path="x.tmp", flags=["O_WRONLY", "O_CREAT"])
    s.call(10, "rename", temporary, line=2, path="x.tmp", to="x")
    ends(s)
    s.left(ObjectKind.FILE, "x", size=3)
    assert told(leftovers.check(s.history, s.spec)) == [
        "file x is left behind (mode 0600, owner 1000, 3 bytes), made by alice at alice.c:2."
    ]


def test_an_object_made_anew_is_told_with_its_last_maker() -> None:
    s = Story("alice", "bob")
    make_fifo(s)
    s.call(10, "unlink", "fifo:a.fifo", path="a.fifo")
    make_fifo(s, pid=20, line=8)
    ends(s, 10, 20)
    s.left(FIFO, "a.fifo")
    assert told(leftovers.check(s.history, s.spec)) == [
        "fifo a.fifo is left behind (mode 0600, owner 1000), made by bob at bob.c:8."
    ]


def test_private_system_v_objects_are_told_apart_by_themselves() -> None:
    s = Story()
    item = s.object(ObjectKind.SYSV_QUEUE, "0")
    s.call(10, "msgget", item, key=0, flags=["IPC_CREAT"], mode=0o600)
    ends(s)
    s.was_there(ObjectKind.SYSV_QUEUE, "0", inode=1)
    s.left(ObjectKind.SYSV_QUEUE, "0", inode=2, size=5)
    assert told(leftovers.check(s.history, s.spec)) == [
        "System V queue with id 2 is left behind (mode 0600, owner 1000, 5 messages waiting), made by alice."
    ]


@pytest.mark.parametrize(
    ("kind", "name", "size", "values", "told_of_it"),
    [
        (
            ObjectKind.SEMAPHORE,
            "/s",
            32,
            (2,),
            "semaphore /s is left behind (mode 0600, owner 1000, value 2).",
        ),
        (
            ObjectKind.SYSV_SEMAPHORE,
            "51",
            2,
            (1, 0),
            "System V semaphore set 51 is left behind (mode 0600, owner 1000, 2 semaphores with value 1, 0).",
        ),
        (
            ObjectKind.SYSV_SEMAPHORE,
            "0",
            1,
            (),
            "System V semaphore set with id 1 is left behind (mode 0600, owner 1000, 1 semaphore).",
        ),
        (
            ObjectKind.QUEUE,
            "/q",
            1,
            (),
            "message queue /q is left behind (mode 0600, owner 1000, 1 message waiting).",
        ),
        (ObjectKind.FILE, "x", 0, (), "file x is left behind (mode 0600, owner 1000, 0 bytes)."),
    ],
)
def test_what_is_left_is_told_by_what_is_in_it(
    kind: ObjectKind, name: str, size: int, values: tuple[int, ...], told_of_it: str
) -> None:
    s = Story()
    ends(s)
    s.left(kind, name, 0o600, size, 1, *values)
    assert told(leftovers.check(s.history, s.spec)) == [told_of_it]


def test_what_a_part_leaves_that_a_reboot_ended_is_not_left_behind() -> None:
    s = Story("alice", "bob", steps=[{"start": ["alice", "bob"]}, {"reboot": True}])
    make_fifo(s, name="a.fifo")
    make_fifo(s, pid=20, name="b.fifo")
    ends(s, 20)
    s.performs(1, "reboot", parts=["alice"])
    s.dies(10, "SIGKILL", "script")
    s.left(FIFO, "a.fifo")
    s.left(FIFO, "b.fifo")
    assert told(leftovers.check(s.history, s.spec)) == [
        "fifo b.fifo is left behind (mode 0600, owner 1000), made by bob at bob.c:4."
    ]


def test_what_remains_is_listed_wanted_or_not() -> None:
    s = Story(leaves=[{"kind": "fifo", "name": "a.fifo"}])
    s.was_there(ObjectKind.FILE, "old")
    make_fifo(s)
    ends(s)
    s.left(FIFO, "a.fifo")
    assert leftovers.check(s.history, s.spec) == []
    assert remaining(s.history) == ("fifo a.fifo (mode 0600, owner 1000), made by alice at alice.c:4",)


def test_pythons_caches_are_nobodys_fault() -> None:
    s = Story()
    ends(s)
    s.left(ObjectKind.DIRECTORY, "__pycache__")
    s.left(ObjectKind.FILE, "__pycache__/chat.pyc")
    assert leftovers.check(s.history, s.spec) == []


def test_an_object_of_unknown_origin_is_told_without_a_maker() -> None:
    s = Story()
    ends(s)
    s.left(ObjectKind.SOCKET, "door")
    assert told(leftovers.check(s.history, s.spec)) == ["socket door is left behind (mode 0600, owner 1000)."]


def test_an_object_the_script_wants_gone() -> None:
    s = Story(steps=[{"absent": {"kind": "fifo", "name": "a.fifo"}}])
    make_fifo(s)
    s.left(FIFO, "a.fifo", size=2)
    failed = s.unmet(0, "absent", {"kind": "fifo", "name": "a.fifo"}, EndReason.STUCK)
    (finding,) = leftovers.check(s.history, s.spec)
    assert (
        finding.message
        == "fifo a.fifo is left behind (mode 0600, owner 1000, 2 bytes), made by alice at alice.c:4."
    )
    assert finding.ops == (0, failed)


def test_an_object_the_script_wants_gone_is_told_as_it_was_seen() -> None:
    s = Story(steps=[{"absent": {"kind": "fifo", "name": "a.fifo"}}])
    s.unmet(0, "absent", {"kind": "fifo", "name": "a.fifo", "mode": "0640"}, EndReason.STUCK)
    assert told(leftovers.check(s.history, s.spec)) == ["fifo a.fifo is left behind (mode 0640)."]
