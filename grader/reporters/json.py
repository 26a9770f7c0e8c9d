"""The result for other programs: JSON after the schema `ipc-grader/result/v1` (docs/report-format.md)."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from grader.model.verdict import Finding, ScenarioResult, Verdict
from grader.reporters.base import Reporter
from grader.reporters.explain import withhold

SCHEMA: Final = "ipc-grader/result/v1"
"""Raised when a reader of the older version could misread the result; new keys alone do not raise it."""


def render(verdict: Verdict, *, reveal_hidden: bool = False) -> str:
    """Return the verdict as JSON text in ASCII, which is valid in any encoding a file may get.

    Args:
        verdict: what to report.
        reveal_hidden: show the findings of hidden scenarios too; for teachers only.
    """
    shown = withhold(verdict, reveal_hidden=reveal_hidden)
    return json.dumps(_verdict(shown), indent=2, allow_nan=False) + "\n"


REPORTER: Final = Reporter(media_type="application/json", suffix=".json", render=render)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "exercise": _text(verdict.exercise),
        "title": _text(verdict.title),
        "submission": _text(verdict.submission),
        "outcome": verdict.outcome.value,
        "points": _number(verdict.points),
        "max_points": _number(verdict.points_max),
        "isolation": _text(verdict.isolation),
        "seed": verdict.seed,
        "build": [_finding(finding) for finding in verdict.build],
        "build_log": _text(verdict.build_log),
        "run_dir": _text(verdict.run_dir),
        "scenarios": [_scenario(scenario) for scenario in verdict.scenarios],
    }


def _scenario(scenario: ScenarioResult) -> dict[str, Any]:
    return {
        "id": _text(scenario.id),
        "title": _text(scenario.title),
        "outcome": scenario.outcome.value,
        "points": _number(scenario.points),
        "max_points": _number(scenario.points_max),
        "schedules": scenario.schedules,
        "explored": _text(scenario.explored),
        "hidden": scenario.hidden,
        "hint": _text(scenario.hint),
        "explanation": _text(scenario.explanation),
        "run": _text(scenario.run),
        "replay": _text(scenario.replay),
        "switches": scenario.switches,
        "seed": scenario.seed,
        "left": [_text(text) for text in scenario.left],
        "time_s": _number(scenario.time_s),
        "findings": [_finding(finding) for finding in scenario.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": _text(finding.check),
        "severity": finding.severity.value,
        "role": _text(finding.part),
        "pid": finding.pid,
        "message": _text(finding.message),
        "why": _text(finding.why),
        "read": _text(finding.read),
        "file": _text(finding.file),
        "line": finding.line,
        "ops": list(finding.ops),
        "effects": [_finding(effect) for effect in finding.effects],
    }


def _text(text: str) -> str:
    r"""Write lone surrogates out as `\udc80`: JSON could carry them escaped, but many readers reject them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _number(number: float) -> float | int:
    """Round away what adding binary fractions leaves behind; whole numbers lose their `.0`."""
    if not math.isfinite(number):
        return 0
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded
