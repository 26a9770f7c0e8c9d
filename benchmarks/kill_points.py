"""Every kill point of `mailbox post` (and `fetch`) and `ledger add`: what right and wrong programs lose.

Each is killed with SIGKILL before each of its operations, one run a point, and others then look at what is
left. Aims: right programs lose nothing at any point, and each mutant of crash-safety loses something.
`python -m benchmarks.kill_points mailbox/c ledger/crash-safety/in-place` tries these only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.measure import ROOT, NotMeasuredError, machine, show
from grader.building import build_all
from grader.catalogue.load import load_exercise
from grader.executors.tree import read_tree
from grader.exploration import Explorer
from grader.model.config import Config
from grader.planning import make_plan
from grader.sandbox.doctor import choose_isolation
from grader.search import Budget, begin, search
from grader.selftest import Solution, language_of, solutions

SCENARIOS = {
    "mailbox": ("killed-post", "posted-after", "killed-fetch"),
    "ledger": ("killed-add", "killed-maker"),
}
"""By exercise: in which scenarios somebody is killed."""

CHECK = "crash-safety"
_PATIENCE_S = 600.0
_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one program: how many points were tried, how many did harm, and how long it took."""

    solution: Solution
    points: int
    harmful: int
    time_s: float

    @property
    def right(self) -> bool:
        """Whether it is one that must lose nothing."""
        return not self.solution.check


def main() -> int:
    """Print the figures; return 1 if an aim is missed, 2 if they cannot be measured."""
    wanted = sys.argv[1:]
    try:
        tried = [_try(*program) for program in _programs() if not wanted or _named(*program) in wanted]
    except NotMeasuredError as error:
        print(f"kill_points: {error}")
        return 2
    right = [one for one in tried if one.right]
    missed = [one for one in tried if not one.right and not one.harmful]
    points = sum(one.points for one in right)
    lost = sum(one.harmful for one in right)
    wrong = len(tried) - len(right)
    status = show(f"{len(right)} right programs, {points} kill points: something lost at", lost, 0, "")
    status |= show(f"{wrong} mutants: not caught", len(missed), 0, "")
    runs, time_s = sum(one.points for one in tried), sum(one.time_s for one in tried)
    print(f"  {runs} points in {time_s:.0f} s; {machine()}")
    return status


def _programs() -> Iterator[tuple[str, Solution]]:
    """Yield the right programs of each exercise, and those that a kill harms."""
    for exercise in SCENARIOS:
        for solution in solutions(ROOT / "reference" / exercise):
            if solution.check in ("", CHECK):
                yield exercise, solution


def _named(exercise: str, solution: Solution) -> str:
    return f"{exercise}/{solution.name}"


def _try(name: str, solution: Solution) -> Tried:
    """Kill a program at each of its points.

    Raises:
        NotMeasuredError: it fails without being killed, or not all points could be tried.
    """
    config = Config()
    scenarios = SCENARIOS[name]
    exercise = load_exercise(ROOT / "exercises" / name / "exercise.yaml")
    plan = make_plan(exercise, config, seed=0, schedules=1, strategy="fair", scenario_ids=scenarios)
    tree = read_tree(solution.path, config.build)
    isolation = choose_isolation(config.isolation)
    _built, cause = build_all(exercise, ROOT / "reference" / name, tree, plan, config, isolation)
    budget = Budget(seconds=_PATIENCE_S, shrink=0, faults=_ALL, go_on=True, steady=False)
    points = harmful = 0
    began = time.perf_counter()
    with Explorer(cause, config.exploration.jobs or 2) as explorer:
        for scenario in scenarios:
            specs = [spec for spec in plan if spec.scenario.id == scenario]
            found = search(explorer, specs, begin(explorer, specs), budget, lambda _judged: None)
            killed = [judged for judged in found.made if judged.spec.fault is not None]
            calm = [judged for judged in found.made if judged.spec.fault is None]
            if len(found.made) < found.planned or any(judged.failed or judged.error for judged in calm):
                raise NotMeasuredError(f"{_named(name, solution)} could not be tried in {scenario}")
            points += len(killed)
            harmful += sum(judged.failed for judged in killed)
    took = time.perf_counter() - began
    kind = "right" if not solution.check else "wrong"
    told = f"{_named(name, solution)} ({kind}, {language_of(solution.path)})"
    print(f"  {told}: {points} points, {harmful} of them lose something, {took:.1f} s", flush=True)
    return Tried(solution, points, harmful, took)


if __name__ == "__main__":
    sys.exit(main())
