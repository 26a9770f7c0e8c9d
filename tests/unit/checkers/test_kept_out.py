"""Whether a run proves that who is inside keeps the others out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checkers._kept_out import RULE, kept_out
from grader.model.history import ObjectKind
from grader.model.section import Overlap
from grader.model.verdict import Finding

from .history_builder import Story

PARENT, ONE, OTHER, THIRD = 10, 11, 12, 13


class Hall(Story):
    """People who go into a hall, children of one process, and a semaphore."""

    def __init__(self, *cast: str, people: tuple[int, ...] = (ONE, OTHER)) -> None:
        super().__init__(*cast)
        self.lock = self.object(ObjectKind.SEMAPHORE, "/hall")
        self.stdout = self.object(ObjectKind.PIPE, f"stdout of {next(iter(self.pids))}")
        for person in people:
            self.fork(PARENT, person)
        self.parent = self.invoke(PARENT, "wait", line=30, pid=-1)

    def says(self, pid: int, word: str, name: int = 0) -> None:
        line = f"{word} {name or pid}\n"
        self.call(pid, "write", self.stdout, line=9, fd=1, data=line)
        self.prints(pid, line)

    def waits(self, pid: int, line: int = 8) -> int:
        return self.invoke(pid, "sem_wait", self.lock, line=line)

    def posts(self, pid: int) -> None:
        self.call(pid, "sem_post", self.lock)

    def proof(self, least: int = 2) -> Finding | None:
        return kept_out(self.history, Overlap(enter=r"enter (\d+)", leave=r"leave (\d+)", least=least))


def mutex(
    before_leaving: Callable[[Hall], object] = id, before_entering: Callable[[Hall], object] = id
) -> Hall:
    """One is inside, the other sleeps all the while; what else happens is up to the caller."""
    s = Hall()
    s.call(ONE, "sem_wait", s.lock)
    waits = s.waits(OTHER)
    s.says(ONE, "enter")
    before_leaving(s)
    s.says(ONE, "leave")
    s.posts(ONE)
    s.ok(waits, blocked=True)
    before_entering(s)
    s.says(OTHER, "enter")
    s.says(OTHER, "leave")
    return s


def test_who_slept_all_the_time_that_another_was_inside_was_kept_out() -> None:
    s = mutex()
    calls = [op.index for op in s.ops if op.f in ("write", "sem_wait") and op.invoked is None]
    one_waits, other_waits, enters, leaves, other_enters, _ = calls
    assert one_waits < other_waits
    assert s.proof() == Finding(
        check="overlap",
        message="alice (pid 12) waits in sem_wait on semaphore /hall at alice.c:8 all the time that "
        "alice (pid 11) is inside, and enters afterwards; 2 must be able to be inside at once.",
        why=RULE,
        read="man 7 sem_overview",
        part="alice",
        pid=OTHER,
        ops=(other_waits, enters, leaves, other_enters),
        file="alice.c",
        line=8,
    )


def test_nothing_is_proven_if_somebody_else_could_go_on() -> None:
    s = mutex(lambda s: s.fork(ONE, THIRD), lambda s: s.call(THIRD, "getppid"))
    assert s.proof() is None


def test_nothing_is_proven_if_a_sleeper_could_go_on_when_time_passes() -> None:
    rests: dict[str, int] = {}

    def sleeps(s: Hall) -> None:
        s.fork(ONE, THIRD)
        rests["op"] = s.invoke(THIRD, "nanosleep")

    s = mutex(sleeps, lambda s: s.ok(rests["op"], blocked=True))
    assert s.proof() is None


def test_nothing_is_proven_of_who_came_only_when_the_other_was_inside() -> None:
    s = Hall()
    s.says(ONE, "enter")
    waits = s.waits(OTHER)
    s.says(ONE, "leave")
    s.posts(ONE)
    s.ok(waits, blocked=True)
    s.says(OTHER, "enter")
    assert s.proof() is None


@pytest.mark.parametrize("who", ["script", "server"])
def test_nothing_is_proven_if_somebody_else_woke_him(who: str) -> None:
    s = Hall(people=(ONE, OTHER, THIRD))
    asks = s.invoke(THIRD, "msgrcv", s.lock)
    waits = s.waits(OTHER)
    s.says(ONE, "enter")
    s.says(ONE, "leave")
    s.posts(ONE)
    if who == "script":
        s.performs(0, "start")
    else:
        s.ok(asks, blocked=True)
        s.posts(THIRD)
    s.ok(waits, blocked=True)
    s.says(OTHER, "enter")
    assert s.proof() is None


@pytest.mark.parametrize("prefers", [True, False])
def test_a_writer_that_waits_may_be_why_a_reader_does(prefers: bool) -> None:
    s = Hall(people=(ONE, OTHER, THIRD))
    writer, reader = s.waits(THIRD), s.waits(OTHER)
    s.says(ONE, "enter")
    s.says(ONE, "leave")
    s.posts(ONE)
    s.ok(reader, blocked=True)
    if prefers:
        s.ok(writer, blocked=True)
        s.says(THIRD, "write")
    s.says(OTHER, "enter")
    if not prefers:
        s.ok(writer, blocked=True)
        s.says(THIRD, "write")
    assert (s.proof() is None) is prefers


def test_others_who_are_about_to_enter_have_no_say() -> None:
    s = Hall(people=(ONE, OTHER, THIRD))
    third, other = s.waits(THIRD), s.waits(OTHER)
    s.says(ONE, "enter")
    s.says(ONE, "leave")
    s.posts(ONE)
    s.ok(third, blocked=True)
    s.ok(other, blocked=True)
    s.says(THIRD, "enter")
    s.says(OTHER, "enter")
    assert s.proof() is not None


def test_so_many_as_must_be_able_to_be_were_inside() -> None:
    s = Hall(people=(ONE, OTHER, THIRD))
    waits = s.waits(THIRD)
    s.says(ONE, "enter")
    s.says(OTHER, "enter")
    s.says(ONE, "leave")
    s.says(OTHER, "leave")
    s.posts(ONE)
    s.ok(waits, blocked=True)
    s.says(THIRD, "enter")
    assert s.proof(2) is None
    finding = s.proof(3)
    assert finding is not None
    assert "all the time that alice (pid 11) and alice (pid 12) are inside" in finding.message


def test_a_parent_that_waits_for_one_before_it_starts_the_next_lets_them_in_one_by_one() -> None:
    s = Hall(people=(ONE,))
    s.says(ONE, "enter")
    s.says(ONE, "leave")
    s.exits(ONE)
    s.ok(s.parent, ONE, blocked=True)
    s.fork(PARENT, OTHER)
    s.says(OTHER, "enter")
    finding = s.proof()
    assert finding is not None
    assert (finding.message, finding.read) == (
        "alice waits in wait at alice.c:30 until alice (pid 11) has left, and only then starts the next one "
        "that enters; 2 must be able to be inside at once.",
        "man 2 wait",
    )


def test_one_who_is_all_of_them_is_never_two() -> None:
    s = Hall(people=(ONE,))
    for name in (1, 2):
        s.says(ONE, "enter", name)
        s.says(ONE, "leave", name)
    finding = s.proof()
    assert finding is not None
    assert finding.message == (
        "alice (pid 11) does one after the other: it enters again when it has left; "
        "2 must be able to be inside at once."
    )


def test_one_who_comes_twice_proves_nothing() -> None:
    s = Hall(people=(ONE,))
    for _ in range(2):
        s.says(ONE, "enter")
        s.says(ONE, "leave")
    assert s.proof() is None


def test_the_reference_alone_is_not_accused() -> None:
    s = Hall("alice_ref", people=(ONE,))
    for name in (1, 2):
        s.says(ONE, "enter", name)
        s.says(ONE, "leave", name)
    assert s.proof() is None


def test_a_section_without_an_end_or_that_nobody_left_proves_nothing() -> None:
    s = mutex()
    assert kept_out(s.history, Overlap(enter=r"enter (\d+)")) is None
    s = Hall()
    s.waits(OTHER)
    s.says(ONE, "enter")
    assert s.proof() is None
