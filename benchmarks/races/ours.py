"""The programs under this grader: one schedule each, as the first scenario of any exercise is run."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import NotMeasuredError
from benchmarks.races.programs import Example
from grader.model.config import BuildConfig, Config
from grader.model.exercise import Exercise, Exit, Part, Role, Scenario, Start
from grader.model.verdict import Finding, Outcome
from grader.pipeline import Request, grade
from grader.reporters.progress import Silent

_PART = "program"
_BUILD_S = 600.0
"""All programs are built as one submission."""

_UNDECIDED = (Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.SKIPPED)


def exercise_of(examples: Sequence[Example]) -> Exercise:
    """Make an exercise whose roles are the programs, each with a scenario that starts it."""
    return Exercise(
        id="races",
        title="Programs that race, and programs that do not",
        summary="Small programs, to compare race detectors.",
        mechanisms=["shared-memory"],
        tolerates=["leftovers", "polling"],
        difficulty=1,
        hours=1,
        roles={example.name: Role(description=example.why) for example in examples},
        scenarios=[_scenario(example) for example in examples],
    )


def _scenario(example: Example) -> Scenario:
    return Scenario(
        id=example.name.replace("_", "-"),
        title=example.name,
        points=1,
        hint=example.why,
        cast={_PART: Part(role=example.name, by="submission")},
        steps=[Start(start=[_PART]), Exit(exit={_PART: [0]})],
    )


def findings(
    examples: Sequence[Example], *, jobs: int = 0, seed: int = 0
) -> Mapping[str, tuple[Finding, ...]]:
    """Grade the programs, each in one fair schedule, and return what is found, by program.

    Raises:
        NotMeasuredError: one of them could not be built or judged.
    """
    with tempfile.TemporaryDirectory() as folder:
        for example in examples:
            shutil.copy(example.path, folder)
        request = Request(
            exercise=exercise_of(examples),
            reference=Path(folder),
            submission=Path(folder),
            config=Config(build=BuildConfig(time_s=_BUILD_S)),
            schedules=1,
            strategy="fair",
            seed=seed,
            jobs=jobs,
            shrink=False,
        )
        verdict = grade(request, Silent())
    for finding in verdict.build:
        raise NotMeasuredError(f"{finding.part} does not build: {finding.message}")
    for result in verdict.scenarios:
        if result.outcome in _UNDECIDED:
            raise NotMeasuredError(f"{result.title} was not judged: {result.explanation}")
    return {result.title: result.findings for result in verdict.scenarios}


def races(example: Example, found: Sequence[Finding]) -> list[frozenset[int]]:
    """Return the lines that each finding of a race names, as a student reads them.

    What was found stands before the semicolon, and what would have helped behind it. A race may be listed
    under what has caused it, such as a lock in the wrong place.
    """
    place = re.compile(rf"\b{example.name}\.c:(\d+)")
    whole = [one for finding in found for one in (finding, *finding.effects)]
    return [
        frozenset(int(line) for line in place.findall(finding.message.partition("; ")[0]))
        for finding in whole
        if finding.check == "race"
    ]
