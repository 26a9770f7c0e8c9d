"""Artemis: JUnit XML, of which it takes each test case for a test of its own.

With one suite at the top, a test's key is its test case's name; they begin with the scenarios' ids. Tests are
given points in Artemis, not by us.
"""

from __future__ import annotations

from typing import Final

from grader.exports.base import Document, Result, Surroundings, Target
from grader.model.verdict import Verdict
from grader.reporters import junit

REPORT: Final = "ipc-grader.xml"


def _render(verdict: Verdict, surroundings: Surroundings) -> list[Document]:
    text = junit.render(verdict, reveal_hidden=surroundings.reveal_hidden)
    return [Document(text=text, path=surroundings.folder / REPORT)]


TARGET: Final = Target(title="Artemis", result=Result(render=_render))
