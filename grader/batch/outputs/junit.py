"""JUnit of a class: a suite for an exercise, a case for each student and scenario, made while it is written.

The dialect is that of `reporters/junit.py`. What is not graded is an `<error>`, never a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from grader.batch.journal import Row
from grader.batch.model import Status
from grader.reporters.explain import harmless, one_line

_NOT_GRADED = "grading"


def lines(exercise: str, rows: Callable[[], Iterable[Row]]) -> Iterator[str]:
    """Yield the report.

    Args:
        exercise: its id.
        rows: what was graded; is asked twice, for the counts stand first.
    """
    counts: Counter[str] = Counter()
    seconds = 0.0
    for row in rows():
        seconds += row.result.seconds
        for _name, kind, _message, _text, _time in _cases(row):
            counts[kind] += 1
    told = f'tests="{counts.total()}" failures="{counts["failure"]}" errors="{counts["error"]}"'
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {told} time="{seconds:.3f}">\n'
    yield f"<testsuite name={quoteattr(exercise)} {told} "
    yield f'skipped="{counts["skipped"]}" time="{seconds:.3f}">\n'
    for row in rows():
        student = quoteattr(one_line(row.entry.label))
        for name, kind, message, text, time in _cases(row):
            yield f'<testcase classname={student} name={quoteattr(one_line(name))} time="{time:.3f}"'
            if kind == "passed":
                yield "/>\n"
            elif kind == "skipped":
                yield f"><skipped message={quoteattr(one_line(message))}/></testcase>\n"
            else:
                yield f"><{kind} message={quoteattr(one_line(message))} type={quoteattr(text or kind)}>"
                yield f"{escape(harmless(message))}</{kind}></testcase>\n"
    yield "</testsuite>\n</testsuites>\n"


def _cases(row: Row) -> Iterator[tuple[str, str, str, str, float]]:
    """Yield (name, kind, message, type, seconds)."""
    if row.result.status not in (Status.GRADED, Status.UNDECIDED):
        yield _NOT_GRADED, "error", row.result.reason or row.result.status.value, row.result.status.value, 0.0
        return
    for scenario in row.result.scenarios:
        findings = scenario["findings"]
        message = findings[0]["message"] if findings else scenario["outcome"]
        kind = {"passed": "passed", "failed": "failure", "skipped": "skipped"}.get(
            scenario["outcome"], "error"
        )
        yield scenario["id"], kind, message, findings[0]["check"] if findings else "", scenario["seconds"]
