"""What a report format provides.

Every module of this package has an attribute `REPORTER`: a `Reporter` where the module is a format for
verdicts, and None where it shows something else (a history, the catalogue, progress). It must be there
either way, so that a format whose author forgot to declare it is an error and not a silent absence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from grader.model.verdict import Verdict


class Render(Protocol):
    """Turn a verdict into the text of a report; never fails, whatever a student's program printed."""

    def __call__(self, verdict: Verdict, *, reveal_hidden: bool = False) -> str:
        """Return the report.

        Args:
            verdict: what to report.
            reveal_hidden: show the findings of hidden scenarios too; for teachers only.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """One output format.

    Attributes:
        media_type: of the text, e.g. `application/json`.
        suffix: usual end of a file's name, with its dot.
        render: see Render.
    """

    media_type: str
    suffix: str
    render: Render
