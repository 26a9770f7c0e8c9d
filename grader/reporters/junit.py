"""JUnit XML in the dialect that every reader we know accepts.

There is no standard, so this is the intersection: the schema of Jenkins' xunit plug-in (`junit-10.xsd`)
and what GitLab, Artemis and CodeGrade read. One suite in one `<testsuites>`; no `file`, `line` or
`<properties>` on a test case; no `timestamp` and `hostname`, which no reader requires and which would make
two reports on the same verdict differ. Renaming the suite or a case breaks grading set up in Artemis,
so both carry ids.
"""

from __future__ import annotations

import math
import re
from typing import Final, TypeVar

import junitparser
from junitparser.junitparser import FinalResult

from grader.model.verdict import Outcome, ScenarioResult, Severity, Verdict
from grader.reporters import explain
from grader.reporters.base import Reporter

_BUILD: Final = "build"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LINE_BREAKS: Final = re.compile(r"<testsuite |<testcase |</testsuites?>")  # in text, `<` is escaped
_LOG_LINES_MAX: Final = 200
_MESSAGE_LENGTH_MAX: Final = 1000
_Result = TypeVar("_Result", bound=FinalResult)
_SECONDS_MAX: Final = 1e9  # far below where str() of a float turns to exponents


def render(verdict: Verdict, *, reveal_hidden: bool = False) -> str:
    """Return the verdict as JUnit XML, one test case a scenario.

    A failed scenario is a `<failure>` of the check's type; inconclusive ones and the grader's own errors
    are an `<error>`, which no reader counts as the student's failure without saying so.

    Args:
        verdict: what to report.
        reveal_hidden: show the findings of hidden scenarios too; for teachers only.
    """
    shown = explain.withhold(verdict, reveal_hidden=reveal_hidden)
    suite = junitparser.TestSuite(explain.one_line(shown.exercise))
    suite.add_testcases([_case(shown, scenario) for scenario in shown.scenarios] or _no_scenarios(shown))
    suite.time = _seconds(sum(scenario.time_s for scenario in shown.scenarios))
    report = junitparser.JUnitXml()
    # Not add_testsuite and update_statistics: they give the root a `skipped`, which Jenkins rejects.
    report.append(suite)  # type: ignore[no-untyped-call]
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return f"{_DECLARATION}{_LINE_BREAKS.sub(_on_new_line, text.decode('utf-8'))}\n"


def _on_new_line(tag: re.Match[str]) -> str:
    return f"\n{tag[0]}"


REPORTER: Final = Reporter(media_type="application/xml", suffix=".xml", render=render)


def _no_scenarios(verdict: Verdict) -> list[junitparser.TestCase]:
    """A submission that does not build must not look like an empty, and so successful, suite."""
    if not explain.failed_to_build(verdict):
        return []
    case = junitparser.TestCase(_BUILD, explain.one_line(verdict.exercise), 0.0)
    case.result = _build_failure(verdict)
    return [case]


def _case(verdict: Verdict, scenario: ScenarioResult) -> junitparser.TestCase:
    name = explain.one_line(f"{scenario.id}: {scenario.title}")
    case = junitparser.TestCase(name, explain.one_line(verdict.exercise), _seconds(scenario.time_s))
    result = _build_failure(verdict) if explain.failed_to_build(verdict) else _result(verdict, scenario)
    if result is not None:
        case.result = result
    return case


def _result(verdict: Verdict, scenario: ScenarioResult) -> FinalResult | None:
    text = "\n".join(explain.scenario_rows(verdict, scenario))
    explanation = _first_line(scenario.explanation)
    word = explain.OUTCOME_WORDS[scenario.outcome]
    match scenario.outcome:
        case Outcome.PASSED:
            return None
        case Outcome.SKIPPED:
            return junitparser.Skipped(explanation or word)
        case Outcome.INCONCLUSIVE | Outcome.ERROR:
            return _with_text(junitparser.Error(explanation or word, scenario.outcome.value), text)
        case Outcome.FAILED:
            errors = [finding for finding in scenario.findings if finding.severity is Severity.ERROR]
            if not errors:  # withheld
                return _with_text(junitparser.Failure("a hidden scenario failed", word), text)
            failure = junitparser.Failure(_first_line(errors[0].message) or word, errors[0].check)
            return _with_text(failure, text)


def _build_failure(verdict: Verdict) -> junitparser.Failure:
    rows = [row for finding in verdict.build for row in explain.finding_rows(finding, verdict.sources, 2)]
    if verdict.build_log:
        rows += ["", explain.harmless(verdict.build_log, lines=_LOG_LINES_MAX)]
    errors = [finding for finding in verdict.build if finding.severity is Severity.ERROR]
    failure = junitparser.Failure(_first_line(errors[0].message) or "the submission does not build", _BUILD)
    return _with_text(failure, "\n".join(rows))


def _with_text(result: _Result, text: str) -> _Result:
    result.text = text
    return result


def _first_line(text: str) -> str:
    return explain.one_line(text.strip().split("\n")[0], length=_MESSAGE_LENGTH_MAX)


def _seconds(seconds: float) -> float:
    """Return seconds such that their text is plain digits: no exponent, no sign, no `nan`."""
    return round(min(max(seconds, 0.0), _SECONDS_MAX), 3) if math.isfinite(seconds) else 0.0
