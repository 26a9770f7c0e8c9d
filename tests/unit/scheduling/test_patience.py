"""Who could go on gets his turn in the end, whatever a strategy prefers."""

from __future__ import annotations

from collections import Counter

import pytest

from grader.registry import load
from grader.scheduling.base import Candidate
from grader.scheduling.patience import patient
from grader.scheduling.progress import FUTILE_HURRY, Progress

BOTH = [Candidate(1, name="bus"), Candidate(2, name="skier")]
UNFAIR = {"depth": 1, "steps": 1}


def test_for_a_long_time_a_strategy_chooses_as_it_likes() -> None:
    own = load("grader.scheduling.strategies", "SCHEDULER")["random"](7, {})
    helped = patient("random", 7, {}, Progress())
    assert [helped.choose(BOTH) for _ in range(900)] == [own.choose(BOTH) for _ in range(900)]


def test_who_has_waited_for_long_gets_many_turns() -> None:
    bus = patient("pct", 1, UNFAIR, Progress())
    turns = Counter(bus.choose([BOTH[n % 2], BOTH[1 - n % 2]]) == n % 2 for n in range(4000))
    assert min(turns.values()) > 400


def test_when_nothing_comes_of_it_all_have_their_turns_at_once() -> None:
    progress = Progress()
    progress.futile = FUTILE_HURRY + 1
    helped = patient("pct", 1, UNFAIR, progress)
    assert sorted(Counter(helped.choose(BOTH) for _ in range(100)).values()) == [50, 50]


@pytest.mark.parametrize("strategy", ["fair", "replay"])
def test_what_is_fair_or_repeats_a_run_is_left_as_it_is(strategy: str) -> None:
    own = load("grader.scheduling.strategies", "SCHEDULER")[strategy]
    assert type(patient(strategy, 0, {}, Progress())) is own
