"""Verdicts as small as they can be."""

from __future__ import annotations

from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict


def finding(message: str, *, check: str = "output", file: str = "", line: int = 0) -> Finding:
    """Return a finding."""
    return Finding(check=check, message=message, why="", file=file, line=line)


def failed(scenario: str, *findings: Finding, hint: str = "", hidden: bool = False) -> ScenarioResult:
    """Return a scenario of one point that failed."""
    return ScenarioResult(
        id=scenario,
        title=scenario.title(),
        outcome=Outcome.FAILED,
        points=0,
        points_max=1,
        schedules=1,
        findings=findings,
        hint=hint,
        hidden=hidden,
    )


def verdict(*scenarios: ScenarioResult, build: tuple[Finding, ...] = ()) -> Verdict:
    """Return a verdict on a submission that was fully isolated."""
    return Verdict(
        exercise="tea",
        title="Tea for two",
        submission=".",
        isolation="full",
        seed=0,
        build=build,
        scenarios=scenarios,
    )
