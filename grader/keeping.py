"""Keeps the counterexample of a failed scenario as a file beside its history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.checkers._faults import fault_of
from grader.counterexample import (
    SUFFIX,
    Counterexample,
    digest_of_exercise,
    digest_of_history,
    digest_of_submission,
)
from grader.executors.tree import SourceTree
from grader.model.exercise import Exercise
from grader.model.fault import load_fault
from grader.model.verdict import Outcome, ScenarioResult
from grader.store import SUFFIX as HISTORY_SUFFIX
from grader.store import RunFolder


def keep_counterexample(
    exercise: Exercise, submission: Path, tree: SourceTree, folder: RunFolder, result: ScenarioResult
) -> ScenarioResult:
    """Return a scenario's result with the file by which `grader replay` shows its failure, if it has one.

    Args:
        exercise: what was graded.
        submission: the student's folder.
        tree: its files as they were read.
        folder: where the runs are stored.
        result: of the scenario.

    Raises:
        UsageError: the file cannot be written.
    """
    if result.outcome is not Outcome.FAILED or not result.run:
        return result
    history = folder.load_history(result.run)
    if history is None:
        return result
    fault = fault_of(history)
    example = Counterexample(
        exercise=exercise.id,
        exercise_digest=digest_of_exercise(exercise),
        submission=str(submission.absolute()),
        submission_digest=digest_of_submission(tree),
        scenario=result.id,
        script_index=int(result.run.removesuffix(HISTORY_SUFFIX).split("-")[-2]),
        umask=history.umask,
        seed=result.seed,
        check=result.findings[0].check,
        message=result.findings[0].message,
        history_digest=digest_of_history(history),
        switches=history.schedule,
        plain=result.plain,
        fault=load_fault(fault.value) if fault is not None else None,
    )
    name = f"{result.id}{SUFFIX}"
    folder.save_counterexample(name, example.dump())
    return replace(result, replay=name, switches=len(history.schedule))
