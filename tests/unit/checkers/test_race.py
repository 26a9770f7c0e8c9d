"""Accesses to the same bytes that nothing puts in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers import race
from grader.model.history import Entry, ObjectKind
from grader.model.verdict import Finding

from .history_builder import Story

MEMORY, FILE, SEM = "shared-memory:/m", "file:data", "semaphore:/s"
PARENT, ONE, OTHER = 10, 11, 12


def two(*cast: str) -> Story:
    """Two children of one process that share memory."""
    s = Story(*(cast or ("alice",)))
    s.object(ObjectKind.SHARED_MEMORY, "/m")
    s.object(ObjectKind.SEMAPHORE, "/s")
    s.object(ObjectKind.FILE, "data")
    s.event(PARENT, "exec", argv=["/submission/alice"])
    s.fork(PARENT, ONE)
    s.fork(PARENT, OTHER)
    return s


def taken(s: Story, pid: int, *, lock: str = SEM, offset: int = 0) -> None:
    s.call(pid, "sem_wait", lock, offset=offset, size=32)


def given_back(s: Story, pid: int, *, lock: str = SEM, offset: int = 0) -> None:
    s.call(pid, "sem_post", lock, offset=offset, size=32)


def said(s: Story) -> list[str]:
    return [finding.message for finding in race.check(s.history, s.spec)]


def test_two_who_add_to_a_number_without_a_lock_race() -> None:
    s = two()
    s.access(ONE, "load", MEMORY, line=5)
    loaded = s.access(OTHER, "load", MEMORY, line=5)
    stored = s.access(ONE, "store", MEMORY, line=6)
    s.access(OTHER, "store", MEMORY, line=6)  # races too, at one of these two lines
    assert race.check(s.history, s.spec) == [
        Finding(
            check="race",
            message="alice (pid 12) reads bytes 0 to 7 of shared memory /m at alice.c:5, and alice (pid 11) "
            "writes them at alice.c:6; nothing puts the two in order. No lock is held at either of them.",
            why=race.RULE,
            read="man 7 sem_overview",
            part="alice",
            pid=ONE,
            ops=(loaded, stored),
            file="alice.c",
            line=6,
        ),
    ]


def test_with_a_semaphore_around_both_they_do_not() -> None:
    s = two()
    for pid in (ONE, OTHER):
        taken(s, pid)
        s.access(pid, "load", MEMORY, line=5)
        s.access(pid, "store", MEMORY, line=6)
        given_back(s, pid)
    assert said(s) == []


def test_whoever_takes_no_lock_is_named_though_the_other_does() -> None:
    s = two()
    loaded = s.access(OTHER, "load", MEMORY, line=5)
    taken(s, ONE)
    stored = s.access(ONE, "store", MEMORY, line=6)
    (found,) = race.check(s.history, s.spec)
    assert found.message.endswith(
        "in order. alice (pid 11) holds semaphore /s there, alice (pid 12) does not."
    )
    assert (found.ops, found.pid, found.line) == ((loaded, stored), OTHER, 5)


def test_locks_of_which_each_has_its_own_are_named() -> None:
    s = two()
    s.object(ObjectKind.MAPPING)
    for pid, offset in ((ONE, 0), (OTHER, 32)):
        taken(s, pid, lock="mapping:1", offset=offset)
        s.access(pid, "store", MEMORY, line=6)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "alice (pid 11) holds the semaphore at byte 0 of the shared mapping, alice (pid 12) the semaphore at "
        "byte 32 of the shared mapping: only the same lock would keep them apart."
    ]


def test_locks_in_their_own_memory_are_named() -> None:
    s = two()
    for pid in (ONE, OTHER):
        s.object(ObjectKind.FUTEX)
        taken(s, pid, lock=f"futex:{pid - 10}", offset=4096)
        s.access(pid, "store", MEMORY)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "Each holds a semaphore in its own memory, and none of them keeps the other out."
    ]


def test_a_semaphore_that_lets_two_in_is_named() -> None:
    s = two()
    for pid in (ONE, OTHER):
        taken(s, pid)
        s.access(pid, "store", MEMORY, line=6)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "Both have taken semaphore /s, which lets in more than one."
    ]


def test_locks_by_fcntl_are_said_to_be_of_bytes_and_easily_lost() -> None:
    s = two()
    for pid in (ONE, OTHER):
        s.call(pid, "fcntl", FILE, fd=3, cmd="F_SETLKW", type="F_WRLCK")
        s.access(pid, "store", MEMORY, line=6)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "Both have taken the lock on data; it is shared, or of other bytes, or closing another descriptor of "
        "the file has given it back."
    ]


def test_a_parent_that_does_not_wait_is_told_so() -> None:
    s = two()
    s.access(ONE, "store", MEMORY, line=6)
    s.access(PARENT, "load", MEMORY, line=9)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "alice has not waited for alice (pid 11) there."
    ]


def test_a_parent_that_writes_after_the_fork_is_told_so() -> None:
    s = two()
    s.access(PARENT, "store", MEMORY, line=6)
    s.access(ONE, "load", MEMORY, line=9)
    assert [text.partition("in order. ")[2] for text in said(s)] == ["alice does so after the fork."]


def test_an_atomic_variable_that_is_not_strong_enough_is_named() -> None:
    s = two()
    s.access(ONE, "store", MEMORY, line=6)
    s.access(ONE, "atomic_store", MEMORY, offset=64, order="relaxed", line=7)
    s.access(OTHER, "atomic_load", MEMORY, offset=64, order="acquire", line=8)
    s.access(OTHER, "load", MEMORY, line=9)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "The atomic variable at alice.c:8 is stored `relaxed` and loaded `acquire`: it takes release and "
        "acquire."
    ]


def test_a_sleep_is_told_to_be_none() -> None:
    s = two()
    s.access(ONE, "store", MEMORY, line=6)
    s.sleeps(PARENT, 1000, line=8)
    s.access(PARENT, "load", MEMORY, line=9)
    assert [text.partition("in order. ")[2] for text in said(s)] == [
        "The sleep at alice.c:8 is no synchronisation."
    ]


def test_threads_of_one_process_race_alike() -> None:
    s = two()
    for tid in (20, 21):
        s.call(PARENT, "pthread_create", result=tid, ok={"child": tid})
    s.access(PARENT, "store", MEMORY, tid=20, line=3)
    s.access(PARENT, "store", MEMORY, tid=21, line=4)
    s.access(PARENT, "store", MEMORY, line=5)
    assert [text.partition("bytes 0 to 7 of shared memory /m at ")[2] for text in said(s)] == [
        "alice.c:3, and thread 21 of alice writes them at alice.c:4; nothing puts the two in order. No lock "
        "is held at either of them.",
        "alice.c:3, and alice writes them at alice.c:5; nothing puts the two in order. alice has not joined "
        "thread 20 of alice there.",
        "alice.c:4, and alice writes them at alice.c:5; nothing puts the two in order. alice has not joined "
        "thread 21 of alice there.",
    ]


@pytest.mark.parametrize(
    ("one", "other", "races"),
    [
        ("load", "load", False),
        ("load", "volatile_load", False),
        ("load", "store", True),
        ("store", "read_range", True),
        ("load", "load_store", True),
        ("atomic_store", "atomic_load", False),
        ("atomic_fetch_add", "atomic_fetch_add", False),
        ("atomic_store", "load", True),
        ("load", "atomic_fetch_add", True),
        ("store", "atomic_load", True),
        ("load", "atomic_load", False),
    ],
)
def test_one_must_write_and_one_must_not_be_atomic(one: str, other: str, races: bool) -> None:
    s = two()
    s.access(ONE, one, MEMORY, order="relaxed")
    s.access(OTHER, other, MEMORY, order="relaxed")
    assert bool(said(s)) is races


def test_a_compare_and_exchange_that_stored_nothing_only_read() -> None:
    s = two()
    s.access(ONE, "atomic_compare_exchange", MEMORY, order="relaxed", exchanged=False)
    s.access(OTHER, "load", MEMORY)
    assert said(s) == []


@pytest.mark.parametrize(
    ("start", "size", "races"), [(0, 4, True), (3, 1, True), (4, 4, False), (2, 100, True), (100, 4, False)]
)
def test_only_bytes_that_both_touch_count(start: int, size: int, races: bool) -> None:
    s = two()
    s.access(ONE, "write_range", MEMORY, offset=0, size=4)
    s.access(OTHER, "read_range", MEMORY, offset=start, size=size)
    assert bool(said(s)) is races


def test_other_objects_are_other_bytes() -> None:
    s = two()
    s.object(ObjectKind.MAPPING)
    s.access(ONE, "store", MEMORY)
    s.access(OTHER, "store", "mapping:1")
    assert said(s) == []


def test_accesses_of_the_reference_are_nobodys_fault() -> None:
    s = two("alice", "bob_ref")
    s.access(20, "store", MEMORY)
    s.access(ONE, "store", MEMORY)
    assert said(s) == []


def test_a_pair_of_lines_is_reported_once_and_five_pairs_at_most() -> None:
    s = two()
    for line in range(1, 9):
        for _ in range(3):
            s.access(ONE, "store", MEMORY, offset=8 * line, line=line)
            s.access(OTHER, "store", MEMORY, offset=8 * line, line=line)
    assert len(said(s)) == 5


def moved(f: str, item: str, pid: int, s: Story) -> int:
    where = {"object": MEMORY, "offset": 16}
    return s.call(pid, f, item, result=4, line=3, fd=3, count=8, memory=where)


@pytest.mark.parametrize("f", ["read", "recv", "mq_receive", "msgrcv"])
def test_a_call_that_fills_shared_memory_writes_there(f: str) -> None:
    s = two()
    s.object(ObjectKind.PIPE)
    filled = moved(f, "pipe:1", ONE, s)
    loaded = s.access(OTHER, "load", MEMORY, offset=16, size=4, line=9)
    (found,) = race.check(s.history, s.spec)
    assert found.ops == (filled, loaded)
    assert found.message.startswith(
        "alice (pid 11) fills bytes 16 to 19 of shared memory /m at alice.c:3, and alice (pid 12) reads them"
    )


@pytest.mark.parametrize("f", ["write", "send", "mq_send", "msgsnd"])
def test_a_call_that_passes_shared_memory_on_reads_it_when_it_begins(f: str) -> None:
    s = two()
    s.object(ObjectKind.PIPE)
    passed = moved(f, "pipe:1", ONE, s)
    stored = s.access(OTHER, "store", MEMORY, offset=16, size=4)
    (found,) = race.check(s.history, s.spec)
    assert found.ops == (passed - 1, stored)


def test_who_was_sent_what_is_in_the_memory_may_change_it() -> None:
    s = two()
    s.object(ObjectKind.PIPE)
    write = s.invoke(ONE, "write", "pipe:1", fd=4, count=4, memory={"object": MEMORY, "offset": 16})
    s.call(OTHER, "read", "pipe:1", result=4, fd=3, count=4)
    s.access(OTHER, "store", MEMORY, offset=16, size=4)
    s.ok(write, 4, blocked=True)
    assert said(s) == []


# -- variables taken for signals -----------------------------------------------------------------------


def told_by_a_flag(kind: str, looks: int) -> Story:
    """One writes data and sets a flag; the other looks at the flag until it is set, and reads the data."""
    s = two()
    prefix = "volatile_" if kind == "volatile" else ""
    s.access(ONE, "store", MEMORY, offset=64, line=3)
    for _ in range(looks - 1):
        s.access(OTHER, f"{prefix}load", MEMORY, size=4, line=8)
    s.access(ONE, f"{prefix}store", MEMORY, size=4, line=4)
    s.access(OTHER, f"{prefix}load", MEMORY, size=4, line=8)
    s.access(OTHER, "load", MEMORY, offset=64, line=9)
    return s


@pytest.mark.parametrize("kind", ["plain", "volatile"])
def test_a_variable_that_is_looked_at_until_it_changes_is_named_and_what_it_guards_is_not(kind: str) -> None:
    word = "`volatile`" if kind == "volatile" else kind
    assert said(told_by_a_flag(kind, looks=4)) == [
        "alice (pid 12) reads bytes 0 to 3 of shared memory /m at alice.c:8, and alice (pid 11) writes them "
        f"at alice.c:4; a {word} variable that is looked at again and again puts nothing in order."
    ]


def test_a_volatile_variable_is_named_though_it_was_set_at_the_first_look() -> None:
    assert said(told_by_a_flag("volatile", looks=1)) == [
        "alice (pid 11) writes bytes 0 to 3 of shared memory /m at alice.c:4, and alice (pid 12) reads them "
        "at alice.c:8; `volatile` does not put them in order. No lock is held at either of them."
    ]


def test_data_that_the_variable_does_not_guard_races_beside_it() -> None:
    s = told_by_a_flag("volatile", looks=4)
    s.access(ONE, "store", MEMORY, offset=128, line=5)
    s.access(OTHER, "store", MEMORY, offset=128, line=10)
    assert [text.partition(" at ")[2][:9] for text in said(s)] == ["alice.c:8", "alice.c:5"]


def test_a_volatile_number_that_both_change_is_no_signal() -> None:
    s = two()
    for pid in (ONE, OTHER):
        s.access(pid, "volatile_load", MEMORY, line=5)
        s.access(pid, "volatile_store", MEMORY, line=5)
    assert [text.partition("; ")[2] for text in said(s)] == [
        "`volatile` does not put them in order. No lock is held at either of them."
    ]


# -- files ---------------------------------------------------------------------------------------------


def transfer(s: Story, pid: int, f: str, offset: int | None, size: int = 4, line: int = 0) -> None:
    where: dict[str, Any] = {} if offset is None else {"offset": offset}
    s.call(pid, f, FILE, result=size, line=line, fd=3, count=size, **where)


def counted_in_a_file(*, locked: bool) -> Story:
    s = two()
    for pid in (ONE, OTHER):
        if locked:
            s.call(pid, "flock", FILE, fd=3, operation=["LOCK_EX"])
        transfer(s, pid, "read", 0, line=5)
        transfer(s, pid, "write", 0, line=6)
        if locked:
            s.call(pid, "flock", FILE, fd=3, operation=["LOCK_UN"])
    return s


def test_two_who_count_in_a_file_without_a_lock_race() -> None:
    assert said(counted_in_a_file(locked=False)) == [
        "alice (pid 11) writes bytes 0 to 3 of data at alice.c:6, and alice (pid 12) reads them at "
        "alice.c:5; nothing puts the two in order. No lock is held at either of them.",
    ]


def test_with_a_lock_on_the_file_they_do_not() -> None:
    assert said(counted_in_a_file(locked=True)) == []


@pytest.mark.parametrize(
    ("one", "other", "races"),
    [
        (("write", 0), ("write", 0), True),
        (("write", 0), ("write", 2), True),
        (("write", 0), ("write", 4), False),
        (("write", None), ("write", None), False),
        (("write", None), ("write", 0), False),
        (("write", 0), ("read", 0), False),
    ],
)
def test_writes_to_the_same_bytes_of_a_file_race(
    one: tuple[str, int | None], other: tuple[str, int | None], races: bool
) -> None:
    """Who only reads may cope with what he finds; without offsets (O_APPEND) there is nothing to judge."""
    s = two()
    transfer(s, ONE, *one)
    transfer(s, OTHER, *other)
    assert bool(said(s)) is races


def buffered(first_record: int, second_record: int) -> Story:
    """Two who read a file of two records as a whole, and write one of them."""
    s = two()
    for pid, record in ((ONE, first_record), (OTHER, second_record)):
        s.call(pid, "read", FILE, result=8, count=8, offset=0)
        s.call(pid, "write", FILE, result=4, count=4, offset=4 * record)
    return s


def test_neighbours_that_a_buffer_takes_in_are_no_race() -> None:
    assert said(buffered(0, 1)) == []


def test_who_writes_the_bytes_that_another_has_read_to_write_them_races() -> None:
    assert said(buffered(0, 0)) != []


# -- properties ----------------------------------------------------------------------------------------

_SECTION = st.tuples(
    st.sampled_from((11, 12, 13)),
    st.lists(st.tuples(st.sampled_from(("load", "store")), st.integers(0, 3)), min_size=1, max_size=3),
)


def sections(parts: Sequence[tuple[int, list[tuple[str, int]]]], unlocked: int = 0) -> Story:
    """Whole sections one after the other, each inside the one mutex, but for those of one worker."""
    s = Story()
    s.before = [Entry(kind=ObjectKind.SHARED_MEMORY, name="/m")]
    s.object(ObjectKind.SHARED_MEMORY, "/m")
    for worker in (11, 12, 13):
        s.fork(PARENT, worker)
    for pid, accesses in parts:
        if pid != unlocked:
            s.call(pid, "pthread_mutex_lock", MEMORY, offset=512, size=40)
        for f, which in accesses:
            s.access(pid, f, MEMORY, offset=8 * which)
        if pid != unlocked:
            s.call(pid, "pthread_mutex_unlock", MEMORY, offset=512, size=40)
    return s


@given(st.lists(_SECTION, max_size=12))
def test_what_is_done_inside_one_mutex_never_races(parts: list[tuple[int, list[tuple[str, int]]]]) -> None:
    assert said(sections(parts)) == []


@given(st.lists(_SECTION, max_size=12), st.sampled_from((11, 12, 13)))
def test_without_the_lock_of_one_worker_its_conflicts_race_and_no_others(
    parts: list[tuple[int, list[tuple[str, int]]]], unlocked: int
) -> None:
    conflicts = any(
        one == unlocked and other != unlocked and where == there and "store" in (f, g)
        for one, accesses in parts
        for other, others in parts
        for f, where in accesses
        for g, there in others
    )
    found = race.check((s := sections(parts, unlocked)).history, s.spec)
    assert bool(found) is conflicts
    assert all(unlocked in {s.ops[index].pid for index in finding.ops} for finding in found)


@given(st.lists(_SECTION, max_size=10), st.sampled_from((11, 12, 13)))
def test_each_race_is_one_of_two_conflicting_accesses(
    parts: list[tuple[int, list[tuple[str, int]]]], unlocked: int
) -> None:
    s = sections(parts, unlocked)
    for finding in race.check(s.history, s.spec):
        one, other = (s.ops[index] for index in finding.ops)
        assert one.pid != other.pid and one.value["offset"] == other.value["offset"]
        assert "store" in (one.f, other.f)


@pytest.mark.parametrize("by_stdio", [True, False])
def test_a_size_that_only_stdio_asks_for_tells_the_program_nothing(by_stdio: bool) -> None:
    s = two()
    s.call(ONE, "write", FILE, result=4, line=5, offset=0, count=4)
    s.call(OTHER, "stat", FILE, fd=3, line=5)
    if by_stdio:
        s.call(OTHER, "lseek", FILE, fd=3, offset=0, whence=1, line=5)
    s.call(OTHER, "write", FILE, result=4, line=5, offset=0, count=4)
    assert bool(said(s)) is by_stdio
