"""The table of `grader selftest`: do the references pass, and is each mutant caught by its check?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from rich.console import Console
from rich.text import Text

from grader.reporters import explain
from grader.reporters._page import Page
from grader.reporters.base import Reporter

REPORTER: Final[Reporter | None] = None  # shows what the catalogue's own solutions got, not a verdict

_TABLE_WIDTH_MIN: Final = 70

_CATALOGUE_WIDTH_MIN: Final = 66

Kind = Literal["reference", "accepted", "mutant"]

_KINDS: Final[tuple[Kind, ...]] = ("reference", "accepted", "mutant")


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
    _wrong(page, shown, all_wrong_shown=False)
    _total(page, shown)


def render_catalogue(rows: Iterable[SelftestRow], console: Console) -> None:
    """Print a row for each exercise, then the solutions that are wrong, then the counts.

    Args:
        rows: those of an exercise one after the other, in the order they shall have.
        console: its width, encoding and colours are respected.
    """
    page = Page(console)
    shown = list(rows)
    groups = [(name, list(own)) for name, own in groupby(shown, lambda row: row.exercise)]
    if page.fits(_CATALOGUE_WIDTH_MIN):
        _exercises(page, groups)
    else:
        for name, own in groups:
            page.say(_mark(page, own), page.text(" "), page.name(name, "bold"))
            page.say(page.text(_counted(own)), indent=6)
    _wrong(page, shown, all_wrong_shown=True)
    _total(page, shown)


def _wrong(page: Page, rows: list[SelftestRow], *, all_wrong_shown: bool) -> None:
    """Print the rows that are wrong, if they do not stand there already, by themselves."""
    wrong = [row for row in rows if not row.ok]
    if wrong and (all_wrong_shown or len(rows) > len(wrong)):
        page.blank()
        page.say(page.text("not as expected:", "bold red"))
        for row in wrong:
            _entry(page, row)


def _total(page: Page, rows: list[SelftestRow]) -> None:
    page.blank()
    page.say(page.text(_summary(rows), "bold" if all(row.ok for row in rows) else "bold red"))


def _exercises(page: Page, groups: list[tuple[str, list[SelftestRow]]]) -> None:
    numbers = ("references", "accepted", "mutants", "checks", "seconds")
    table = page.table("", "exercise", *numbers, right=numbers)
    for name, own in groups:
        table.add_row(
            _mark(page, own),
            page.name(name, "bold"),
            *(page.text(_met([row for row in own if row.kind == kind])) for kind in _KINDS),
            page.text(_checks(own)),
            page.text(f"{sum(row.seconds for row in own):.1f}"),
        )
    page.console.print(table)


def _met(rows: list[SelftestRow]) -> str:
    return f"{sum(row.ok for row in rows)} of {len(rows)}" if rows else "-"


def _checks(rows: list[SelftestRow]) -> str:
    """Say how many of the checks that have mutants caught all of theirs, and nobody else's."""
    mutants = [row for row in rows if row.kind == "mutant"]
    wanted = {row.expected for row in mutants}
    missed = {row.expected for row in mutants if not row.ok}
    return f"{len(wanted - missed)} of {len(wanted)}" if wanted else "-"


def _counted(rows: list[SelftestRow]) -> str:
    counts = [f"{kind} {_met([row for row in rows if row.kind == kind])}" for kind in _KINDS]
    return f"{', '.join(counts)}; {sum(row.seconds for row in rows):.1f} s"


def _table(page: Page, rows: list[SelftestRow]) -> None:
    table = page.table("", "exercise", "solution", "result", "seconds", right=("seconds",))
    before = ""
    for row in rows:
        table.add_row(
            _mark(page, [row]),
            page.name(row.exercise if row.exercise != before else "", "bold"),
            page.name(_solution(row)),
            page.name(_result(row), "" if row.ok else "bold red"),
            page.text(f"{row.seconds:.1f}"),
        )
        before = row.exercise
    page.console.print(table)


def _entry(page: Page, row: SelftestRow) -> None:
    page.say(
        _mark(page, [row]), page.text(" "), page.name(row.exercise, "bold"), page.name(f" {_solution(row)}")
    )
    page.say(page.name(f"{_result(row)}, {row.seconds:.1f} s", "" if row.ok else "red"), indent=6)


def _solution(row: SelftestRow) -> str:
    return (
        f"{row.kind} {row.name} ({row.language})" if row.name != row.language else f"{row.kind} ({row.name})"
    )


def _result(row: SelftestRow) -> str:
    return row.got if row.got == row.expected else f"{row.got}, not {row.expected}"


def _mark(page: Page, rows: list[SelftestRow]) -> Text:
    good = all(row.ok for row in rows)
    return page.text("ok", "green") if good else page.text("WRONG", "bold red")


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
