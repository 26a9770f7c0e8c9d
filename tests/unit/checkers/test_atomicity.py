"""What is read is stale when what was made of it is written, though each access is guarded."""

from __future__ import annotations

from grader.checkers import atomicity
from grader.model.history import ObjectKind, OpType
from grader.model.verdict import Finding

from .history_builder import Story

MEMORY, SEM = "shared-memory:/m", "semaphore:/s"
ONE, OTHER = 11, 12


def two() -> Story:
    """Two children of one process that share memory and a semaphore."""
    s = Story("alice")
    s.object(ObjectKind.SHARED_MEMORY, "/m")
    s.object(ObjectKind.SEMAPHORE, "/s")
    s.fork(10, ONE)
    s.fork(10, OTHER)
    return s


def guarded(s: Story, pid: int, f: str, line: int) -> int:
    """One access in a critical section of its own."""
    s.call(pid, "sem_wait", SEM, offset=0)
    index = s.access(pid, f, MEMORY, line=line)
    s.call(pid, "sem_post", SEM, offset=0)
    return index


def in_vain(s: Story) -> None:
    """A demand of the script that is not met."""
    s._add(0, OpType.FAIL, "expect")


def said(s: Story) -> list[str]:
    return [finding.message for finding in atomicity.check(s.history, s.spec)]


def test_an_addition_in_two_critical_sections_is_told_with_both_and_with_what_came_between() -> None:
    s = two()
    loaded = guarded(s, ONE, "load", 5)
    guarded(s, OTHER, "load", 5)
    rival = guarded(s, OTHER, "store", 8)
    stored = guarded(s, ONE, "store", 8)
    in_vain(s)
    assert atomicity.check(s.history, s.spec) == [
        Finding(
            check="atomicity",
            message="alice (pid 11) reads bytes 0 to 7 of shared memory /m at alice.c:5 and writes them at "
            "alice.c:8; in between it gives semaphore /s back: alice (pid 12) writes them meanwhile at "
            "alice.c:8, and that is lost.",
            why=atomicity.RULE,
            read="man 7 sem_overview",
            part="alice",
            pid=ONE,
            ops=(loaded, rival, stored),
            file="alice.c",
            line=8,
        )
    ]


def test_a_place_that_all_hold_is_no_lock_that_keeps_anybody_out() -> None:
    s = two()
    s.object(ObjectKind.SEMAPHORE, "/places")
    for pid in (ONE, OTHER):  # taken by a producer, given back by the consumer
        s.call(pid, "sem_wait", "semaphore:/places", offset=0)
    guarded(s, ONE, "load", 5)
    guarded(s, OTHER, "store", 8)
    guarded(s, ONE, "store", 8)
    in_vain(s)
    assert len(said(s)) == 1


def test_a_lock_that_is_held_all_the_time_makes_it_one_section() -> None:
    s = two()
    s.object(ObjectKind.SEMAPHORE, "/all")
    s.call(ONE, "sem_wait", "semaphore:/all", offset=0)
    guarded(s, ONE, "load", 5)
    guarded(s, OTHER, "store", 8)
    guarded(s, ONE, "store", 8)
    s.call(ONE, "sem_post", "semaphore:/all", offset=0)
    in_vain(s)
    assert said(s) == []


def test_a_run_that_gives_what_is_demanded_is_not_blamed() -> None:
    s = two()
    for pid, f, line in ((ONE, "load", 5), (OTHER, "store", 8), (ONE, "store", 8)):
        guarded(s, pid, f, line)
    assert said(s) == []


def test_an_addition_in_one_section_is_right() -> None:
    s = two()
    for pid in (ONE, OTHER):
        s.call(pid, "sem_wait", SEM, offset=0)
        s.access(pid, "load", MEMORY, line=5)
        s.access(pid, "store", MEMORY, line=6)
        s.call(pid, "sem_post", SEM, offset=0)
    in_vain(s)
    assert said(s) == []


def test_what_is_read_again_before_it_is_written_is_right() -> None:
    s = two()
    guarded(s, ONE, "load", 5)
    guarded(s, OTHER, "store", 8)
    s.call(ONE, "sem_wait", SEM, offset=0)
    s.access(ONE, "load", MEMORY, line=7)
    s.access(ONE, "store", MEMORY, line=8)
    in_vain(s)
    assert said(s) == []


def test_nothing_is_lost_if_nobody_writes_in_between() -> None:
    s = two()
    guarded(s, ONE, "load", 5)
    guarded(s, OTHER, "load", 5)
    guarded(s, ONE, "store", 8)
    in_vain(s)
    assert said(s) == []


def test_an_atomic_load_and_an_atomic_store_are_two_steps() -> None:
    s = two()
    s.access(ONE, "atomic_load", MEMORY, line=5)
    s.access(OTHER, "atomic_store", MEMORY, line=5)
    s.access(ONE, "atomic_store", MEMORY, line=5)
    in_vain(s)
    assert [text.partition("; ")[2] for text in said(s)] == [
        "these are two steps, though each is atomic: alice (pid 12) writes them meanwhile at alice.c:5, "
        "and that is lost."
    ]


def test_an_exchange_that_looks_itself_is_one_step() -> None:
    s = two()
    for f in ("atomic_compare_exchange", "atomic_fetch_add"):
        s.access(ONE, "atomic_load", MEMORY, line=5)
        s.access(OTHER, "atomic_store", MEMORY, line=5)
        s.access(ONE, f, MEMORY, line=5)
    in_vain(s)
    assert said(s) == []


def test_accesses_without_a_common_lock_are_for_the_race_check() -> None:
    s = two()
    s.access(ONE, "load", MEMORY, line=5)
    s.access(OTHER, "store", MEMORY, line=6)
    s.access(ONE, "store", MEMORY, line=6)
    in_vain(s)
    assert said(s) == []
