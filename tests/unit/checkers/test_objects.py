"""What must stay, what must go, and who may use it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.checkers import access, leftovers, persistence
from grader.checkers._objects import persistence as persistence_of
from grader.checkers._objects import remaining
from grader.checkers._reach import RULE as REACH
from grader.checkers._too_early import RULE as TOO_EARLY
from grader.model.history import EndReason, Object, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told

FIFO = ObjectKind.FIFO


def make_fifo(s: Story, pid: int = 10, mode: int = 0o600, name: str = "a.fifo", line: int = 4) -> int:
    item = f"fifo:{name}" if f"fifo:{name}" in s.objects else s.object(FIFO, name)
    return s.call(pid, "mkfifo", item, path=name, mode=mode, line=line)


def ends(s: Story, *pids: int) -> None:
    for pid in pids or (10,):
        s.exits(pid)


# -- leftovers --


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


# -- persistence --


def demanding(**demand: object) -> Story:
    return Story("alice", "bob_ref", steps=[{"present": {"kind": "queue", "name": "/jobs", **demand}}])


def test_a_missing_object_is_told_with_who_removed_it() -> None:
    s = demanding()
    item = s.object(ObjectKind.QUEUE, "/jobs")
    s.call(10, "mq_open", item, path="/jobs", flags=["O_RDWR", "O_CREAT"], mode=0o600)
    removed = s.call(10, "mq_unlink", item, path="/jobs", line=9)
    failed = s.unmet(0, "present", None, EndReason.STUCK)
    assert persistence.check(s.history, s.spec) == [
        Finding(
            check="persistence",
            message="queue /jobs is missing: alice removed it at alice.c:9.",
            why=f"{persistence.RULE} {persistence_of(ObjectKind.QUEUE)}",
            read="man 3 mq_unlink",
            part="alice",
            pid=10,
            ops=(removed - 1, failed),
            file="alice.c",
            line=9,
        )
    ]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            ObjectKind.QUEUE,
            "queue /jobs is missing since the reboot, which no object of the kernel outlives: "
            "nobody made it again.",
        ),
        (ObjectKind.FILE, "file /jobs is missing since the reboot."),
    ],
)
def test_an_object_that_a_reboot_took_is_told_by_how_long_it_lives(kind: ObjectKind, message: str) -> None:
    s = demanding(kind=kind.value)
    item = s.object(kind, "/jobs")
    s.call(10, "mq_open", item, path="/jobs", flags=["O_CREAT"], mode=0o600)
    s.call(10, "mq_unlink", item, path="/jobs")
    s.call(10, "mq_open", item, path="/jobs", flags=["O_CREAT"], mode=0o600)
    s.performs(0, "reboot", parts=["alice"])
    s.unmet(0, "present", None, EndReason.STUCK)
    (finding,) = persistence.check(s.history, s.spec)
    assert (finding.message, finding.why) == (message, f"{persistence.RULE} {persistence_of(kind)}")


def test_a_missing_object_nobody_made() -> None:
    s = demanding()
    s.unmet(0, "present", None, EndReason.STUCK)
    assert told(persistence.check(s.history, s.spec)) == ["queue /jobs is missing: no program ever made it."]


def test_a_missing_object_the_reference_removed_is_told_without_accusing() -> None:
    s = demanding()
    item = s.object(ObjectKind.QUEUE, "/jobs")
    s.call(10, "mq_open", item, path="/jobs", flags=["O_CREAT"])
    s.call(20, "mq_unlink", item, path="/jobs")
    s.unmet(0, "present", None, EndReason.STUCK)
    assert [(f.message, f.part) for f in persistence.check(s.history, s.spec)] == [
        ("queue /jobs is missing.", "")
    ]


@pytest.mark.parametrize(
    ("demand", "seen", "message"),
    [
        ({}, {"kind": "file"}, "/jobs is a file and should be a queue."),
        ({"size": 2}, {"size": 1}, "queue /jobs has size 1 and should have 2."),
        (
            {"content": "${alice.pid}\n"},
            {"content": ""},
            'the content of message queue /jobs is "" and should be "10\\n".',
        ),
        ({"content": {"regex": "[0-9]+"}}, {"content": "x"}, 'the content of message queue /jobs is "x".'),
    ],
)
def test_an_object_that_is_not_what_it_should_be(
    demand: dict[str, object], seen: dict[str, object], message: str
) -> None:
    s = demanding(**demand)
    s.call(10, "getppid")
    s.unmet(0, "present", {"kind": "queue", "name": "/jobs", "mode": "0600", **seen}, EndReason.STUCK)
    assert told(persistence.check(s.history, s.spec)) == [message]


def test_a_wrong_mode_alone_is_for_another_check() -> None:
    s = demanding(mode="0600", content="x")
    s.unmet(0, "present", {"kind": "queue", "name": "/jobs", "mode": "0640", "content": "x"})
    assert persistence.check(s.history, s.spec) == []
    assert told(access.check(s.history, s.spec)) == [
        "message queue /jobs has mode 0640 and should have 0600."
    ]


def replaced(*, unread: bool, waiting: bool = False, anew: bool = True) -> Story:
    """Alice removes a queue on which bob has sent, or waits; then it is made anew."""
    s = Story("alice", "bob", steps=[{"exit": {"bob": 0}}])
    first = s.object(ObjectKind.QUEUE, "/jobs")
    s.call(20, "mq_send", first, fd=3)
    if not unread:
        s.call(20, "mq_receive", first, fd=3)
    if waiting:
        s.invoke(20, "mq_receive", first, fd=3)
    s.call(10, "mq_unlink", first, path="/jobs", line=5)
    if anew:
        second = "queue:/jobs@2"
        s.objects[second] = Object(id=second, kind=ObjectKind.QUEUE, name="/jobs")
        s.call(10, "mq_open", second, path="/jobs", flags=["O_CREAT"])
    return s


def test_a_queue_removed_with_messages_in_it_and_made_anew_is_why_the_script_was_disappointed() -> None:
    s = replaced(unread=True)
    s.unmet(0, "exit", {"bob": {"state": "running"}}, EndReason.STUCK)
    assert told(persistence.check(s.history, s.spec)) == [
        "alice removed message queue /jobs at alice.c:5 with one message in it, and it was made anew."
    ]


def test_a_queue_removed_while_somebody_waits_is_as_well() -> None:
    s = replaced(unread=False, waiting=True)
    s.unmet(0, "exit", {"bob": {"state": "running"}}, EndReason.STUCK)
    assert told(persistence.check(s.history, s.spec)) == [
        "alice removed message queue /jobs at alice.c:5 while bob waits on it, and it was made anew."
    ]


@pytest.mark.parametrize("story", [replaced(unread=False), replaced(unread=True, anew=False)])
def test_an_empty_queue_or_one_that_nobody_needs_again_may_be_removed(story: Story) -> None:
    story.unmet(0, "exit", {"bob": {"state": "running"}}, EndReason.STUCK)
    assert persistence.check(story.history, story.spec) == []


def test_a_queue_may_be_replaced_if_the_script_is_content() -> None:
    s = replaced(unread=True)
    assert persistence.check(s.history, s.spec) == []


# -- access --


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


def removed(s: Story, pid: int = 10, mode: int = 0o666) -> None:
    make_fifo(s, pid=pid, mode=mode)
    s.call(pid, "unlink", "fifo:a.fifo", path="a.fifo")


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


# -- persistence: names removed too early --


def unlinked(*, late: bool = False, again: bool = False, expects: str = "bob") -> Story:
    """Alice removes her segment, and bob, who needs it, has not opened it yet."""
    s = Story("alice", "bob", steps=[{"start": ["alice", "bob"]}, {"exit": {expects: 0}}])
    item = s.object(ObjectKind.SHARED_MEMORY, "/m")
    if not late:
        s.event(20, "exec", argv=["bob"])
    s.call(10, "shm_open", item, path="/m", flags=["O_RDWR", "O_CREAT"], mode=0o600)
    s.call(10, "shm_unlink", item, path="/m", line=9)
    if again:
        s.call(20, "shm_open", item, path="/m", flags=["O_RDWR", "O_CREAT"], mode=0o600)
    s.call(20, "shm_open", path="/m", flags=["O_RDWR"], line=5, error="ENOENT")
    s.exits(20, 1)
    s.unmet(1, "exit", {expects: {"state": "exited", "status": 1}})
    return s


def test_a_name_that_is_removed_before_a_peer_has_opened_it_is_told_with_both() -> None:
    s = unlinked()
    assert persistence.check(s.history, s.spec) == [
        Finding(
            check="persistence",
            message="alice removed shared memory /m at alice.c:9 too early: "
            "bob, which needs it, finds nothing at bob.c:5.",
            why=f"{TOO_EARLY} {persistence_of(ObjectKind.SHARED_MEMORY)}",
            read="man 3 shm_unlink",
            part="alice",
            pid=10,
            ops=(6, 4),
            file="alice.c",
            line=9,
        )
    ]


@pytest.mark.parametrize("s", [unlinked(late=True), unlinked(again=True), unlinked(expects="alice")])
def test_who_came_later_who_makes_it_and_who_is_not_waited_for_need_no_name(s: Story) -> None:
    assert persistence.check(s.history, s.spec) == []


def test_a_name_may_go_if_the_script_is_content() -> None:
    s = unlinked()
    del s.ops[-1]
    assert persistence.check(s.history, s.spec) == []


def two_semaphores(*, waits: bool = True) -> Story:
    """Alice removes a semaphore bob waits on; her child makes another one of the name, and posts that."""
    s = Story("alice", "bob", steps=[{"start": ["alice", "bob"]}, {"exit": {"bob": 0}}])
    first = s.object(ObjectKind.SEMAPHORE, "/s")
    s.call(20, "sem_open", first, path="/s", flags=["O_CREAT"], mode=0o600)
    s.fork(10, 11)
    s.call(10, "sem_unlink", first, path="/s", line=9)
    second = "semaphore:/s@2"
    s.objects[second] = Object(id=second, kind=ObjectKind.SEMAPHORE, name="/s")
    s.call(11, "sem_open", second, path="/s", flags=["O_CREAT"], mode=0o600, line=6)
    s.call(11, "sem_post", second)
    s.asleep(20, s.invoke(20, "sem_wait", first if waits else second))
    s.unmet(1, "exit", {"bob": {"state": "running"}}, EndReason.STUCK)
    return s


def test_a_name_under_which_another_object_was_made_is_told_with_who_waits_on_the_first() -> None:
    s = two_semaphores()
    assert told(persistence.check(s.history, s.spec)) == [
        "alice removed semaphore /s at alice.c:9 too early: alice (pid 11) makes another one at alice.c:6, "
        "and bob waits on the first."
    ]
    s = two_semaphores(waits=False)
    assert persistence.check(s.history, s.spec) == []


# -- access: objects that only relatives may reach --


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
