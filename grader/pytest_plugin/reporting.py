"""What pytest shows of what was graded: the grader's own report, no traceback."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from grader.model.verdict import Outcome, ScenarioResult, Severity, Verdict
from grader.reporters import explain
from grader.reporters.terminal import scenario_to_text

POINTS, POINTS_MAX, ISOLATION = "points", "points_max", "isolation"
"""What the report of a scenario carries, also into JUnit XML."""

_SUMMARY_MAX = 200


class Shown(Exception):  # noqa: N818 - it is a verdict, not an error of the grader
    """What came of a test, other than that it passed.

    Args:
        text: the whole report.
        summary: the same in one line.
        decided: whether the submission is to blame.
    """

    def __init__(self, text: str, summary: str, *, decided: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.decided = decided
        self.summary = explain.one_line(summary, length=_SUMMARY_MAX)


@dataclass(frozen=True, slots=True)
class _Crash:
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class _Report:
    """In place of a traceback; pytest asks for these names."""

    text: str
    reprcrash: _Crash

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: pytest.TerminalReporter) -> None:
        """Write it."""
        writer.line(self.text)


def shown(verdict: Verdict, result: ScenarioResult, *, reveal_hidden: bool, place: str = "") -> Shown:
    """Return what a student is told of a scenario.

    Args:
        verdict: has this scenario.
        result: of the scenario.
        reveal_hidden: show what a student must not see; for teachers only.
        place: the line of a test function at which its run ended; empty if there is none.
    """
    errors = [finding for finding in result.findings if finding.severity is Severity.ERROR]
    if result.hidden and not reveal_hidden:
        summary = f"{explain.OUTCOME_WORDS[result.outcome]}: {result.title} (hidden)"
    elif result.outcome is Outcome.FAILED and errors:
        summary = f"{errors[0].check}: {errors[0].message}"
    else:
        summary = result.explanation
    text = scenario_to_text(verdict, result.id, reveal_hidden=reveal_hidden) or summary
    return Shown(f"{place}\n{text}" if place else text, summary, decided=result.outcome is Outcome.FAILED)


def amend(report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Put the grader's report where pytest would show a traceback."""
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, Shown):
        report.longrepr = _Report(error.text, _Crash(error.summary))  # type: ignore[assignment]
        if not error.decided:
            report.when = "setup"  # pytest's word for what is an error, and no failure
    elif report.skipped and POINTS_MAX in dict(item.user_properties) and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), 0, report.longrepr[2])
