"""`grader check --format TARGET`: the result as an LMS or CI system reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader import registry
from grader.catalogue.messages import nearest
from grader.deciding import ungraded
from grader.exports.base import Result, Surroundings, Target
from grader.model.errors import GraderError, UsageError
from grader.model.verdict import Verdict
from grader.pipeline import Request, grade
from grader.reporters import explain
from grader.reporters.progress import Silent


def find_target(name: str) -> Target:
    """Return a target.

    Raises:
        UsageError: there is none of that name; the text suggests the nearest.
    """
    known: Mapping[str, Target] = registry.load("grader.exports.targets", "TARGET")
    if name in known:
        return known[name]
    near = nearest(name, known)
    hint = f"; did you mean `{near}`?" if near else ""
    raise UsageError(f"there is no target `{name}`{hint} (there are {', '.join(known)})")


def check(request: Request, target: str, *, reveal_hidden: bool) -> int:
    """Grade a submission and write the result for a target; return the exit status the target wants.

    Nothing else is printed: what a student's program prints never shares a channel with the result.

    Raises:
        UsageError: the target takes no result, or its variables are missing.
    """
    result = find_target(target).result
    if result is None:
        raise UsageError(f"{target} reads no result of ours; leave out --format")
    surroundings = Surroundings(
        environment=dict(os.environ),
        folder=Path.cwd(),
        exercise=request.exercise,
        submission=request.submission,
        reveal_hidden=reveal_hidden,
    )
    result.check(surroundings)

    def so_far(verdict: Verdict) -> None:
        if result.partial:
            _deliver(result, verdict, surroundings)

    try:
        verdict = grade(request, Silent(), so_far)
    except GraderError as error:
        sys.stderr.write(_said(error))
        verdict = ungraded(request.exercise, str(request.submission), error)
    _deliver(result, verdict, surroundings)
    return result.status(verdict)


def write(path: Path, text: str) -> None:
    """Replace a file at one stroke.

    Raises:
        UsageError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        # In a folder where students put files, this name could be a link to somewhere else.
        temporary.unlink(missing_ok=True)
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _said(error: GraderError) -> str:
    """Return the lines that say why nothing was graded: CI systems take some lines of stderr for commands."""
    rows = explain.harmless(str(error)).replace("##[", "## [").split("\n")
    return "".join(f"grader: {row}\n" for row in rows)


def _deliver(result: Result, verdict: Verdict, surroundings: Surroundings) -> None:
    # Nobody who reads this gets at the stored runs: they lie on a machine that is gone.
    told = replace(verdict, run_dir="")
    for document in result.render(told, surroundings):
        if document.path is None:
            sys.stdout.write(document.text)
            sys.stdout.flush()
        elif document.append:
            _append(document.path, document.text)
        else:
            write(document.path, document.text)


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
