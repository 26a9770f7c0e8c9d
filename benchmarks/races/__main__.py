"""`python -m benchmarks.races [PROGRAM...]`: ask tools about programs, and write the table of docs/races.md.

With names (or beginnings of names) only those programs are compared, and the page is left as it is. Exit
status: 0 this grader finds all and accuses none, 1 not, 2 could not be measured.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from benchmarks.measure import ROOT, NotMeasuredError, machine
from benchmarks.races import ours
from benchmarks.races.judging import Answer, Column, judge, spliced, table
from benchmarks.races.programs import Example, read_all
from benchmarks.races.tools import TOOLS, Tool

PAGE = ROOT / "docs" / "races.md"


def by_this_grader(examples: Sequence[Example]) -> Column:
    """Put the programs to this grader, one schedule each."""
    began = time.perf_counter()
    found = ours.findings(examples)
    answers = {
        example.name: judge(example, ours.races(example, found[example.name]), both=True)
        for example in examples
    }
    return Column("this grader, 1 schedule", answers, time.perf_counter() - began)


def by_tool(tool: Tool, examples: Sequence[Example]) -> Column:
    """Put the programs to another tool, one after the other."""
    if tool.missing:
        return Column(tool.title, missing=tool.missing)
    began = time.perf_counter()
    answers = {example.name: tool.ask(example) for example in examples}
    return Column(tool.title, answers, time.perf_counter() - began)


def main() -> int:
    """Print the table, and write it into the page if all programs were compared."""
    only = sys.argv[1:]
    try:
        examples = read_all(only)
        columns = [by_this_grader(examples)]
        columns += [by_tool(tool, examples) for tool in TOOLS]
    except NotMeasuredError as error:
        print(f"races: {error}")
        return 2
    made = table(examples, columns)
    print(made)
    print(f"  {machine()}")
    if not only:
        PAGE.write_text(spliced(PAGE.read_text(), made))
    wrong = {Answer.MISSED, Answer.ACCUSED} & set(columns[0].answers.values())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
