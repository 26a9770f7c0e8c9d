"""Runs a counterexample again, from the submission and the file alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.building import build_all
from grader.counterexample import (
    Counterexample,
    digest_of_exercise,
    digest_of_history,
    digest_of_submission,
)
from grader.executors.tree import read_tree
from grader.exploration import perform
from grader.judging import judge
from grader.model.config import Config
from grader.model.errors import SubmissionError, UsageError
from grader.model.exercise import Exercise
from grader.model.history import History
from grader.model.verdict import Finding, Severity
from grader.overlapping import blamed
from grader.rejudging import spec_of
from grader.sandbox.doctor import choose_isolation
from grader.search import REPLAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A counterexample that was run again.

    Attributes:
        history: what happened.
        findings: what is wrong with it.
        identical: whether it is the history that was found.
        sources: text of the submission's files by relative name.
    """

    history: History
    findings: tuple[Finding, ...]
    identical: bool
    sources: Mapping[str, str]


def replay(
    example: Counterexample, exercise: Exercise, reference: Path, submission: Path, config: Config
) -> Replayed:
    """Run a counterexample again.

    Args:
        example: the schedule.
        exercise: the one it names.
        reference: folder of the exercise's reference.
        submission: the student's folder.
        config: the site's settings.

    Raises:
        UsageError: exercise or submission are not those it was found with.
        SubmissionError: the submission cannot be read, or no longer builds.
        HostError: the machine does not allow it.
    """
    if digest_of_exercise(exercise) != example.exercise_digest:
        raise UsageError(
            f"the exercise {exercise.id} has changed since the counterexample was found; "
            "`grader check` looks for a new one"
        )
    tree = read_tree(submission, config.build)
    if digest_of_submission(tree) != example.submission_digest:
        raise UsageError(
            f"{submission} is not the submission the counterexample was found with, or has changed since; "
            f"`grader check {exercise.id} {submission}` looks for a new one"
        )
    isolation = choose_isolation(config.isolation)
    spec = spec_of(exercise, example.scenario, example.script_index, example.seed, config)
    spec = replace(spec, umask=example.umask)
    rows = [[switch.after, switch.step, switch.to] for switch in example.switches]
    spec = replace(
        spec, strategy=REPLAY, options={"switches": rows}, plain=example.plain, fault=example.fault
    )
    built, cause = build_all(exercise, reference, tree, [spec], config, isolation)
    broken = next((found for found in built.findings if found.severity is Severity.ERROR), None)
    if broken is not None:
        raise SubmissionError(f"{submission} does not build here: {broken.message}")
    history = perform(cause, spec)
    judged = judge(history, spec, exercise.tolerates)
    if example.check == "overlap":
        judged = blamed(judged)
    return Replayed(
        history=history,
        findings=judged.findings,
        identical=digest_of_history(history) == example.history_digest,
        sources=built.sources,
    )
