"""Making a set of switches small."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from grader.model.schedule import Switch
from grader.shrinking import Attempts, Switches, shrink


@dataclass(frozen=True)
class Attempt:
    """A run that is made up."""

    switches: Switches
    fails: bool


def switches(*numbers: int) -> Switches:
    return tuple(Switch("a", number, "b") for number in numbers)


def attempts(fails: Callable[[Switches], bool], log: list[int]) -> Attempts:
    """Runs that fail if `fails` says so; `log` gets the size of each."""

    def make(candidates: Sequence[Switches]) -> Generator[Attempt, None, None]:
        for candidate in candidates:
            log.append(len(candidate))
            yield Attempt(candidate, fails(candidate))

    return make


def shrunk(numbers: Sequence[int], needed: set[int], budget: int = 1000) -> tuple[list[int], int]:
    """The numbers that are left, and how many runs that took."""
    log: list[int] = []

    def fails(candidate: Switches) -> bool:
        return needed <= {switch.step for switch in candidate}

    best = shrink(Attempt(switches(*numbers), fails=True), attempts(fails, log), budget)
    return [switch.step for switch in best.switches], len(log)


def test_a_failure_that_needs_no_schedule_is_found_at_once() -> None:
    assert shrunk(range(100), set()) == ([], 1)


@given(st.sets(st.integers(0, 40), max_size=6), st.integers(1, 41))
def test_what_is_left_is_what_the_failure_needs(needed: set[int], count: int) -> None:
    needed = {number for number in needed if number < count}
    assert shrunk(range(count), needed)[0] == sorted(needed)


@given(st.sets(st.integers(0, 40), min_size=1, max_size=6), st.integers(0, 30))
def test_the_budget_is_kept_and_the_result_still_fails(needed: set[int], budget: int) -> None:
    left, runs = shrunk(range(41), needed, budget)
    assert runs <= budget
    assert needed <= set(left)


def test_a_run_that_did_not_make_the_switches_counts_with_those_it_made() -> None:
    def make(candidates: Sequence[Switches]) -> Generator[Attempt, None, None]:
        yield Attempt(switches(1), fails=True)
        raise AssertionError("the first one was good enough")

    best = shrink(Attempt(switches(1, 2, 3), fails=True), make, 1)
    assert best.switches == switches(1)


def test_a_run_that_fails_with_as_many_switches_is_no_better() -> None:
    def make(candidates: Sequence[Switches]) -> Generator[Attempt, None, None]:
        for _candidate in candidates:
            yield Attempt(switches(7, 8), fails=True)

    first = Attempt(switches(1, 2), fails=True)
    assert shrink(first, make, 20) is first
