"""Looks for a schedule under which a scenario fails: the budget of schedules, spent well.

First a fair run of each script; then, if an overlap is demanded, runs that look for it (`overlapping`). What
conflicts in the fair run directs the next ones (`filling.fill`). The search ends at the first failure. That
one is run again - a program that does not do the same thing twice is not judged - and then made small.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader import store
from grader.exploration import Explorer, Pending
from grader.filling import fill
from grader.harm import harmful
from grader.judging import Judged
from grader.model.history import EndReason, Op
from grader.model.schedule import Switch
from grader.overlapping import attempt, blamed, proof
from grader.placing import Points, fault_runs
from grader.planning import RunSpec
from grader.reporters.explain import count
from grader.shrinking import Switches, shrink

REPLAY = "replay"
_SPIN, _WALL = "spin", "wall"
_LONG_RUN = 20_000
"""Runs of more operations than this are shown as they were found: making them small would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of the search.

    Attributes:
        made: the runs of the plan that were made, in order.
        planned: how many were to be made.
        shown: the failing run, made small; None if there is none.
        unsteady: how two runs under one schedule differed; empty if they did not.
        points: how many points for faults there are of each kind, by its words.
    """

    made: tuple[Judged, ...]
    planned: int
    shown: Judged | None = None
    unsteady: str = ""
    points: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to search.

    Attributes:
        seconds: what runs may cost (`grader.costs`) before no further one is looked at; once for schedules,
            once for faults.
        shrink: runs spent on making a failing schedule small.
        patience: wall-clock seconds after which none is looked at either, whatever the rest costs.
        faults: points of each script at which faults are tried.
        go_on: do not stop at the first failure.
        steady: make one run twice, and see whether they differ.
    """

    seconds: float
    shrink: int
    patience: float = math.inf
    faults: int = 0
    go_on: bool = False
    steady: bool = True


class _Purse:
    """What is left of a budget."""

    def __init__(self, budget: Budget) -> None:
        self._seconds = budget.seconds
        self._until = time.monotonic() + budget.patience

    def pay(self, judged: Judged) -> None:
        """Take off what a run costs."""
        self._seconds -= judged.cost_s

    def empty(self) -> bool:
        """Whether no further run is to be looked at."""
        return self._seconds <= 0 or time.monotonic() > self._until


def begin(explorer: Explorer, plan: Sequence[RunSpec]) -> list[Pending]:
    """Ask for the runs of a scenario that depend on no other."""
    return [explorer.submit(spec) for spec in plan if spec.slot == 0]


def search(
    explorer: Explorer,
    plan: Sequence[RunSpec],
    firsts: Sequence[Pending],
    budget: Budget,
    note: Callable[[Judged], None],
) -> Found:
    """Make the runs of one scenario until one fails.

    Args:
        explorer: makes runs.
        plan: all runs of the scenario.
        firsts: what `begin` returned for it.
        budget: when to stop.
        note: is told of each run of the plan that was made.

    Returns:
        What was made and found.
    """
    purse = _Purse(budget)
    made: list[Judged] = []

    def take(pending: Sequence[Pending]) -> bool:
        """Take results in order; False if the search is over."""
        for position, one in enumerate(pending):
            judged = one.result()
            made.append(judged)
            note(judged)
            ended = judged.failed or bool(judged.error)
            purse.pay(judged)
            if (ended and not budget.go_on) or purse.empty():
                for rest in pending[position + 1 :]:
                    rest.cancel()
                return False
        return True

    planned, again = len(plan), None
    if take(firsts) and _gather(explorer, plan, made, take):
        rest = list(_filled(plan, made))
        planned = len(made) + len(rest)
        if budget.steady and made and not made[0].error:
            again = explorer.submit(made[0].spec)
        take([explorer.submit(spec) for spec in rest])
    points = Points()
    if made and not any(judged.failed or judged.error or judged.undecided for judged in made):
        points = fault_runs(made, budget.faults)
        purse = _Purse(budget)
        planned += len(points.runs)
        take([explorer.submit(spec) for spec in points.runs])
    failed = next((judged for judged in made if judged.failed), None) or proof(made)
    if failed is None:
        unsteady = difference(made[0], again.result()) if again is not None else ""
        return Found(made=tuple(made), planned=planned, unsteady=unsteady, points=points.known)
    if not budget.steady:
        return Found(made=tuple(made), planned=planned, shown=failed, points=points.known)
    failed = harmful(explorer, failed)
    same = explorer.submit(replayed(failed.spec, _schedule(failed))).result()
    unsteady = difference(failed, same)
    shown = failed if unsteady else _small(explorer, failed, budget.shrink)
    return Found(made=tuple(made), planned=planned, shown=shown, unsteady=unsteady, points=points.known)


def _gather(
    explorer: Explorer,
    plan: Sequence[RunSpec],
    made: Sequence[Judged],
    take: Callable[[Sequence[Pending]], bool],
) -> bool:
    """Look for the overlap that a scenario demands, one run after the other; False if the search is over."""
    while (spec := attempt(plan, made)) is not None:
        if not take([explorer.submit(spec)]):
            return False
    return True


def _filled(plan: Sequence[RunSpec], made: Sequence[Judged]) -> Sequence[RunSpec]:
    """Fill in the runs behind the first ones; those of different scripts in turn."""
    used = {(judged.spec.script_index, judged.spec.slot) for judged in made}
    scripts = []
    for first in (judged for judged in made if judged.spec.slot == 0):
        index = first.spec.script_index
        slots = [spec for spec in plan if spec.script_index == index and (index, spec.slot) not in used]
        if first.contention is not None:
            scripts.append(fill(first.spec, slots, first.contention))
    return sorted((spec for script in scripts for spec in script), key=lambda spec: spec.slot)


def replayed(spec: RunSpec, switches: Sequence[Switch]) -> RunSpec:
    """Return the run that repeats a schedule."""
    rows = [[switch.after, switch.step, switch.to] for switch in switches]
    return replace(spec, strategy=REPLAY, options={"switches": rows})


def _schedule(judged: Judged) -> Switches:
    return store.decompress(judged.history).schedule if judged.history else ()


def difference(one: Judged, other: Judged) -> str:
    """Say at which operation two runs under one schedule differ; "" if they do not, or one was not made."""
    if one.history == other.history or not one.history or not other.history:
        return ""
    first, second = store.decompress(one.history), store.decompress(other.history)
    if _WALL in (first.end.limit, second.end.limit):
        return ""
    pairs = zip(first.ops, second.ops, strict=False)
    ops = next(((a, b) for a, b in pairs if a != b and not a.f == b.f == _SPIN), None)
    if ops is None and len(first.ops) == len(second.ops):
        return ""  # where in its loop a program was when its time was up, or what was left
    if ops is None:
        return f"one run had {count(len(first.ops), 'operation')}, the other {len(second.ops)}"
    return f"operation {ops[0].index} was {_told(ops[0])} in one run, and {_told(ops[1])} in the other"


def _told(op: Op) -> str:
    where = f" ({op.file}:{op.line})" if op.line else ""
    given = ", ".join(
        f"{key}={value!r}" for key, value in op.value.items() if key in ("data", "path", "duration_ns")
    )
    return f"`{op.part or 'script'}: {op.f} {op.object}{' ' + given if given else ''}`{where}"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A run with fewer switches."""

    judged: Judged
    switches: Switches
    fails: bool


def _small(explorer: Explorer, failed: Judged, budget: int) -> Judged:
    """Return the failing run with the fewest context switches that was found."""
    history = store.decompress(failed.history)
    if history.end.reason is EndReason.LIMIT or len(history.ops) > _LONG_RUN:
        return failed

    def attempts(candidates: Sequence[Switches]) -> Generator[_Attempt, None, None]:
        waiting = [
            explorer.submit(replayed(failed.spec, switches)) for switches in candidates[: explorer.jobs]
        ]
        position = len(waiting)
        try:
            while waiting:
                judged = waiting.pop(0).result()
                if failed.kept_out is not None and failed.kept_out in failed.findings:
                    judged = blamed(judged, failed)
                if position < len(candidates):
                    waiting.append(explorer.submit(replayed(failed.spec, candidates[position])))
                    position += 1
                # Of a race the harm is to be seen.
                same = judged.checks == failed.checks and (
                    "race" not in failed.checks or judged.effects >= failed.effects
                )
                fails = not judged.error and same
                yield _Attempt(judged, _schedule(judged), fails)
        finally:
            for rest in waiting:
                rest.cancel()

    first = _Attempt(failed, history.schedule, fails=True)
    best = shrink(first, attempts, budget)
    return best.judged if isinstance(best, _Attempt) else failed
