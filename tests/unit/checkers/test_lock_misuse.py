"""Semaphores and locks that are not made, shared or given back as they must be."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import lock_misuse
from grader.model.history import Entry, ObjectKind
from grader.model.verdict import Finding, Severity

from .history_builder import Story

MEMORY = "mapping:1"
PARENT, ONE, OTHER = 10, 11, 12


def family(*cast: str) -> Story:
    """A process with a shared mapping; its children are forked by `children`."""
    s = Story(*(cast or ("alice",)))
    s.object(ObjectKind.MAPPING)
    s.object(ObjectKind.SHARED_MEMORY, "/m")
    s.event(PARENT, "exec", argv=["/submission/alice"])
    return s


def children(s: Story) -> None:
    s.fork(PARENT, ONE)
    s.fork(PARENT, OTHER)


def lock(
    s: Story, pid: int, f: str, item: str = MEMORY, *, line: int = 0, error: str = "", **value: Any
) -> int:
    """A call on a lock; returns the index of its invoke."""
    told = {"offset": 0, "size": 40, **value}
    return s.call(pid, f, item, line=line, error=error, **told) - 1


def said(s: Story) -> list[str]:
    return [finding.message for finding in lock_misuse.check(s.history, s.spec)]


def used_by_two(pshared: int | None, *, prefix: str = "pthread_mutex", item: str = MEMORY) -> Story:
    s = family()
    if pshared is not None:
        lock(s, PARENT, f"{prefix}_init", item, pshared=pshared, line=3)
    children(s)
    take, give = ("sem_wait", "sem_post") if prefix == "sem" else (f"{prefix}_lock", f"{prefix}_unlock")
    for pid in (ONE, OTHER):
        lock(s, pid, take, item, line=5)
        lock(s, pid, give, item, line=6)
    return s


def test_a_lock_made_for_one_process_and_used_by_several_is_one() -> None:
    s = used_by_two(0)
    made, one, other = 1, 7, 11
    assert lock_misuse.check(s.history, s.spec) == [
        Finding(
            check="lock-misuse",
            message="alice makes the mutex at byte 0 of the shared mapping for the threads of one process "
            "(pshared 0) at alice.c:3, and alice (pid 11) and alice (pid 12) use it.",
            why=lock_misuse.RULE,
            read="man 3 pthread_mutexattr_setpshared",
            part="alice",
            pid=PARENT,
            ops=(made, one, other),
            file="alice.c",
            line=3,
        )
    ]


@pytest.mark.parametrize("prefix", ["sem", "pthread_mutex", "pthread_spin"])
def test_made_for_several_it_is_none(prefix: str) -> None:
    assert said(used_by_two(1, prefix=prefix)) == []
    assert len(said(used_by_two(0, prefix=prefix))) == 1


def test_threads_of_one_process_may_share_what_is_made_for_one() -> None:
    s = family()
    lock(s, PARENT, "pthread_mutex_init", pshared=0)
    s.call(PARENT, "pthread_create", ok={"child": 11})
    for tid in (PARENT, 11):
        lock(s, PARENT, "pthread_mutex_lock", tid=tid)
        lock(s, PARENT, "pthread_mutex_unlock", tid=tid)
    assert said(s) == []


def test_a_lock_that_nobody_made_is_for_threads() -> None:
    (text,) = said(used_by_two(None))
    assert text == (
        "alice (pid 11) and alice (pid 12) use the mutex at byte 0 of the shared mapping at alice.c:5, which "
        "nobody has made for several processes: an initialiser, or memory full of zeros, makes one for "
        "threads."
    )


def test_what_was_there_before_the_run_may_have_been_made_before() -> None:
    s = used_by_two(None, item="shared-memory:/m")
    assert len(said(s)) == 1
    s.before = [Entry(kind=ObjectKind.SHARED_MEMORY, name="/m")]
    assert said(s) == []


def test_what_a_program_without_the_run_time_shares_may_have_been_made_by_it() -> None:
    s = used_by_two(None, item="shared-memory:/m")
    s.fork(PARENT, 13)
    s.exec(13, "/usr/bin/python3")
    s.call(13, "mmap", "shared-memory:/m")
    assert said(s) == []


def copied(pshared: int, *, posts: bool = False) -> Story:
    """Each of two children uses its own copy of what their parent made."""
    s = family()
    for _ in range(3):
        s.object(ObjectKind.FUTEX)
    lock(s, PARENT, "sem_init", "futex:1", pshared=pshared, value=0, line=3, offset=4096)
    children(s)
    wait = s.invoke(ONE, "sem_wait", "futex:2", offset=4096, size=32)
    if posts:
        s.asleep(ONE, wait)
    lock(s, OTHER, "sem_post", "futex:3", offset=4096)
    return s


COPIED = (
    "alice makes a semaphore in memory that fork copies at alice.c:3: alice (pid 11) and alice (pid 12) use "
    "one of their own each, and nobody sees the other's."
)


def test_a_semaphore_for_several_processes_in_memory_that_fork_copies() -> None:
    assert said(copied(1)) == [COPIED]


def test_one_for_threads_is_meant_to_be_shared_if_its_post_never_comes() -> None:
    assert said(copied(0, posts=True)) == [COPIED]
    assert said(copied(0)) == []


def test_who_makes_its_own_after_the_fork_has_its_own() -> None:
    s = family()
    children(s)
    for pid in (ONE, OTHER):
        s.object(ObjectKind.FUTEX)
        lock(s, pid, "sem_init", f"futex:{pid - 10}", pshared=1, value=1)
        lock(s, pid, "sem_wait", f"futex:{pid - 10}")
    assert said(s) == []


def made_by_a_sibling(*, told: bool, late: bool = False) -> Story:
    s = family()
    s.object(ObjectKind.PIPE)
    children(s)
    if late:
        lock(s, OTHER, "pthread_mutex_lock", line=9)
    lock(s, ONE, "pthread_mutex_init", pshared=1, line=3)
    if told:
        s.call(ONE, "write", "pipe:1", result=1, data="x", count=1)
        s.call(OTHER, "read", "pipe:1", result=1)
    if not late:
        lock(s, OTHER, "pthread_mutex_lock", line=9)
    return s


def test_a_lock_that_is_used_by_who_cannot_know_that_it_was_made() -> None:
    assert said(made_by_a_sibling(told=False)) == [
        "alice (pid 12) uses the mutex at byte 0 of the shared mapping at alice.c:9; nothing makes it wait "
        "until alice (pid 11) has made it at alice.c:3."
    ]
    assert said(made_by_a_sibling(told=False, late=True)) == [
        "alice (pid 12) uses the mutex at byte 0 of the shared mapping at alice.c:9, before alice (pid 11) "
        "has made it at alice.c:3."
    ]


def test_who_has_been_told_may_use_it() -> None:
    assert said(made_by_a_sibling(told=True)) == []


def test_a_lock_made_again_while_another_uses_it() -> None:
    s = used_by_two(1, prefix="sem")
    lock(s, OTHER, "sem_init", pshared=1, value=1, line=20)
    lock(s, OTHER, "sem_wait")
    assert said(s) == []
    lock(s, ONE, "sem_wait", line=21)
    assert said(s) == [
        "alice (pid 12) makes the semaphore at byte 0 of the shared mapping again at alice.c:20, while "
        "alice (pid 11) uses it."
    ]


def test_a_lock_used_after_it_was_destroyed() -> None:
    s = used_by_two(1)
    lock(s, PARENT, "pthread_mutex_destroy", line=20)
    assert said(s) == []
    lock(s, ONE, "pthread_mutex_lock", line=21)
    assert said(s) == [
        "alice (pid 11) uses the mutex at byte 0 of the shared mapping at alice.c:21, after alice has "
        "destroyed it at alice.c:20."
    ]


def test_a_mutex_is_unlocked_by_who_holds_it() -> None:
    s = used_by_two(1)
    lock(s, ONE, "pthread_mutex_lock")
    lock(s, OTHER, "pthread_mutex_unlock", line=30)
    assert said(s) == [
        "alice (pid 12) unlocks the mutex at byte 0 of the shared mapping at alice.c:30, which alice (pid "
        "11) holds."
    ]


def test_and_not_once_more() -> None:
    s = used_by_two(1)
    lock(s, ONE, "pthread_mutex_unlock", line=30, error="EPERM")
    assert said(s) == [
        "alice (pid 11) unlocks the mutex at byte 0 of the shared mapping at alice.c:30, which nobody holds."
    ]


def test_a_recursive_mutex_is_unlocked_as_often_as_it_was_locked() -> None:
    s = used_by_two(1)
    for f in ("lock", "lock", "unlock", "unlock"):
        lock(s, ONE, f"pthread_mutex_{f}")
    assert said(s) == []


def test_a_wait_on_a_condition_gives_the_mutex_back_and_takes_it_again() -> None:
    s = used_by_two(1)
    mutex: dict[str, Any] = {"mutex": {"object": MEMORY, "offset": 0}}
    lock(s, PARENT, "pthread_cond_init", offset=64, pshared=1)
    lock(s, ONE, "pthread_mutex_lock")
    wait = s.invoke(ONE, "pthread_cond_wait", MEMORY, offset=64, size=48, **mutex)
    lock(s, OTHER, "pthread_mutex_lock")
    lock(s, OTHER, "pthread_cond_signal", offset=64)
    lock(s, OTHER, "pthread_mutex_unlock")
    s.ok(wait, blocked=True)
    lock(s, ONE, "pthread_mutex_unlock")
    assert [text for text in said(s) if "unlocks" in text] == []


def test_a_robust_mutex_passes_from_the_dead_to_who_finds_it() -> None:
    s = used_by_two(1)
    lock(s, ONE, "pthread_mutex_lock")
    s.exits(ONE)
    lock(s, OTHER, "pthread_mutex_lock", error="EOWNERDEAD")
    lock(s, OTHER, "pthread_mutex_unlock")
    assert said(s) == []


def test_a_child_may_unlock_its_copy_of_what_its_parent_held_at_the_fork() -> None:
    """pthread_atfork(3) is for that."""
    s = family()
    s.object(ObjectKind.FUTEX)
    s.object(ObjectKind.FUTEX)
    lock(s, PARENT, "pthread_mutex_lock", "futex:1", offset=4096)
    s.fork(PARENT, ONE)
    lock(s, ONE, "pthread_mutex_unlock", "futex:2", offset=4096)
    lock(s, PARENT, "pthread_mutex_unlock", "futex:1", offset=4096)
    assert said(s) == []


def test_to_post_what_one_has_not_taken_is_worth_a_word() -> None:
    s = family()
    lock(s, PARENT, "sem_init", pshared=1, value=1)
    children(s)
    for pid in (ONE, OTHER):
        lock(s, pid, "sem_wait")
        lock(s, pid, "sem_post")
    assert said(s) == []
    lock(s, ONE, "sem_post", line=9)
    (found,) = lock_misuse.check(s.history, s.spec)
    assert (found.severity, found.message) == (
        Severity.ADVICE,
        "alice (pid 11) posts the semaphore at byte 0 of the shared mapping at alice.c:9 without having "
        "taken it: its value is 2 now, and so many get in at once.",
    )


def test_a_semaphore_that_carries_word_is_posted_by_others() -> None:
    s = family()
    lock(s, PARENT, "sem_init", pshared=1, value=1)
    children(s)
    lock(s, ONE, "sem_post")
    lock(s, OTHER, "sem_wait")
    lock(s, OTHER, "sem_wait")
    assert said(s) == []


def test_locks_of_the_reference_are_nobodys_fault() -> None:
    s = family("alice", "bob_ref")
    lock(s, 20, "sem_init", pshared=0, value=1)
    s.fork(20, 21)
    for pid in (20, 21):
        lock(s, pid, "sem_wait")
    assert said(s) == []
