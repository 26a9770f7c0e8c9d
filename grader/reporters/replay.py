"""A counterexample step by step: who goes on, which line of source, what it did to which object.

1. bob goes on
#12  chat.c:45   open("alice.fifo", O_RDONLY) ... blocked
45 | in = open(mine, O_RDONLY);
2. alice goes on
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Console

from grader.model.history import History
from grader.model.verdict import Finding
from grader.reporters._page import Page
from grader.reporters.base import Reporter
from grader.reporters.explain import excerpt, finding_rows, harmless, one_line
from grader.reporters.history import STYLES, Row, rows

REPORTER: Final[Reporter | None] = None  # shows a history, not a verdict

_SCRIPT = "script"
_ENDING = -1
_ENDS = ("--- exits", "--- killed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a replay.

    Attributes:
        row: what happened.
        switch: number of the context switch that led to it; 0 if the same one went on.
        instead: who went on before and could have gone on; empty if it slept, or there was no switch.
        place: `file:line` of the source; empty if unknown.
        source: that line; empty if unknown.
        marked: it witnesses a finding.
    """

    row: Row
    switch: int
    instead: str
    place: str
    source: str
    marked: bool


def steps(history: History, findings: tuple[Finding, ...], sources: Mapping[str, str]) -> Iterator[Step]:
    """Yield a history operation by operation.

    Args:
        history: of the replay.
        findings: what is wrong with it.
        sources: text of the submission's files by relative name.
    """
    marked = {index for finding in findings for index in finding.ops}
    running, switches, able = "", 0, False
    for row in rows(history):
        switch, instead = 0, ""
        # What comes out of a pipe, and what the script says, is nobody's turn.
        if row.index >= 0 and row.kind != "output" and row.who != running:
            instead = running if able and _SCRIPT not in (running, row.who) else ""
            running, switches = row.who, switches + 1
            switch = switches
        if row.kind != "output":
            able = row.kind != "blocked" and not row.text.startswith(_ENDS)
        op = history.ops[row.index] if row.index >= 0 else None
        place = f"{op.file}:{op.line}" if op is not None and op.line else ""
        lines = excerpt(sources, op.file, op.line, 0) if op is not None and op.line else ()
        source = lines[0].text.strip() if lines else ""
        yield Step(
            row=row,
            switch=switch,
            instead=instead,
            place=place,
            source=source,
            marked=row.index in marked,
        )


def print_steps(
    found: Iterator[Step], findings: tuple[Finding, ...], sources: Mapping[str, str], console: Console
) -> Iterator[None]:
    """Print a replay; yields before each operation, so that the caller can wait.

    Args:
        found: the steps.
        findings: printed at the end.
        sources: for the excerpts of the findings.
        console: its width, encoding and colours are respected.
    """
    page = Page(console)
    shown = ""
    for step in found:
        row = step.row
        if row.index != _ENDING:
            yield
        if step.switch:
            though = f", though {one_line(step.instead)} could" if step.instead else ""
            page.say(
                page.text(f"{step.switch}. "),
                page.name(row.who, "bold"),
                page.text(" goes on"),
                page.text(though, "yellow"),
            )
        number = f"#{row.index}" if row.index >= 0 else row.who
        mark = ">" if step.marked else " "
        text = harmless(row.text + row.tail).replace("\n", " ")
        page.say(
            page.text(f"  {mark} {number:>5}  ", "bold" if step.marked else "dim"),
            page.text(text, STYLES[row.kind]),
        )
        if step.source and step.place != shown:
            page.say(page.name(f"{step.place} | {step.source}", "dim"), indent=11)
            shown = step.place
    for finding in findings:
        console.print()
        for line in finding_rows(finding, sources, 2):
            page.say(page.text(line))


def heading(exercise: str, scenario: str, switches: int, message: str, umask: int) -> str:
    """Return the first lines of a replay."""
    how = f"{switches} switch{'' if switches == 1 else 'es'} away from letting each run as long as it can"
    how += f", umask {umask:03o}"
    return f"{one_line(exercise)}, scenario {one_line(scenario)}: {how}\nfound: {one_line(message)}"
