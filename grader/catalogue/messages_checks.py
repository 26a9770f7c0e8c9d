"""The words for what is wrong with the checks that an exercise brings along, `checks.py`."""

from __future__ import annotations

from collections.abc import Iterable

from grader.catalogue.messages import listed, word

SURFACE = "grader.authoring"
"""What checks import from this package."""

NO_CHECK = "there is no check in this file: a public function `def my_check(history: History, spec: Spec)`"
NOT_TEXT = "this file is no text in UTF-8"


def unreadable(reason: str) -> str:
    """Say that the file cannot be read."""
    return f"this file cannot be read: {reason}"


def no_python(reason: str) -> str:
    """Say that the text is not Python."""
    return f"this is not Python: {reason}"


def foreign_import(name: str, allowed: Iterable[str]) -> str:
    """Say that a module must not be imported."""
    return (
        f"a check sees the history and nothing else, so it does not import {word(name)}; "
        f"it may import `{SURFACE}`, {listed(sorted(allowed), 'and')}"
    )


def impure_call(name: str) -> str:
    """Say that a function must not be called."""
    return f"a check sees the history and nothing else, so it does not call {word(name)}"


GLOBAL = "a check remembers nothing from one run to the next, so there is no `global`"


def not_loaded(error: BaseException) -> str:
    """Say that the module's own code failed."""
    return f"this file cannot be executed: {type(error).__name__}: {error}"


def wrong_signature(name: str) -> str:
    """Say that a public function does not have the form of a check."""
    return (
        f"the check {word(name)} must be `def {name}(history: History, spec: Spec) -> list[Finding]:`; "
        "the name of a function that is no check begins with `_`"
    )


def bad_name(name: str) -> str:
    """Say that a function cannot give a check its id."""
    return f"the check {word(name)} must have a name of lower-case letters, digits and `_`"


def no_rule(name: str) -> str:
    """Say that a check lacks the sentence for students."""
    return (
        f"the check {word(name)} has no rule: begin its docstring with one sentence that says what "
        "a program has to do; students read it"
    )


def taken(check: str) -> str:
    """Say that a built-in check has this id."""
    return f"there is a check {word(check)} already, which every exercise has; choose another name"


def twice(name: str, line: int) -> str:
    """Say that two checks have one name."""
    return f"a function {word(name)} stands on line {line} already"
