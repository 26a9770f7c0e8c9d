"""A verdict as Markdown (GitHub's dialect). What comes from a student stands in code blocks it cannot end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.reporters import explain

_PUNCTUATION: Final = re.compile(r"([!-&(-+/:-@\[-`{-~])")  # all of ASCII's but ' , - .
_LOG_LINES_MAX: Final = 100
_LEFT_OUT: Final = "{} left out: the page would be larger than {:,} bytes. The table has all scenarios.\n"


def escaped(text: str) -> str:
    """Return text as it is read, on one line: nothing in it is markup."""
    return _PUNCTUATION.sub(r"\\\1", explain.one_line(text))


def fenced(text: str) -> str:
    """Return a code block that no line of the text ends."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def page(verdict: Verdict, *, size: int) -> str:
    """Return points, scenarios and what was found.

    Args:
        verdict: what the reader may see of it.
        size: bytes at most; sections that would be too much are left out from the end, with a note.
    """
    text = _head(verdict)
    sections = list(_sections(verdict))
    reserve = len(_LEFT_OUT.format(explain.count(len(sections), "section"), size).encode())
    room = size - len(text.encode("utf-8", "replace")) - reserve
    for number, section in enumerate(sections):
        room -= len(section.encode("utf-8", "replace"))
        if room < 0:
            return text + _LEFT_OUT.format(explain.count(len(sections) - number, "section"), size)
        text += section
    return text


def _head(verdict: Verdict) -> str:
    rows = [
        f"## {escaped(verdict.title)}: {explain.worth(verdict.points, verdict.points_max)}",
        "",
        explain.summary(verdict),
        "",
    ]
    for note in filter(None, (explain.open_question(verdict), _isolation(verdict))):
        rows += [f"**{escaped(note)}**", ""]
    rows += ["| Scenario | Outcome | Points |", "|---|---|---|"]
    for scenario in verdict.scenarios:
        worth = f"{explain.format_points(scenario.points)} of {explain.format_points(scenario.points_max)}"
        rows.append(f"| {_name(scenario)} | {explain.OUTCOME_WORDS[scenario.outcome]} | {worth} |")
    return "\n".join(rows) + "\n\n"


def _sections(verdict: Verdict) -> Iterator[str]:
    if explain.failed_to_build(verdict):
        rows = [row for finding in verdict.build for row in explain.finding_rows(finding, verdict.sources, 2)]
        if verdict.build_log:
            rows += ["", explain.harmless(verdict.build_log, lines=_LOG_LINES_MAX)]
        yield _section("The submission does not build", "\n".join(rows))
        return
    for scenario in verdict.scenarios:
        text = "\n".join(explain.scenario_rows(verdict, scenario))
        if text and (scenario.outcome is not Outcome.PASSED or scenario.findings):
            yield _section(_name(scenario), text)


def _section(title: str, text: str) -> str:
    return f"### {title}\n\n{fenced(text)}\n"


def _name(scenario: ScenarioResult) -> str:
    hidden = " (hidden)" if scenario.hidden else ""
    return f"{escaped(scenario.id)}: {escaped(scenario.title)}{hidden}"


def _isolation(verdict: Verdict) -> str:
    # Nothing was run of what was not even read.
    return explain.isolation_warning(verdict) if verdict.isolation != "none" else ""
