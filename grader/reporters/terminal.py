"""The report for people: what passed, and for each scenario that did not, why and where."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Console

from grader.model.history import History
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.reporters import explain
from grader.reporters._page import OUTCOME_STYLES, WARNING_STYLE, Page
from grader.reporters.base import Reporter
from grader.reporters.history import print_history

_TABLE_WIDTH_MIN: Final = 60
_TEXT_WIDTH: Final = 80
_FINDINGS_MAX: Final = 5
_LOG_LINES_MAX: Final = 30
_LOG_LINES_VERBOSE_MAX: Final = 2000


def render(
    verdict: Verdict,
    console: Console,
    *,
    verbose: bool = False,
    context_lines: int = 2,
    reveal_hidden: bool = False,
    histories: Mapping[str, History] | None = None,
) -> None:
    """Print the report on a console.

    Args:
        verdict: what to report.
        console: its width, encoding and colours are respected.
        verbose: nothing is left out: every finding, the whole compiler log, what was tried, the histories.
        context_lines: source lines shown before and after the one a finding is about.
        reveal_hidden: show the findings of hidden scenarios too; for teachers only.
        histories: the kept history of scenarios by id, shown under their findings if verbose.
    """
    shown = explain.withhold(verdict, reveal_hidden=reveal_hidden)
    screen = _Screen(
        page=Page(console),
        verdict=shown,
        verbose=verbose,
        context_lines=context_lines,
        histories=histories or {},
    )
    screen.heading()
    screen.build()
    screen.overview()
    for scenario in shown.scenarios:
        screen.scenario(scenario)
    screen.conclusion()


def to_text(verdict: Verdict, *, reveal_hidden: bool = False) -> str:
    """Return the report as plain text of 80 columns: for mails, logs and gradebook comments."""
    file = io.StringIO()
    console = Console(
        file=file, width=_TEXT_WIDTH, color_system=None, force_terminal=False, legacy_windows=False
    )
    render(verdict, console, reveal_hidden=reveal_hidden)
    return "\n".join(row.rstrip() for row in file.getvalue().split("\n"))


def scenario_to_text(verdict: Verdict, scenario_id: str, *, reveal_hidden: bool = False) -> str:
    """Return what the report says of one scenario, as plain text; if its programs were not built, why.

    Args:
        verdict: has this scenario.
        scenario_id: which.
        reveal_hidden: show what a student must not see; for teachers only.
    """
    file = io.StringIO()
    shown = explain.withhold(verdict, reveal_hidden=reveal_hidden)
    page = Page(Console(file=file, width=_TEXT_WIDTH, color_system=None, force_terminal=False))
    screen = _Screen(page=page, verdict=shown, verbose=False, context_lines=2, histories={})
    for scenario in shown.scenarios:
        if scenario.id == scenario_id:
            screen.scenario(scenario)
    if not file.getvalue():
        screen.build()
    return "\n".join(row.rstrip() for row in file.getvalue().rstrip().split("\n"))


REPORTER: Final = Reporter(media_type="text/plain", suffix=".txt", render=to_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Screen:
    page: Page
    verdict: Verdict
    verbose: bool
    context_lines: int
    histories: Mapping[str, History]

    def heading(self) -> None:
        page, verdict = self.page, self.verdict
        page.say(
            page.name(verdict.title, "bold"), page.text(" ("), page.name(verdict.exercise), page.text(")")
        )
        page.say(page.text("submission "), page.name(verdict.submission))
        page.say(page.text("isolation "), page.name(verdict.isolation), page.text(f", seed {verdict.seed}"))
        if warning := explain.isolation_warning(verdict):
            page.say(page.text("warning: ", WARNING_STYLE), page.text(warning))
        page.blank()

    def build(self) -> None:
        page, verdict = self.page, self.verdict
        if not verdict.build and not (self.verbose and verdict.build_log):
            return
        if explain.failed_to_build(verdict):
            page.say(
                page.text("BUILD FAILED", OUTCOME_STYLES[Outcome.FAILED]), page.text(": nothing was run.")
            )
        elif verdict.build:
            page.say(page.text("BUILD", "bold"), page.text(": it builds, but:"))
        for finding in verdict.build:
            self._finding(finding)
        if verdict.build_log:
            lines = _LOG_LINES_VERBOSE_MAX if self.verbose else _LOG_LINES_MAX
            page.say(page.text("compiler log", "bold"), page.text(":"), indent=1)
            page.say(page.text(explain.harmless(verdict.build_log, lines=lines)), indent=4)
        page.blank()

    def overview(self) -> None:
        if not self.verdict.scenarios:
            self.page.say(self.page.text("No scenario was run."))
        elif self.page.fits(_TABLE_WIDTH_MIN):
            self._table()
        else:
            self._list()
        self.page.blank()

    def _label(self, scenario: ScenarioResult) -> str:
        if scenario.hidden:
            return f"{scenario.title} (hidden)"
        return f"{scenario.id}: {scenario.title}"

    def _table(self) -> None:
        page = self.page
        table = page.table("scenario", "outcome", "points", "schedules", right=("points", "schedules"))
        for scenario in self.verdict.scenarios:
            points = (
                f"{explain.format_points(scenario.points)} / {explain.format_points(scenario.points_max)}"
            )
            table.add_row(
                page.name(self._label(scenario)),
                page.text(explain.OUTCOME_WORDS[scenario.outcome], OUTCOME_STYLES[scenario.outcome]),
                page.text(points),
                page.text(str(scenario.schedules)),
            )
        page.console.print(table)

    def _list(self) -> None:
        page = self.page
        for scenario in self.verdict.scenarios:
            outcome = explain.OUTCOME_WORDS[scenario.outcome]
            points = explain.worth(scenario.points, scenario.points_max)
            page.say(page.name(self._label(scenario)))
            page.say(
                page.text(outcome, OUTCOME_STYLES[scenario.outcome]),
                page.text(f", {points}, {explain.count(scenario.schedules, 'schedule')}"),
                indent=2,
            )

    def scenario(self, scenario: ScenarioResult) -> None:
        """Say what is to be said about a scenario beyond its row in the overview, if anything."""
        page = self.page
        only_build = scenario.findings and all(finding.check == "build" for finding in scenario.findings)
        if only_build and explain.failed_to_build(self.verdict):
            return  # said once, above
        silent = not scenario.findings and not scenario.explanation
        if silent and not (self.verbose and (scenario.explored or scenario.left)):
            return
        word = explain.OUTCOME_WORDS[scenario.outcome].upper()
        page.say(
            page.text(f"{word} ", OUTCOME_STYLES[scenario.outcome]), page.name(self._label(scenario), "bold")
        )
        if scenario.explanation:
            page.say(page.text(explain.harmless(scenario.explanation)), indent=2)
        findings = scenario.findings if self.verbose else scenario.findings[:_FINDINGS_MAX]
        for finding in findings:
            self._finding(finding)
        if left := len(scenario.findings) - len(findings):
            page.say(page.text(f"and {explain.count(left, 'more finding')}; --verbose shows them"), indent=1)
        if scenario.outcome is not Outcome.PASSED or self.verbose:
            page.labelled(explain.circumstances(scenario))
            page.labelled(("left", explain.harmless(text)) for text in scenario.left if self.verbose)
            page.commands(explain.look_again(self.verdict, scenario))
        self._history(scenario)
        page.blank()

    def _history(self, scenario: ScenarioResult) -> None:
        history = self.histories.get(scenario.id)
        if history is None or not self.verbose or (scenario.hidden and not scenario.findings):
            return
        witnesses = {op for finding in scenario.findings for op in finding.ops}
        self.page.blank()
        print_history(history, self.page.console, marked=frozenset(witnesses))

    def _finding(self, finding: Finding) -> None:
        page = self.page
        style = "yellow" if finding.severity is Severity.ADVICE else "red"
        parts = [page.name(explain.headline(finding), style)]
        if where := explain.place(finding):
            parts.append(page.text(f"  {where}", "dim"))
        page.say(*parts, indent=1)
        page.say(page.text(explain.harmless(finding.message)), indent=2)
        lines = explain.excerpt(self.verdict.sources, finding.file, finding.line, self.context_lines)
        page.code(finding.file, lines)
        page.labelled(explain.remarks(finding))

    def conclusion(self) -> None:
        page, outcome = self.page, self.verdict.outcome
        if note := explain.open_question(self.verdict):
            page.say(page.text("note: ", WARNING_STYLE), page.text(note))
        word = explain.OUTCOME_WORDS[outcome].upper()
        page.say(page.text(word, OUTCOME_STYLES[outcome]), page.text(f": {explain.summary(self.verdict)}"))
