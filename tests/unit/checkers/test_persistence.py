"""What must stay, and keep its name until its peers have come."""

from __future__ import annotations

import pytest

from grader.checkers import access, persistence
from grader.checkers._objects import persistence as persistence_of
from grader.checkers._too_early import RULE as TOO_EARLY
from grader.model.history import EndReason, Object, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story, told


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
