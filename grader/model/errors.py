"""The errors this package raises on purpose.

GraderError
  UsageError         the command line or a path on it is wrong
  CatalogueError     one or more problems in an exercise or configuration file
  SubmissionError    the submission cannot be graded as it is (empty, a role missing)
  HostError          this machine lacks something; says what and how to get it
  InternalError      a defect of the grader itself; never costs marks
"""

from __future__ import annotations

from dataclasses import dataclass


class GraderError(Exception):
    """Base of all errors whose text is meant for the person at the terminal."""


class UsageError(GraderError):
    """The command line is wrong: an unknown exercise, a missing folder, a bad option."""


class SubmissionError(GraderError):
    """The submission cannot be graded: missing, empty, or without a needed role."""


class HostError(GraderError):
    """The machine cannot do what is asked; the text says what is missing and how to get it."""


class InternalError(GraderError):
    """Something that should never happen did; the fault is the grader's, not the submission's."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a YAML file.

    Attributes:
        file: path as the user knows it.
        line: 1-based line; 0 when the problem is the file as a whole.
        column: 1-based column; 0 when the problem is the file as a whole.
        message: what was found, what was expected, and the nearest valid word where there is one.
        excerpt: the offending source line, without its newline; empty if unknown.
    """

    file: str
    line: int
    column: int
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        """Render as `file:line:column: message` with the source line and a caret below."""
        where = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: "
        text = where + self.message
        if self.excerpt and self.column:
            text += f"\n    {self.excerpt}\n    {' ' * (self.column - 1)}^"
        return text


class CatalogueError(GraderError):
    """All problems found in the YAML files that were read, never only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
