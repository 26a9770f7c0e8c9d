"""The table of `grader selftest`: do the references pass, and is each mutant caught by its check?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from rich.console import Console
from rich.text import Text

from grader.reporters import explain
from grader.reporters._page import Page
from grader.reporters.base import Reporter

REPORTER: Final[Reporter | None] = None  # shows what the catalogue's own solutions got, not a verdict

_TABLE_WIDTH_MIN: Final = 70

Kind = Literal["reference", "accepted", "mutant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestRow:
    """One solution that came with an exercise, and how it was graded.

    Attributes:
        exercise: exercise id.
        kind: `reference` and `accepted` must get full points; a `mutant` must be caught by its check.
        name: of the variant or mutant.
        language: of its programs.
        expected: `passed`, or the id of the check that must catch the mutant.
        got: what happened, in the same words.
        seconds: wall-clock time of grading it.
        ok: whether that is as it should be.
    """

    exercise: str
    kind: Kind
    name: str
    language: str
    expected: str
    got: str
    seconds: float
    ok: bool


def render_selftest(rows: Iterable[SelftestRow], console: Console) -> None:
    """Print all rows, then those that are wrong once more, then the counts.

    Args:
        rows: in the order they shall have.
        console: its width, encoding and colours are respected.
    """
    page = Page(console)
    shown = list(rows)
    if page.fits(_TABLE_WIDTH_MIN):
        _table(page, shown)
    else:
        for row in shown:
            _entry(page, row)
    wrong = [row for row in shown if not row.ok]
    if wrong and len(shown) > len(wrong):
        page.blank()
        page.say(page.text("not as expected:", "bold red"))
        for row in wrong:
            _entry(page, row)
    page.blank()
    page.say(page.text(_summary(shown), "bold" if not wrong else "bold red"))


def _table(page: Page, rows: list[SelftestRow]) -> None:
    table = page.table("", "exercise", "solution", "result", "seconds", right=("seconds",))
    before = ""
    for row in rows:
        table.add_row(
            _mark(page, row),
            page.name(row.exercise if row.exercise != before else "", "bold"),
            page.name(_solution(row)),
            page.name(_result(row), "" if row.ok else "bold red"),
            page.text(f"{row.seconds:.1f}"),
        )
        before = row.exercise
    page.console.print(table)


def _entry(page: Page, row: SelftestRow) -> None:
    page.say(
        _mark(page, row), page.text(" "), page.name(row.exercise, "bold"), page.name(f" {_solution(row)}")
    )
    page.say(page.name(f"{_result(row)}, {row.seconds:.1f} s", "" if row.ok else "red"), indent=6)


def _solution(row: SelftestRow) -> str:
    return (
        f"{row.kind} {row.name} ({row.language})" if row.name != row.language else f"{row.kind} ({row.name})"
    )


def _result(row: SelftestRow) -> str:
    return row.got if row.got == row.expected else f"{row.got}, not {row.expected}"


def _mark(page: Page, row: SelftestRow) -> Text:
    return page.text("ok", "green") if row.ok else page.text("WRONG", "bold red")


def _summary(rows: list[SelftestRow]) -> str:
    good = sum(row.ok for row in rows)
    solutions = [row for row in rows if row.kind != "mutant"]
    mutants = [row for row in rows if row.kind == "mutant"]
    return (
        f"{good} of {len(rows)} as expected: {sum(row.ok for row in solutions)} of "
        f"{explain.count(len(solutions), 'right solution')} passed, {sum(row.ok for row in mutants)} of "
        f"{explain.count(len(mutants), 'mutant')} caught by their check; "
        f"{sum(row.seconds for row in rows):.1f} s."
    )
