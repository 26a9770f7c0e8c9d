"""Decides a scenario from all its runs."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checkers._kept_out import RULE as OVERLAP_RULE
from grader.exploration import Judged
from grader.model.exercise import Scenario
from grader.model.verdict import Finding, Outcome, ScenarioResult
from grader.overlapping import missing, unproven
from grader.planning import RunSpec
from grader.reporters.explain import count
from grader.search import REPLAY, Found, explored
from grader.store import SUFFIX


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
    else:
        outcome, explanation = Outcome.PASSED, ""
    findings: tuple[Finding, ...] = ()
    if outcome is Outcome.FAILED and failed:
        findings = failed.findings
    elif outcome is Outcome.FAILED:
        findings = (_nobody_passed(made),)
    elif not failed:
        findings = tuple(dict.fromkeys(finding for judged in made for finding in judged.findings))
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


def _nobody_passed(made: Sequence[Judged]) -> Finding:
    return Finding(
        check="overlap",
        message="While one sleeps for something, another who has no use for it must be able to go on, and in "
        f"{count(len(made), 'schedule')} nobody did: who waits keeps others from going on.",
        why=OVERLAP_RULE,
        read="man 7 sem_overview",
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
    return ScenarioResult(
        id=scenario.id,
        title=scenario.title,
        outcome=Outcome.SKIPPED,
        points=0,
        points_max=scenario.points,
        schedules=0,
        hidden=scenario.hidden,
        explanation=f"needs {' and '.join(waits_for)}, which did not pass",
    )
