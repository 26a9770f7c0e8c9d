"""What a verdict says to students where a system shows plain text: the same words for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from grader.exports.base import Surroundings
from grader.model.verdict import Outcome, ScenarioResult, Severity, Verdict
from grader.reporters import explain

UNDECIDED: Final = (Outcome.ERROR, Outcome.INCONCLUSIVE)
"""Outcomes that give no points, and yet are not the submission's fault: a person decides."""

_LOG_LINES: Final = 100
_NOTHING_RUN: Final = "none"
"""The level of isolation in the verdict on what could not be graded at all."""
_WITHHELD: Final = {
    Outcome.FAILED: "A hidden scenario failed; what it found is not shown.",
    Outcome.SKIPPED: "A hidden scenario was not run: one it depends on did not pass.",
    Outcome.INCONCLUSIVE: "A hidden scenario was not decided.",
    Outcome.ERROR: "A hidden scenario was not decided.",
}


def shown(verdict: Verdict, surroundings: Surroundings) -> Verdict:
    """Return what a student may see; nothing points to files that stay on the machine that graded."""
    return replace(explain.withhold(verdict, reveal_hidden=surroundings.reveal_hidden), run_dir="")


def heading(scenario: ScenarioResult) -> str:
    """Return one line: which scenario, what became of it, its points."""
    word = explain.OUTCOME_WORDS[scenario.outcome]
    worth = explain.worth(scenario.points, scenario.points_max)
    hidden = " (hidden)" if scenario.hidden else ""
    return explain.one_line(f"{scenario.id}: {scenario.title}{hidden}: {word}, {worth}")


def details(verdict: Verdict, scenario: ScenarioResult) -> str:
    """Return what is known of a scenario, as harmless lines; empty if all is well."""
    if explain.failed_to_build(verdict):
        return "It was not run: see what is said of the build."
    if scenario.outcome is Outcome.PASSED and not scenario.findings:
        return ""
    rows = explain.scenario_rows(verdict, scenario)
    return "\n".join(rows) or _WITHHELD.get(scenario.outcome, "")


def gist(verdict: Verdict, scenario: ScenarioResult) -> str:
    """Return in one line why a scenario did not pass, for where there is room for no more."""
    errors = [finding for finding in scenario.findings if finding.severity is Severity.ERROR]
    if explain.failed_to_build(verdict) or not errors:
        return explain.one_line(scenario.explanation or details(verdict, scenario))
    where = explain.place(errors[0])
    told = f"{errors[0].check}: {errors[0].message}"
    if where and f"{errors[0].file}:{errors[0].line}" not in errors[0].message:
        told += f" ({where})"
    return explain.one_line(f"{told} Hint: {scenario.hint}" if scenario.hint else told)


def build_text(verdict: Verdict) -> str:
    """Return what the build said, as harmless lines; empty if there were but the commands it made."""
    rows = [row for finding in verdict.build for row in explain.finding_rows(finding, verdict.sources, 2)]
    if any(not line.startswith("$ ") for line in verdict.build_log.splitlines()):
        rows.append(explain.harmless(verdict.build_log, lines=_LOG_LINES))
    return "\n".join(rows)


def isolation(verdict: Verdict) -> str:
    """Return the warning that programs were not fully kept apart; empty if they were, or if none was run."""
    return "" if verdict.isolation == _NOTHING_RUN else explain.isolation_warning(verdict)


def notes(verdict: Verdict) -> Iterator[str]:
    """Yield what is said once: how it came out, who has to decide what, and how programs were kept apart."""
    yield explain.summary(verdict)
    yield from filter(None, (explain.open_question(verdict), isolation(verdict)))


def report(verdict: Verdict) -> str:
    """Return all there is to say, as harmless lines."""
    said = build_text(verdict)
    parts = [
        explain.one_line(f"{verdict.title} ({verdict.exercise})"),
        _block("The build said:", said) if said else "",
    ]
    parts += [_block(heading(scenario), details(verdict, scenario)) for scenario in verdict.scenarios]
    return "\n\n".join([*filter(None, parts), *notes(verdict)]) + "\n"


def _block(title: str, text: str) -> str:
    return "\n    ".join([title, *filter(None, text.split("\n"))])


def cut(text: str, size: int, mark: str = "") -> str:
    """Return the beginning of a text that is too long for a system, with a note.

    Args:
        text: of whole lines.
        size: bytes it may have as UTF-8.
        mark: what the line of the note begins with.
    """
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= size:
        return text
    note = f"\n{mark}[... cut here: the whole is too long for this system ...]\n"
    kept = data[: max(0, size - len(note))].decode("utf-8", "ignore")
    return kept.rpartition("\n")[0] + note


def number(points: float) -> float | int:
    """Return points without what adding binary fractions leaves behind; whole ones as an int."""
    rounded = round(points, 6)
    return int(rounded) if rounded == int(rounded) else rounded
