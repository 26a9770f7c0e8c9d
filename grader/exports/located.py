"""Findings by their place in the repository that was handed in: each once, whichever scenarios it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.executors.tree import IGNORED
from grader.exports.base import Surroundings
from grader.model.errors import UsageError
from grader.model.verdict import Finding, Severity, Verdict
from grader.reporters import explain


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A finding, with its place.

    Attributes:
        finding: that of the first scenario in which it was found.
        path: of its file, relative to the repository; empty if it is in none.
        scenarios: ids of the scenarios in which it was found; empty for the build.
        hint: that of the first of them.
    """

    finding: Finding
    path: str
    scenarios: tuple[str, ...] = ()
    hint: str = ""

    @property
    def text(self) -> str:
        """What to say of it in a few lines, made harmless."""
        rows = [explain.harmless(self.finding.message)]
        rows += [f"{label}: {said}" for label, said in explain.remarks(self.finding)]
        if self.hint:
            rows.append(f"hint: {explain.harmless(self.hint)}")
        if self.scenarios:
            rows.append(f"found in: {', '.join(self.scenarios)}")
        return "\n".join(rows)


def located(verdict: Verdict, submission: Path, repository: Path) -> list[Located]:
    """Return what was found, errors first.

    Args:
        verdict: what a student may see of it.
        submission: the folder that was graded.
        repository: the checkout it is in, see `checkout`.
    """
    merged: dict[tuple[str, ...], Located] = {}
    for finding, scenario, hint in _found(verdict):
        path = _inside(submission, repository, finding.file)
        place = (path, str(finding.line)) if path else (finding.message,)
        key = (finding.check, finding.severity.value, *place)
        known = merged.setdefault(key, Located(finding=finding, path=path, hint=hint))
        if scenario:
            merged[key] = replace(known, scenarios=(*known.scenarios, scenario))
    return sorted(merged.values(), key=lambda one: one.finding.severity is not Severity.ERROR)


def _found(verdict: Verdict) -> Iterator[tuple[Finding, str, str]]:
    for finding in verdict.build:
        yield finding, "", ""
    if explain.failed_to_build(verdict):
        return
    for scenario in verdict.scenarios:
        for finding in scenario.findings:
            yield finding, scenario.id, scenario.hint


def checkout(surroundings: Surroundings, variable: str) -> Path:
    """Return the repository that was handed in.

    Args:
        surroundings: where the result is made.
        variable: in which the system names its folder.

    Raises:
        UsageError: the variable is missing, or the submission is elsewhere: a link in a repository could
            lead to anybody's programs.
    """
    repository = Path(surroundings.variable(variable)).resolve()
    submission = surroundings.submission.resolve()
    if not submission.is_relative_to(repository):
        raise UsageError(
            f"the submission {explain.one_line(str(submission))} is not in ${variable}, {repository}"
        )
    return repository


def _inside(submission: Path, repository: Path, file: str) -> str:
    # Who changes a name so that it can be shown, names another file.
    if not file or file != explain.one_line(file):
        return ""
    folder = submission.resolve()
    while not (folder / file).is_file():
        # A folder that holds nothing but a folder is graded as that one.
        only = [path for path in folder.iterdir() if path.name not in IGNORED]
        if len(only) != 1 or only[0].is_symlink() or not only[0].is_dir():
            return ""
        folder = only[0]
    return (folder / file).relative_to(repository).as_posix()
