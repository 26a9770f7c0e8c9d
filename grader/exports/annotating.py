"""The log of a GitHub Actions job: commands by which the runner marks the lines of findings.

Commands are lines of a job's output, `::error file=...::text`: no line of a student's is printed as it is
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grader.exports.located import Located
from grader.model.verdict import Severity, Verdict
from grader.reporters import explain

_ANNOTATIONS_MAX: Final = 10  # of errors, and of warnings, that GitHub shows for a step
_MESSAGE_MAX: Final = 4000


def log(verdict: Verdict, found: list[Located]) -> str:
    """Return the log: an annotation for each finding, as many as GitHub shows, and the points.

    Args:
        verdict: what the reader may see of it.
        found: its findings, errors first.
    """
    return "".join(f"{line}\n" for line in _lines(verdict, found))


def command(name: str, text: str, **properties: str) -> str:
    """Return a line the runner takes for a command, whatever is in the text."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    cut = text if len(text) <= _MESSAGE_MAX else f"{text[:_MESSAGE_MAX]} [...]"
    return f"::{name} {told}::{_data(cut)}"


def _lines(verdict: Verdict, found: list[Located]) -> Iterator[str]:
    errors = [one for one in found if one.finding.severity is Severity.ERROR]
    advice = [one for one in found if one.finding.severity is Severity.ADVICE]
    undecided = explain.open_question(verdict)
    if undecided:
        yield command("warning", undecided, title="not decided")
    yield from _annotations("error", errors, _ANNOTATIONS_MAX)
    yield from _annotations("warning", advice, _ANNOTATIONS_MAX - bool(undecided))
    yield explain.summary(verdict)


def _annotations(level: str, found: list[Located], most: int) -> Iterator[str]:
    shown = found if len(found) <= most else found[: most - 1]
    for one in shown:
        place = {"file": one.path, "line": str(max(one.finding.line, 1))} if one.path else {}
        yield command(level, one.text, **place, title=explain.headline(one.finding))
    if len(shown) < len(found):
        rest = explain.count(len(found) - len(shown), "more finding")
        yield command(level, f"{rest}: see the whole report", title="more")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
