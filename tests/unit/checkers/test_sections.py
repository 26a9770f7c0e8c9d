"""Marked sections: too many inside at once, and who waits while others are served."""

from __future__ import annotations

import pytest

from grader.checkers import mutual_exclusion, starvation
from grader.checkers._sections import meetings, most_inside, stretches
from grader.model.history import History, ObjectKind
from grader.model.section import Overlap
from grader.model.verdict import Finding

from .history_builder import RunSpec, Story, told

EATS = r"\d eats"

EXCLUSIVE = {"enter": r"enter (\d+)", "leave": r"leave (\d+)"}
MARKED = Overlap(enter=EXCLUSIVE["enter"], leave=EXCLUSIVE["leave"])


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


def test_who_died_of_a_signal_is_no_longer_inside() -> None:
    s = parked("enter 1")
    s.dies(11, "SIGKILL", "script")
    s.fork(10, 12)
    s.prints(12, "enter 2\n")
    assert mutual_exclusion.check(s.history, s.spec) == []


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


def writes(s: Story, pid: int, line: str) -> None:
    """A line as a program prints it: the write, then what came out of it."""
    s.call(pid, "write", line=7, fd=1, data=line)
    s.prints(pid, line)


def table() -> tuple[Story, str]:
    s = Story(exclusive={"enter": EATS})
    forks = s.object(ObjectKind.MAPPING)
    for pid in (11, 12, 13):
        s.fork(10, pid)
    return s, forks


def test_who_stands_at_the_call_that_prints_a_line_is_inside() -> None:
    s, forks = table()
    s.call(11, "sem_wait", forks, offset=0, size=32)
    s.call(12, "sem_wait", forks, offset=64, size=32)
    writes(s, 11, "0 eats\n")
    writes(s, 12, "1 eats\n")
    assert told(mutual_exclusion.check(s.history, s.spec)) == [
        '2 are inside at once, where only one may be: alice (pid 11) printing "0 eats\\n", '
        'alice (pid 12) printing "1 eats\\n".'
    ]


def test_who_has_printed_and_stands_at_an_announced_post_is_inside_still() -> None:
    for announced, found in (({"size": 32}, 1), ({"op": "FUTEX_WAKE"}, 0)):
        s, forks = table()
        s.call(11, "sem_wait", forks, offset=0, size=32)
        writes(s, 11, "0 eats\n")
        s.call(12, "sem_wait", forks, offset=64, size=32, blocked=True)  # woken, chosen, and run on
        writes(s, 12, "1 eats\n")
        s.call(11, "sem_post", forks, offset=0, **announced)
        assert len(mutual_exclusion.check(s.history, s.spec)) == found


def test_who_stands_at_the_call_that_prints_the_line_of_entering_is_inside() -> None:
    s = Story(exclusive=EXCLUSIVE)
    lock = s.object(ObjectKind.MAPPING)
    for pid in (11, 12):
        s.fork(10, pid)
        s.call(pid, "sem_wait", lock, offset=0, size=32)
    for pid, car in ((11, 1), (12, 2)):
        writes(s, pid, f"enter {car}\n")
        writes(s, pid, f"leave {car}\n")
    assert told(mutual_exclusion.check(s.history, s.spec)) == [
        '2 are inside at once, where only one may be: alice (pid 11) since "enter 1\\n", '
        'alice (pid 12) since "enter 2\\n".'
    ]


def test_one_process_that_prints_for_all_of_them_is_not_at_two_lines_at_once() -> None:
    s = Story(exclusive=EXCLUSIVE)
    for car in (1, 2):
        writes(s, 10, f"enter {car}\n")
        writes(s, 10, f"leave {car}\n")
    assert mutual_exclusion.check(s.history, s.spec) == []


def test_who_leaves_and_who_enters_next_could_meet() -> None:
    s = Story()
    s.fork(10, 11)
    for pid, line in ((10, "enter 1"), (10, "leave 1"), (11, "enter 2"), (11, "leave 2"), (11, "enter 3")):
        writes(s, pid, line + "\n")
    writes_of = [op for op in s.ops if op.f == "write" and op.invoked is None]
    assert meetings(stretches(s.history, MARKED)) == [(writes_of[1], writes_of[2])]


def test_what_is_written_at_once_is_a_stretch_of_one_call() -> None:
    s = Story()
    writes(s, 10, "enter 1\nleave 1\n")
    (way,) = stretches(s.history, MARKED)
    assert way.enter is way.leave
    (way,) = stretches(s.history, Overlap(enter="enter 1"))
    assert way.enter is way.leave
    s.event(10, "output", stream="stdout", data="enter 2\n")
    assert stretches(s.history, MARKED)[1].leave is None


def test_one_who_came_to_it_after_the_other_had_printed_was_not_there() -> None:
    s, forks = table()
    s.call(11, "sem_wait", forks, offset=0, size=32)
    writes(s, 11, "0 eats\n")
    s.call(12, "sem_wait", forks, offset=0, size=32)
    writes(s, 12, "1 eats\n")
    assert mutual_exclusion.check(s.history, s.spec) == []


@pytest.mark.parametrize("how", ["newborn", "woken", "signalled"])
def test_of_one_who_has_not_run_on_it_is_not_known_where_he_stands(how: str) -> None:
    s, forks = table()
    if how == "woken":
        s.call(12, "semop", forks, ops=[{"num": 0, "op": -1}], blocked=True)
    elif how == "signalled":
        s.call(12, "semop", forks, ops=[{"num": 0, "op": -1}])
        s.event(12, "deliver", signal="SIGUSR1")
    s.call(11, "sem_wait", forks, offset=0, size=32)
    writes(s, 11, "0 eats\n")
    writes(s, 12, "1 eats\n")
    assert mutual_exclusion.check(s.history, s.spec) == []


def passing(s: Story) -> int:
    return most_inside(s.history, Overlap(enter=EATS, past_waiting=True))


@pytest.mark.parametrize(("offset", "most"), [(64, 2), (32, 1)])
def test_who_comes_past_a_sleeper_has_no_use_for_what_that_one_sleeps_for(offset: int, most: int) -> None:
    s, forks = table()
    writes(s, 13, "2 eats\n")
    waiting = s.invoke(12, "sem_wait", forks, offset=32, size=32)
    s.call(13, "sem_post", forks, offset=32, size=32)  # what he had; he wants it from his first sem_wait on
    s.call(13, "sem_wait", forks, offset=offset, size=32)
    writes(s, 13, "2 eats\n")
    s.ok(waiting, blocked=True)
    writes(s, 12, "1 eats\n")
    assert passing(s) == most


def test_who_was_on_his_way_already_or_only_seemed_to_sleep_was_not_passed() -> None:
    s, forks = table()
    s.call(13, "sem_wait", forks, offset=64, size=32)
    waiting = s.invoke(12, "sem_wait", forks, offset=32, size=32)
    writes(s, 13, "2 eats\n")
    s.ok(waiting, blocked=True)
    waiting = s.invoke(12, "sem_wait", forks, offset=64, size=32)
    s.call(13, "sem_wait", forks, offset=96, size=32)
    writes(s, 13, "2 eats\n")
    s.ok(waiting)
    writes(s, 12, "1 eats\n")
    assert passing(s) == 1


def test_a_semop_uses_the_semaphores_it_names_and_a_post_that_was_not_announced_tells_nothing() -> None:
    s, forks = table()
    writes(s, 13, "2 eats\n")
    waiting = s.invoke(12, "semop", forks, ops=[{"num": 1, "op": -1}, {"num": 2, "op": -1}])
    s.call(13, "semop", forks, ops=[{"num": 2, "op": 1}, {"num": 3, "op": 1}])
    s.call(13, "semop", forks, ops=[{"num": 3, "op": -1}, {"num": 4, "op": -1}])
    writes(s, 13, "2 eats\n")
    s.ok(waiting, blocked=True)
    writes(s, 12, "1 eats\n")
    assert passing(s) == 2

    s, forks = table()
    writes(s, 13, "2 eats\n")
    s.call(13, "sem_post", forks, op="FUTEX_WAKE", offset=0)
    waiting = s.invoke(12, "futex", forks, op="FUTEX_WAIT", offset=32)
    writes(s, 13, "2 eats\n")
    s.ok(waiting, blocked=True)
    writes(s, 12, "1 eats\n")
    assert passing(s) == 1


def test_who_prints_no_such_lines_is_no_sleeper() -> None:
    s, forks = table()
    s.invoke(10, "sem_wait", forks, offset=640, size=32)
    writes(s, 13, "2 eats\n")
    s.call(13, "sem_wait", forks, offset=64, size=32)
    writes(s, 13, "2 eats\n")
    assert passing(s) == 1
    assert most_inside(table()[0].history, Overlap(enter=EATS, past_waiting=True)) == 0
