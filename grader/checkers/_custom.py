"""Checks that an exercise brings along, in Python: what they are, and how they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.checkers.base import Spec
from grader.model.errors import InternalError
from grader.model.history import History
from grader.model.verdict import Finding

EXPLAINS = frozenset({"ordering", "blocking", "exit-status", "output"})
"""What a check of an exercise explains if it does not say otherwise: that things went wrong in the end."""

EXPLAINS_NAME = "__explains__"
"""Attribute of a check's function that says what else it explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomCheck:
    """A check that comes with an exercise.

    Attributes:
        id: a finding's first word, and a mutant's folder.
        rule: what a program has to do, in one sentence.
        explains: built-in checks whose findings are listed under those of this one.
        function: the judge.
        file: the name of the file it stands in, for messages.
    """

    id: str
    rule: str
    explains: frozenset[str]
    function: Callable[[History, Spec], object]
    file: str


def ask(check: CustomCheck, history: History, spec: Spec) -> list[Finding]:
    """Return what a check finds in a run, with its id and its rule.

    Raises:
        InternalError: it failed, or what it returned is no list of findings. The text says where.
    """
    try:
        found = check.function(history, spec)
    except Exception as error:
        raise InternalError(
            f"{_place(check, error)}: the check `{check.id}` failed: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(found, list) or not all(isinstance(one, Finding) for one in found):
        raise InternalError(f"{check.file}: the check `{check.id}` did not return a list of findings")
    for one in found:
        if one.check not in ("", check.id):
            raise InternalError(f"{check.file}: the check `{check.id}` made a finding of `{one.check}`")
        if any(not 0 <= index < len(history.ops) for index in one.ops):
            raise InternalError(f"{check.file}: the check `{check.id}` names an operation that is not there")
    return [replace(one, check=check.id, why=one.why or check.rule) for one in found]


def _place(check: CustomCheck, error: Exception) -> str:
    """Return the last line of the check's own file on the way to an error."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == check.file:
            line = step.tb_lineno
        step = step.tb_next
    return f"{check.file}:{line}" if line else check.file
