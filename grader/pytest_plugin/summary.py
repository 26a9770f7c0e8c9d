"""The points, below the results of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.pytest_plugin.reporting import ISOLATION, POINTS, POINTS_MAX
from grader.reporters import explain


def write_points(reporter: pytest.TerminalReporter) -> None:
    """Write a line for each exercise of which something was graded."""
    exercises: dict[str, dict[str, pytest.TestReport]] = {}
    for report in _graded(reporter):
        exercises.setdefault(report.nodeid.split("::")[0], {})[report.nodeid] = report
    if not exercises:
        return
    reporter.section("points")
    for file, reports in exercises.items():
        found = [dict(report.user_properties) for report in reports.values()]
        points, most = (sum(float(str(each[name])) for each in found) for name in (POINTS, POINTS_MAX))
        scenarios = explain.count(len(found), "scenario")
        reporter.write_line(f"{file}: {explain.worth(points, most)} in {scenarios}")
        for level in sorted({str(each[ISOLATION]) for each in found if ISOLATION in each}):
            reporter.write_line(
                f"  isolation was only {level}: results may differ from those of a full sandbox"
            )


def _graded(reporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and POINTS_MAX in dict(report.user_properties):
                yield report
