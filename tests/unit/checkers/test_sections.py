"""Marked sections: too many inside at once, and who waits while others are served."""

from __future__ import annotations

import pytest

from grader.checkers import mutual_exclusion, starvation
from grader.checkers._sections import most_inside
from grader.model.history import History, ObjectKind
from grader.model.section import Overlap
from grader.model.verdict import Finding

from .history_builder import RunSpec, Story, told

EXCLUSIVE = {"enter": r"enter (\d+)", "leave": r"leave (\d+)"}


def parked(*lines: str, most: int = 1) -> Story:
    s = Story(exclusive={**EXCLUSIVE, "most": most})
    s.fork(10, 11)
    for line in lines:
        s.prints(11, line + "\n")
    return s


def test_one_too_many_inside_is_found_with_all_who_are() -> None:
    s = parked("enter 1", "leave 1", "enter 2", "enter 3")
    assert mutual_exclusion.check(s.history, s.spec) == [
        Finding(
            check="mutual-exclusion",
            message='2 are inside at once, where only one may be: alice (pid 11) since "enter 2\\n", '
            'alice (pid 11) since "enter 3\\n".',
            why=mutual_exclusion.RULE,
            read="man 7 sem_overview",
            part="alice",
            pid=11,
            ops=(4, 5),
        )
    ]


@pytest.mark.parametrize(
    "lines", [("enter 1", "leave 1", "enter 2"), ("enter 1", "enter 1"), ("center 1", "enter 2", "enter x")]
)
def test_one_after_the_other_is_right(lines: tuple[str, ...]) -> None:
    s = parked(*lines)
    assert mutual_exclusion.check(s.history, s.spec) == []


def test_so_many_as_are_allowed_may_be_inside() -> None:
    assert told(mutual_exclusion.check(*_both(parked("enter 1", "enter 2", most=2)))) == []
    assert len(mutual_exclusion.check(*_both(parked("enter 1", "enter 2", "enter 3", most=2)))) == 1


def _both(s: Story) -> tuple[History, RunSpec]:
    return s.history, s.spec


def test_without_groups_each_process_is_one_and_lines_may_come_in_pieces() -> None:
    s = Story("r1", "r2", "w")
    section = Overlap(enter="reading", leave="done", parts=["r1", "r2"])
    s.prints(10, "rea")
    s.prints(20, "reading\n")
    s.prints(30, "reading\n")
    assert most_inside(s.history, section) == 1
    s.prints(10, "ding\n")
    assert most_inside(s.history, section) == 2
    s.prints(10, "done\nreading\n")
    assert most_inside(s.history, section) == 2


def overtaken(times: int, *, bound: int = 3, strategy: str = "fair") -> Story:
    s = Story("a", "b", overtaken=bound)
    lock = s.object(ObjectKind.FILE, "lock")
    waiting = s.invoke(10, "flock", lock, operation=["LOCK_EX"], line=5)
    for _ in range(times):
        s.call(20, "flock", lock, operation=["LOCK_SH"])
        s.call(20, "flock", lock, operation=["LOCK_UN"])
    s.ok(waiting, blocked=True)
    s.spec = type(s.spec)(exercise="story", scenario=s.spec.scenario, script=s.spec.script, strategy=strategy)
    return s


def test_who_is_overtaken_too_often_starves() -> None:
    s = overtaken(4)
    assert told(starvation.check(s.history, s.spec)) == [
        "a waits in flock on lock at a.c:5 while others get it 4 times; 3 are allowed."
    ]


def test_it_is_judged_in_fair_schedules_where_a_bound_is_set() -> None:
    s = overtaken(4, strategy="random")
    assert starvation.check(s.history, s.spec) == []
    s = overtaken(3)
    assert starvation.check(s.history, s.spec) == []
