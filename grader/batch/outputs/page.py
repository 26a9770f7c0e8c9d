"""`class.html`: the class on one page that needs nothing else, made while it is written."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from grader.batch.journal import Journal, Row
from grader.batch.model import Status, shown
from grader.batch.outputs.students import REPORT, TEACHERS
from grader.batch.table import number
from grader.reporters.explain import one_line

_BINS = 10
_EXAMPLES_MAX = 3
_SLOWEST = 10
_LISTED_MAX = 500
_MARKS = {"passed": "✓", "failed": "✗", "skipped": "-", "inconclusive": "?", "error": "!"}
_LEGEND = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped, for one that it builds on failed",
    "inconclusive": "undecided",
    "error": "the grader failed",
}
_JUDGED = (Status.GRADED, Status.UNDECIDED)


@dataclass(slots=True)
class Check:
    """How often a check failed, with a few of the findings."""

    name: str
    students: int = 0
    findings: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Overview:
    """What the top of the page says of an exercise; of a size that does not grow with the class."""

    id: str
    title: str
    statuses: Counter[Status] = field(default_factory=Counter)
    bins: list[int] = field(default_factory=lambda: [0] * (_BINS + 1))
    points: float = 0.0
    points_max: float = 0.0
    scenarios: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    not_graded: list[dict[str, str]] = field(default_factory=list)
    not_listed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, row: Row, *, roster: bool) -> None:
        """Count one submission."""
        result, who = row.result, _who(row)
        self.statuses[result.status] += 1
        if result.status is Status.GRADED:
            self.points += result.points
            self.points_max = max(self.points_max, result.points_max)
            share = result.points / result.points_max if result.points_max else 1.0
            self.bins[int(share * _BINS + 1e-9)] += 1
        elif len(self.not_graded) < _LISTED_MAX:
            told = {"who": who, "status": result.status.value, "reason": shown(result.reason)}
            self.not_graded.append({**told, "link": _link(row)})
        if roster and not any(student.listed for student in row.entry.students):
            self.not_listed.append(who)
        heapq.heappush(self.slowest, (result.seconds, who))
        if len(self.slowest) > _SLOWEST:
            heapq.heappop(self.slowest)
        self._scenarios(row, who)

    def _scenarios(self, row: Row, who: str) -> None:
        seen = set()
        for scenario in row.result.scenarios:
            known = self.scenarios.setdefault(scenario["id"], {**scenario, "outcomes": Counter()})
            known["outcomes"][scenario["outcome"]] += 1
            for finding in scenario["findings"]:
                check = self.checks.setdefault(finding["check"], Check(finding["check"]))
                check.findings += 1
                check.students += finding["check"] not in seen
                seen.add(finding["check"])
                message = one_line(finding["message"])
                told = any(message == e["message"] or who == e["who"] for e in check.examples)
                if len(check.examples) < _EXAMPLES_MAX and not told:
                    where = f"{finding['file']}:{finding['line']}" if finding["line"] else ""
                    check.examples.append(
                        {"who": who, "message": message, "where": where, "in": scenario["id"]}
                    )

    @property
    def graded(self) -> int:
        """Submissions with points."""
        return self.statuses[Status.GRADED]

    @property
    def mean(self) -> str:
        """Points on average."""
        return number(self.points / self.graded) if self.graded else "-"

    @property
    def median(self) -> str:
        """In which tenth the middle of the class is, in words."""
        passed = 0
        for place, count in enumerate(self.bins):
            passed += count
            if count and passed * 2 >= self.graded:
                return "100 %" if place == _BINS else f"{place * _BINS} to {(place + 1) * _BINS} %"
        return "-"

    @property
    def distribution(self) -> list[dict[str, Any]]:
        """A bar for each tenth of the points, and one for full marks."""
        most = max(self.bins) or 1
        return [
            {
                "label": "100" if place == _BINS else f"{place * _BINS}-{(place + 1) * _BINS}",
                "count": count,
                "height": round(100 * count / most, 1),
            }
            for place, count in enumerate(self.bins)
        ]

    @property
    def commonest(self) -> list[Check]:
        """Checks, the one that most students failed first."""
        return sorted(self.checks.values(), key=lambda check: (-check.students, check.name))

    @property
    def slow(self) -> list[tuple[str, str]]:
        """The slowest gradings, slowest first."""
        return [(f"{seconds:.1f}", who) for seconds, who in sorted(self.slowest, reverse=True)]


def lines(journal: Journal, titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the page.

    Args:
        journal: of the batch.
        titles: of its exercises, by id.
    """
    overviews = [_overview(journal, exercise, title) for exercise, title in titles.items()]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("class.html.j2")
    yield from template.generate(
        exercises=overviews,
        grid=lambda overview: _grid(journal, overview),
        legend=[(outcome, mark, _LEGEND[outcome]) for outcome, mark in _MARKS.items()],
        listed_max=_LISTED_MAX,
    )


def _overview(journal: Journal, exercise: str, title: str) -> Overview:
    overview = Overview(id=exercise, title=title)
    roster = journal.fact("roster") != ""
    for row in journal.rows(exercise):
        overview.add(row, roster=roster)
    overview.missing = [shown(student.name) for student in journal.missing(exercise)]
    return overview


def _grid(journal: Journal, overview: Overview) -> Iterable[dict[str, Any]]:
    for row in journal.rows(overview.id):
        graded = row.result.status is Status.GRADED
        outcomes = {scenario["id"]: scenario for scenario in row.result.scenarios}
        yield {
            "who": _who(row),
            "link": _link(row),
            "status": row.result.status.value,
            "points": number(row.result.points) if graded else "",
            "cells": [_cell(outcomes.get(scenario)) for scenario in overview.scenarios],
        }


def _cell(scenario: Mapping[str, Any] | None) -> dict[str, str]:
    if scenario is None:
        return {"outcome": "none", "mark": "", "title": ""}
    checks = ", ".join(dict.fromkeys(finding["check"] for finding in scenario["findings"]))
    title = f"{scenario['id']}: {scenario['outcome']}" + (f" ({checks})" if checks else "")
    return {"outcome": scenario["outcome"], "mark": _MARKS[scenario["outcome"]], "title": title}


def _link(row: Row) -> str:
    """Return where the teacher's report of a submission is, seen from the page; "" if there is none."""
    if row.result.status not in _JUDGED:
        return ""
    return quote(f"{TEACHERS}/{row.entry.label}/{row.entry.exercise}/{REPORT}")


def _who(row: Row) -> str:
    names = ", ".join(shown(student.name) for student in row.entry.students)
    return names or shown(row.entry.label)
