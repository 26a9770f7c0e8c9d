"""Decides a scenario from all its runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.checkers._kept_out import RULE as OVERLAP_RULE
from grader.checkers._order.blind import Blind
from grader.checkers.compose import is_shown
from grader.judging import Judged
from grader.model.errors import GraderError, SubmissionError
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict
from grader.overlapping import missing, unproven
from grader.planning import RunSpec
from grader.reporters.explain import count
from grader.search import REPLAY, Found
from grader.store import SUFFIX, decompress
from grader.telling import explored

_NOT_ALL = "what is to be shown was not seen, but not all schedules fitted into the budget"

_UNSEEN = "what is to be shown was not seen, but nothing is known of how the program uses its shared memory"


def history_file(spec: RunSpec) -> str:
    """Name a run's history; a counterexample is none of the plan, and stands beside it."""
    slot = "small" if spec.strategy == REPLAY else str(spec.slot)
    return f"{spec.scenario.id}-{spec.script_index}-{slot}{SUFFIX}"


def decide(scenario: Scenario, found: Found, time_s: float) -> ScenarioResult:
    """Decide a scenario from all its runs: points are all or nothing.

    Args:
        scenario: what was run.
        found: the runs.
        time_s: how long they took.
    """
    made = found.made
    failed = found.shown or next((judged for judged in made if judged.failed), None)
    broken = next((judged for judged in made if judged.error), None)
    open_ = next((judged for judged in made if judged.undecided), None)
    shown = failed or broken or open_ or (made[0] if made else None)
    if found.unsteady:
        outcome = Outcome.INCONCLUSIVE
        explanation = f"the program does not do the same thing under one schedule: {found.unsteady}"
    elif failed:
        outcome, explanation = Outcome.FAILED, ""
    elif broken:
        outcome, explanation = Outcome.ERROR, broken.error
    elif open_:
        outcome, explanation = Outcome.INCONCLUSIVE, open_.undecided
    elif missing(made) and scenario.overlap and scenario.overlap.past_waiting:
        outcome, explanation = Outcome.FAILED, ""
    elif missing(made):
        outcome, explanation = Outcome.INCONCLUSIVE, unproven(made)
    elif scenario.shows and not any(is_shown(finding) for judged in made for finding in judged.findings):
        explanation = _NOT_ALL if len(made) < found.planned else _UNSEEN if _unseen(made) else ""
        outcome = Outcome.INCONCLUSIVE if explanation else Outcome.FAILED
    else:
        outcome, explanation = Outcome.PASSED, ""
    findings: tuple[Finding, ...] = ()
    if outcome is Outcome.FAILED and failed:
        findings = failed.findings
    elif outcome is Outcome.FAILED:
        findings = (_nobody_passed(made) if missing(made) else _nothing_shown(scenario, made),)
        shown = shown if missing(made) else None  # no run is to blame for what none of them did
    elif not failed:
        findings = _once_shown(dict.fromkeys(finding for judged in made for finding in judged.findings))
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=outcome,
        points=scenario.points if outcome is Outcome.PASSED else 0,
        points_max=scenario.points,
        schedules=len(made),
        explored=explored(found),
        hidden=scenario.hidden,
        hint=scenario.hint if outcome is Outcome.FAILED else "",
        findings=findings,
        explanation=explanation,
        run=history_file(shown.spec) if shown and shown.history else "",
        plain=shown.spec.plain if shown else False,
        seed=shown.spec.seed if shown else 0,
        left=shown.left if shown else (),
        time_s=time_s,
    )


def unfinished(scenario: Scenario) -> ScenarioResult:
    """Return what to tell of a scenario while it is not graded: if nobody comes back to it, that stays."""
    return _not_run(scenario, Outcome.ERROR, "grading did not come as far as this")


def ungraded(exercise: Exercise, submission: str, error: GraderError) -> Verdict:
    """Return a verdict for what could not be graded at all, for those who need one in any case.

    Args:
        exercise: what was to be graded.
        submission: its path as the user gave it.
        error: why not. A submission at fault is one that does not build; all else costs no marks silently.
    """
    at_fault = isinstance(error, SubmissionError)
    problem = Finding(check="build", message=str(error), why="Without it there is nothing to grade.")
    return Verdict(
        exercise=exercise.id,
        title=exercise.title,
        submission=submission,
        isolation="none",
        seed=0,
        build=(problem,) if at_fault else (),
        scenarios=tuple(
            failed_build(scenario, (problem,)) if at_fault else _not_run(scenario, Outcome.ERROR, str(error))
            for scenario in exercise.scenarios
        ),
    )


def exit_status(verdict: Verdict) -> int:
    """Return what a command ends with: 0 full marks, 1 less, 2 not graded or not decided."""
    if any(scenario.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE) for scenario in verdict.scenarios):
        return 2
    return 0 if verdict.points >= verdict.points_max else 1


def _not_run(scenario: Scenario, outcome: Outcome, explanation: str) -> ScenarioResult:
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=outcome,
        points=0,
        points_max=scenario.points,
        schedules=0,
        hidden=scenario.hidden,
        explanation=explanation,
    )


def _nobody_passed(made: Sequence[Judged]) -> Finding:
    return Finding(
        check="overlap",
        message="While one sleeps for something, another who has no use for it must be able to go on, and in "
        f"{count(len(made), 'schedule')} nobody did: who waits keeps others from going on.",
        why=OVERLAP_RULE,
        read="man 7 sem_overview",
    )


def _unseen(made: Sequence[Judged]) -> bool:
    """Whether some program uses shared memory and is not seen to: it was built in a way of its own."""
    first = next((judged.history for judged in made if judged.history), b"")
    return bool(first) and bool(Blind(decompress(first)).images)


def _once_shown(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with only the first of the mistake that was to be shown: one will do."""
    told = list(findings)
    first = next((finding for finding in told if is_shown(finding)), None)
    return tuple(finding for finding in told if finding == first or not is_shown(finding))


def _nothing_shown(scenario: Scenario, made: Sequence[Judged]) -> Finding:
    return Finding(
        check=scenario.shows[0],
        message=f"This is to show a mistake ({' or '.join(scenario.shows)}), and in "
        f"{count(len(made), 'schedule')} there was none.",
        why="Who is to show what goes wrong must do it wrong; what makes it right belongs elsewhere.",
        read="the handout: what is to be shown",
    )


def failed_build(scenario: Scenario, findings: tuple[Finding, ...]) -> ScenarioResult:
    """Fail a scenario whose programs were not built."""
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=Outcome.FAILED,
        points=0,
        points_max=scenario.points,
        schedules=0,
        hidden=scenario.hidden,
        hint="",
        findings=findings,
    )


def skipped(scenario: Scenario, waits_for: Sequence[str]) -> ScenarioResult:
    """Skip a scenario because others did not pass."""
    return _not_run(scenario, Outcome.SKIPPED, f"needs {' and '.join(waits_for)}, which did not pass")
