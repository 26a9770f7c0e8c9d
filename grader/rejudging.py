"""Judges stored runs again, without running anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.deciding import decide, history_file
from grader.executors.tree import read_tree
from grader.judging import Judged, judge
from grader.model.config import Config
from grader.model.errors import SubmissionError, UsageError
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Verdict
from grader.overlapping import blamed, missing
from grader.planning import FAIR, RunSpec, make_plan
from grader.search import REPLAY, Found
from grader.store import RunFolder, StoredRun


def rejudge(exercise: Exercise, folder: RunFolder) -> Verdict:
    """Judge stored runs again, without running anything.

    Raises:
        UsageError: the folder holds no stored runs, or runs of scenarios that the exercise no longer has.
    """
    plan = folder.load_plan()
    results = []
    for scenario in exercise.scenarios:
        stored = [run for run in plan.runs if run.scenario == scenario.id]
        made = [judged for run in stored if (judged := _again(exercise, scenario, folder, run))]
        small = (replace(run, strategy=REPLAY) for run in stored if run.slot == 0)
        shown = next((judged for run in small if (judged := _again(exercise, scenario, folder, run))), None)
        if made:
            if shown is not None and missing(made):
                shown = blamed(shown)
            if shown is not None and not shown.failed:
                shown = None  # judged by other checks than it was found with
            found = Found(made=tuple(made), planned=len(made), shown=shown)
            results.append(decide(scenario, found, 0.0))
    if not results:
        raise UsageError(f"{folder.path} holds no finished run of {exercise.id}")
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        submission=plan.submission,
        isolation=plan.isolation,
        seed=plan.seed,
        scenarios=tuple(results),
        sources=sources_of(plan.submission),
        run_dir=str(folder.path),
    )


def _again(exercise: Exercise, scenario: Scenario, folder: RunFolder, stored: StoredRun) -> Judged | None:
    """Judge one stored run again; None if it was not made."""
    spec = spec_of(exercise, scenario.id, stored.script_index, stored.seed, Config())
    spec = replace(spec, slot=stored.slot, strategy=stored.strategy)
    history = folder.load_history(history_file(spec))
    if history is None:
        return None
    judged = judge(history, spec, exercise.tolerates)
    return judged if spec.strategy == REPLAY else replace(judged, spec=replace(spec, strategy="stored"))


def spec_of(exercise: Exercise, scenario: str, script_index: int, seed: int, config: Config) -> RunSpec:
    """Return the first run of one script of an exercise.

    Raises:
        UsageError: there is no such scenario, or it has not so many scripts.
    """
    plan = make_plan(exercise, config, seed=seed, schedules=1, strategy=FAIR, scenario_ids=[scenario])
    if script_index >= len(plan):
        raise UsageError(f"the scenario {scenario!r} has changed since this was run")
    return plan[script_index]


def sources_of(path: str) -> dict[str, str]:
    """Return the submission's texts as they are now, for excerpts; nothing if it is gone."""
    try:
        tree = read_tree(Path(path), Config().build)
    except (SubmissionError, UsageError):
        return {}
    return {
        name: data.decode(errors="replace")
        for name, data in tree.files.items()
        if name.endswith((".c", ".h", ".py"))
    }
