"""Exploration: how soon mutants fail, what a grading costs, and that one seed gives one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import ROOT, NotMeasuredError, machine, show
from grader.building import build_all
from grader.catalogue.load import load_exercise
from grader.executors.tree import read_tree
from grader.exploration import Cause, Explorer
from grader.model.config import Config
from grader.model.exercise import Exercise
from grader.model.verdict import Outcome
from grader.pipeline import Request, grade
from grader.planning import RunSpec, make_plan
from grader.reporters.progress import Silent
from grader.sandbox.doctor import choose_isolation
from grader.selftest import outcome_of, solutions

EXERCISES = tuple(sorted(folder.name for folder in (ROOT / "exercises").iterdir()))
REPETITIONS = 200
SCHEDULE_CHECKS = frozenset({"deadlock", "ordering", "sleep-sync", "lost-wakeup", "race", "output"})

SLEEPER = """
#include <unistd.h>
__attribute__((constructor)) static void slow(void) { sleep(60); }
"""


def request(name: str, submission: Path, **options: object) -> Request:
    """Return what grades a submission, with nothing stored."""
    return Request(
        exercise=load_exercise(ROOT / "exercises" / name / "exercise.yaml"),
        reference=ROOT / "reference" / name,
        submission=submission,
        **options,  # type: ignore[arg-type]
    )


def identical(repetitions: int = REPETITIONS) -> int:
    """Run one script of each exercise again and again, on all cores at once; return how many differed."""
    different = 0
    for name in EXERCISES:
        exercise, cause, spec = _one_run(name)
        with Explorer(cause, 2) as explorer:
            runs = [explorer.submit(spec) for _ in range(repetitions)]
            histories = [pending.result().history for pending in runs]
        missed = sum(history != histories[0] or not history for history in histories)
        print(f"  {exercise.id}: {repetitions - missed} of {repetitions} histories are identical")
        different += missed
    return different


def _one_run(name: str) -> tuple[Exercise, Cause, RunSpec]:
    config = Config()
    isolation = choose_isolation(config.isolation)
    exercise = load_exercise(ROOT / "exercises" / name / "exercise.yaml")
    tree = read_tree(ROOT / "reference" / name / "peers" / "c", config.build)
    plan = make_plan(exercise, config, seed=1, schedules=1, strategy="random")
    spec = max(plan, key=lambda one: len(one.script.cast))
    _built, cause = build_all(exercise, ROOT / "reference" / name, tree, [spec], config, isolation)
    return exercise, cause, spec


def first_failures() -> Iterator[tuple[str, int]]:
    """Yield for mutants that a schedule decides the number of the first schedule that fails."""
    for name in EXERCISES:
        for solution in solutions(ROOT / "reference" / name):
            if solution.check not in SCHEDULE_CHECKS:
                continue
            verdict = grade(request(name, solution.path, shrink=False), Silent())
            failed = [one.schedules for one in verdict.scenarios if one.outcome is Outcome.FAILED]
            if not failed:
                raise NotMeasuredError(f"{name}/{solution.name} was not caught")
            yield f"{name}/{solution.name}", min(failed)


def races_in_first_schedule() -> Iterator[tuple[str, bool, str]]:
    """Yield for each C mutant that races whether a fair schedule shows it, and the finding."""
    for name in EXERCISES:
        for solution in solutions(ROOT / "reference" / name):
            if solution.check != "race" or not list(solution.path.glob("*.c")):
                continue
            verdict = grade(request(name, solution.path, schedules=1, shrink=False), Silent())
            found = [one for result in verdict.scenarios for one in result.findings if one.check == "race"]
            shown = next((one for one in found if one.line), None)
            yield f"{name}/{solution.name}", shown is not None, shown.message if shown else ""


def seeds(count: int) -> Iterator[tuple[str, int]]:
    """Yield each solution of the catalogue with the number of seeds that gave another verdict than seed 0."""
    for name in EXERCISES:
        for solution in solutions(ROOT / "reference" / name):
            base = request(name, solution.path, shrink=False)
            verdicts = [outcome_of(grade(replace(base, seed=1000 * seed), Silent())) for seed in range(count)]
            wanted = solution.check or "passed"
            yield f"{name}/{solution.name}", sum(verdict != wanted for verdict in verdicts)


def sleeper(folder: Path) -> float:
    """Grade a submission whose program sleeps 60 s; return the seconds it took after the build."""
    reference = ROOT / "reference" / "abc" / "peers" / "c"
    for file in reference.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "slow.c").write_text(SLEEPER)
    verdict = grade(request("abc", folder, scenarios=["one-round"], schedules=1), Silent())
    return sum(one.time_s for one in verdict.scenarios)


def main() -> None:
    """Print the figures."""
    began = time.perf_counter()
    verdict = grade(request("shm-counter", ROOT / "reference/shm-counter/peers/c"), Silent())
    if verdict.outcome is not Outcome.PASSED:
        raise NotMeasuredError("the right shm-counter did not pass")
    show("grader check of a right shm-counter, all schedules", time.perf_counter() - began, 5, " s")
    with tempfile.TemporaryDirectory() as folder:
        show("a program that sleeps 60 s, after its build", sleeper(Path(folder)), 1, " s")
    show("histories that differ for the same seed", identical(), 0, "")
    races = list(races_in_first_schedule())
    for name, caught, message in races:
        print(f"  {'found ' if caught else 'MISSED'} {name}: {message}")
    show(
        "racing mutants that the first schedule does not show",
        sum(not caught for _, caught, _ in races),
        0,
        "",
    )
    numbers = dict(first_failures())
    for name, number in numbers.items():
        print(f"  {number:3} {name}")
    show("first schedule that fails, median", statistics.median(numbers.values()), 10, "")
    print(f"  {machine()}")


if __name__ == "__main__":
    main()
