"""What a tool's answer about a program is worth, and the table of all answers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique

from benchmarks.races.programs import Example

BEGIN = "<!-- races: made by `python -m benchmarks.races`; do not edit -->\n"
END = "<!-- end of races -->\n"


@unique
class Answer(StrEnum):
    """What a tool has said of a program."""

    FOUND = "found"  # a wrong one, and the tool says where
    MISSED = "missed"  # a wrong one, and the tool says nothing, or names other lines
    ACCUSED = "**falsely accused**"  # a right one
    SILENT = "silent"  # a right one, and the tool says nothing
    CRASHED = "crashed"  # the program does not end as it should under the tool, which has said nothing


@dataclass(slots=True)
class Column:
    """One tool.

    Attributes:
        title: its name, and how it is used.
        answers: by program; empty if the tool is not there.
        seconds: that all of it took, building included.
        missing: why it could not be used; empty if it could.
    """

    title: str
    answers: dict[str, Answer] = field(default_factory=dict)
    seconds: float = 0.0
    missing: str = ""


def judge(example: Example, reported: Sequence[frozenset[int]], *, both: bool) -> Answer:
    """Judge what a tool has reported.

    Args:
        example: the program.
        reported: the lines that each report of a race names.
        both: whether a report must name the marked lines and no other ones, or just one of them.
    """
    if example.right:
        return Answer.ACCUSED if reported else Answer.SILENT
    hit = any(lines == example.marked if both else lines & example.marked for lines in reported)
    return Answer.FOUND if hit else Answer.MISSED


def table(examples: Sequence[Example], columns: Sequence[Column]) -> str:
    """Return the table in Markdown: a row for each program, then the totals and the seconds."""
    rows = [["program", *(column.title for column in columns)], ["---"] * (len(columns) + 1)]
    rows += [
        [_link(example), *(column.answers.get(example.name, column.missing) for column in columns)]
        for example in examples
    ]
    for answer in Answer:
        counted = [example for example in examples if example.right in _CONCERNS[answer]]
        rows.append([f"**{answer.strip('*')}**, of {len(counted)}", *_totals(columns, answer)])
    rows.append(["**seconds**", *("" if one.missing else f"{one.seconds:.0f}" for one in columns)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def spliced(page: str, made: str) -> str:
    """Return a page with what is made put between its marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


_CONCERNS = {
    Answer.FOUND: (False,),
    Answer.MISSED: (False,),
    Answer.ACCUSED: (True,),
    Answer.SILENT: (True,),
    Answer.CRASHED: (False, True),
}
"""Whether an answer is one about right programs, wrong ones or both."""


def _link(example: Example) -> str:
    return f"[`{example.name}`](../benchmarks/races/programs/{example.name}.c)"


def _totals(columns: Sequence[Column], answer: Answer) -> list[str]:
    counts: list[Mapping[Answer, int]] = [Counter(column.answers.values()) for column in columns]
    return [
        "" if column.missing else str(count.get(answer, 0))
        for column, count in zip(columns, counts, strict=True)
    ]
