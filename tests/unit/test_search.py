"""The budget of a search: spent on what runs cost, not on what a clock says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.judging import Judged
from grader.model.config import LimitsConfig
from grader.model.exercise import Part, Scenario, Start
from grader.planning import RunSpec, Script
from grader.search import Budget, search

CAST = {"alice": Part(role="alice", by="submission")}
STEPS = (Start(start=["alice"]),)
SCENARIO = Scenario(id="s", title="", points=1, hint="", cast=CAST, steps=list(STEPS))


def spec(slot: int) -> RunSpec:
    return RunSpec(
        exercise="e",
        scenario=SCENARIO,
        script=Script(bindings={}, cast=CAST, steps=STEPS),
        script_index=slot,
        slot=0,
        strategy="fair",
        seed=0,
        limits=LimitsConfig(),
    )


class Made:
    """A run that is there already."""

    def __init__(self, judged: Judged) -> None:
        self._judged = judged
        self.cancelled = False

    def result(self) -> Judged:
        return self._judged

    def cancel(self) -> None:
        self.cancelled = True


def searched(costs: Sequence[float], budget: Budget) -> tuple[int, list[bool]]:
    """How many runs are looked at, and which are given up, for runs that cost so much."""
    runs: list[Any] = [Made(Judged(spec=spec(n), cost_s=cost, error="")) for n, cost in enumerate(costs)]
    explorer: Any = None
    found = search(explorer, [spec(n) for n in range(len(costs))], runs, budget, lambda _judged: None)
    return len(found.made), [run.cancelled for run in runs]


def budget(**more: Any) -> Budget:
    return Budget(**{"seconds": 1.0, "patience": 600.0, "shrink": 0, "steady": False} | more)


def test_runs_are_looked_at_until_the_budget_is_spent() -> None:
    assert searched([0.5, 0.5, 0.5], budget()) == (2, [False, False, True])


def test_what_runs_cost_is_all_that_counts() -> None:
    assert searched([0.01] * 50, budget()) == (50, [False] * 50)


def test_the_wall_clock_is_the_last_resort() -> None:
    assert searched([0.0, 0.0], budget(patience=-1.0)) == (1, [False, True])
