"""What all formats share: making text harmless, cutting out source lines, wording findings and outcomes.

Nothing here knows a format; the terminal adds colour, JUnit takes the plain text as it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict

LINE_LENGTH_MAX = 400
"""Longer lines are cut in the middle, so that the end of a sentence that quotes output is still there."""

LINES_MAX = 12
"""More lines of one text are left out, with a note."""

FULL_ISOLATION = "full"

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.SKIPPED: "skipped",
    Outcome.ERROR: "grader error",
}
"""How an outcome is called in front of people. An error says whose it is."""


def count(number: int, noun: str) -> str:
    """Return `1 schedule`, `3 schedules`; `noun` takes an s in the plural."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_points(points: float) -> str:
    """Return points with at most two decimals and without trailing zeros: `5`, `2.5`, `0.33`."""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def worth(points: float, points_max: float) -> str:
    """Return `2.5 of 5 points`."""
    return f"{format_points(points)} of {format_points(points_max)} point" + ("s" if points_max != 1 else "")


def _escape(character: str) -> str:
    code = ord(character)
    if character.isspace() and code >= 0xA0:  # unusual spaces and line separators
        return " "
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:  # Python's stand-in for a byte that is not UTF-8
        code -= 0xDC00
    if character in "\r\0":
        return {"\r": "\\r", "\0": "\\0"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(line: str, length: int) -> str:
    if len(line) <= length:
        return line
    tail = length // 4
    head = length - tail
    return f"{line[:head]} [... {len(line) - length:,} more characters ...] {line[len(line) - tail :]}"


def harmless(text: str, *, length: int = LINE_LENGTH_MAX, lines: int = LINES_MAX) -> str:
    r"""Make foreign text safe to show: student output, file names, compiler messages.

    Control characters, escape sequences, text direction marks and lone surrogates become visible
    escapes such as `\x1b`; only newlines stay. What is too long is cut, and the cut is visible.

    Args:
        text: any string.
        length: characters a line; the middle of longer ones is left out.
        lines: lines that are kept, from the beginning.

    Returns:
        Text of printable characters and newlines, without a trailing newline.
    """
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    kept = ["".join(map(_escape, _cut(row.expandtabs(4), length))) for row in rows[:lines]]
    if len(rows) > lines:
        kept.append(f"[... {count(len(rows) - lines, 'more line')}]")
    return "\n".join(kept)


def one_line(text: str, *, length: int = LINE_LENGTH_MAX) -> str:
    """Like `harmless`, with newlines written as escapes: for names, titles and attributes."""
    return harmless(text.rstrip("\n").replace("\n", "\\n"), length=length)


def withhold(verdict: Verdict, *, reveal_hidden: bool = False) -> Verdict:
    """Take out of hidden scenarios whatever a student must not see; only title, outcome and points stay.

    Every format calls this first, so that no format can forget it.
    """
    if reveal_hidden:
        return verdict
    return replace(verdict, scenarios=tuple(_withheld(scenario) for scenario in verdict.scenarios))


def _withheld(scenario: ScenarioResult) -> ScenarioResult:
    if not scenario.hidden:
        return scenario
    return replace(
        scenario,
        explored="",
        hint="",
        findings=(),
        explanation="",
        run="",
        replay="",
        switches=0,
        seed=0,
        left=(),
    )


def failed_to_build(verdict: Verdict) -> bool:
    """Whether an error of the build step fails every scenario."""
    return any(finding.severity is Severity.ERROR for finding in verdict.build)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One line of an excerpt.

    Attributes:
        number: 1-based.
        text: made harmless, tabs expanded.
        marked: it is the line the finding is about.
    """

    number: int
    text: str
    marked: bool


def excerpt(sources: Mapping[str, str], file: str, line: int, context_lines: int) -> tuple[SourceLine, ...]:
    """Cut a line and its neighbours out of a source file.

    Args:
        sources: text of the files by name.
        file: name of the file; an unknown one gives an empty excerpt.
        line: 1-based; one that the file does not have gives an empty excerpt.
        context_lines: lines shown before and after.

    Returns:
        The lines, in order.
    """
    rows = sources.get(file, "").replace("\r\n", "\n").split("\n")
    if file not in sources or not 1 <= line <= len(rows):
        return ()
    first = max(1, line - context_lines)
    last = min(len(rows) - (rows[-1] == ""), line + context_lines)
    return tuple(
        SourceLine(number=number, text=harmless(rows[number - 1], length=200), marked=number == line)
        for number in range(first, max(last, line) + 1)
    )


def excerpt_rows(lines: Iterable[SourceLine]) -> list[str]:
    """Render an excerpt as plain text, `>` before the line it is about."""
    shown = list(lines)
    digits = len(str(shown[-1].number)) if shown else 0
    return [f"{'>' if row.marked else ' '} {row.number:{digits}} | {row.text}".rstrip() for row in shown]


def place(finding: Finding) -> str:
    """Return who and where: `alice (pid 3), chat.c:41`; empty if neither is known."""
    who = one_line(finding.part)
    if finding.pid:
        who = f"{who} (pid {finding.pid})" if who else f"pid {finding.pid}"
    where = one_line(finding.file)
    if where and finding.line:
        where += f":{finding.line}"
    return ", ".join(filter(None, (who, where)))


def effects(finding: Finding) -> Iterator[Finding]:
    """All findings that this one explains, also indirectly."""
    for effect in finding.effects:
        yield effect
        yield from effects(effect)


def headline(finding: Finding) -> str:
    """Return the check's id, marked if the finding is only advice."""
    return f"advice ({finding.check})" if finding.severity is Severity.ADVICE else finding.check


def remarks(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what there is to say below a finding's message, as (label, text), made harmless."""
    if finding.why:
        yield "why", harmless(finding.why)
    if finding.read:
        yield "read", harmless(finding.read)
    for effect in effects(finding):
        where = place(effect)
        yield "also", harmless(f"{effect.check}: {effect.message}") + (f" ({where})" if where else "")


def finding_rows(finding: Finding, sources: Mapping[str, str], context_lines: int) -> list[str]:
    """Render a finding as plain text: message, place, source lines, why, what to read, its effects."""
    rows = [f"{headline(finding)}: {harmless(finding.message)}"]
    if where := place(finding):
        rows.append(f"  at    {where}")
    rows.extend(
        f"    {row}" for row in excerpt_rows(excerpt(sources, finding.file, finding.line, context_lines))
    )
    rows.extend(f"  {label:5} {_indented(text, 8)}" for label, text in remarks(finding))
    return rows


def _indented(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


def scenario_rows(verdict: Verdict, scenario: ScenarioResult, context_lines: int = 2) -> list[str]:
    """Render all that is known of a scenario that did not pass, as plain text."""
    rows: list[str] = []
    if scenario.explanation:
        rows.append(harmless(scenario.explanation))
    for finding in scenario.findings:
        rows.extend(finding_rows(finding, verdict.sources, context_lines))
    rows.extend(f"  {label:5} {_indented(text, 8)}" for label, text in circumstances(scenario))
    rows.extend(f"  {label:5} {command}" for label, command in look_again(verdict, scenario))
    return rows


def circumstances(scenario: ScenarioResult) -> Iterator[tuple[str, str]]:
    """Yield what is said once for a scenario, below its findings, as (label, text)."""
    if scenario.hint:
        yield "hint", harmless(scenario.hint)
    if scenario.explored:
        yield "tried", harmless(scenario.explored)
    if scenario.replay:
        yield "found", _counterexample(scenario)


def _counterexample(scenario: ScenarioResult) -> str:
    if not scenario.switches:
        return "it fails even if each runs as long as it can before the next one does"
    many = "" if scenario.switches == 1 else "es"
    return f"it fails with {scenario.switches} context switch{many} at the wrong moment"


def look_again(verdict: Verdict, scenario: ScenarioResult) -> Iterator[tuple[str, str]]:
    """Yield the commands that show the kept run of a scenario, as (label, command), if one was kept."""
    if verdict.run_dir and scenario.run:
        path = shlex.quote(one_line(f"{verdict.run_dir.rstrip('/')}/{scenario.run}"))
        yield "trace", f"grader trace {path}"
    if verdict.run_dir and scenario.replay:
        path = shlex.quote(one_line(f"{verdict.run_dir.rstrip('/')}/{scenario.replay}"))
        yield "again", f"grader replay {path}"


def summary(verdict: Verdict) -> str:
    """Return the last line of a report: how many scenarios went how, and the points."""
    number = len(verdict.scenarios)
    passed = sum(scenario.outcome is Outcome.PASSED for scenario in verdict.scenarios)
    parts = [f"{passed} of {count(number, 'scenario')} passed"]
    outcomes = [scenario.outcome for scenario in verdict.scenarios]
    parts += [
        f"{outcomes.count(outcome)} {OUTCOME_WORDS[outcome]}"
        for outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.SKIPPED, Outcome.ERROR)
        if outcome in outcomes
    ]
    return f"{', '.join(parts)}; {worth(verdict.points, verdict.points_max)}."


def open_question(verdict: Verdict) -> str:
    """Return the note that some points wait for a person; empty if every scenario was decided."""
    undecided = [s for s in verdict.scenarios if s.outcome in (Outcome.INCONCLUSIVE, Outcome.ERROR)]
    if not undecided:
        return ""
    missing = sum(scenario.points_max - scenario.points for scenario in undecided)
    return (
        f"{count(len(undecided), 'scenario')} could not be decided; this is not held against the submission: "
        f"a person has to decide on {format_points(missing)} of the points."
    )


def isolation_warning(verdict: Verdict) -> str:
    """Return the warning that programs were not fully kept apart; empty if they were."""
    if verdict.isolation == FULL_ISOLATION:
        return ""
    return (
        f"isolation is only {one_line(verdict.isolation)!r}, not {FULL_ISOLATION!r}: the programs were not "
        "kept apart from this machine, and results may differ from those of a full sandbox."
    )
