"""The programs under this grader: one run each, in the schedule that every scenario is run in first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from benchmarks.measure import NotMeasuredError
from benchmarks.races.programs import FOLDER, Example
from grader.building import build_all
from grader.executors.tree import SourceTree
from grader.exploration import Explorer
from grader.judging import Judged
from grader.model.config import BuildConfig, Config
from grader.model.exercise import Exercise, Exit, Part, Role, Scenario, Start
from grader.model.verdict import Finding, Severity
from grader.planning import FAIR, make_plan
from grader.sandbox.doctor import choose_isolation

_PART = "program"
_BUILD_S = 600.0
"""All programs are built as one submission."""


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


def findings(examples: Sequence[Example], *, jobs: int = 1, seed: int = 0) -> Mapping[str, Sequence[Finding]]:
    """Run each program once, in a fair schedule, and return what is found, by program.

    Raises:
        NotMeasuredError: one of them could not be built or judged.
    """
    exercise, config = exercise_of(examples), Config(build=BuildConfig(time_s=_BUILD_S))
    tree = SourceTree(files={one.path.name: one.path.read_bytes() for one in examples}, modes={})
    plan = make_plan(exercise, config, seed=seed, schedules=1, strategy=FAIR)
    isolation = choose_isolation(config.isolation)
    built, cause = build_all(exercise, FOLDER, tree, plan, config, isolation)
    broken = next((finding for finding in built.findings if finding.severity is Severity.ERROR), None)
    if broken is not None:
        raise NotMeasuredError(f"{broken.part} does not build: {broken.message}")
    with Explorer(cause, jobs) as explorer:
        pending = [explorer.submit(spec) for spec in plan]
        return {spec.scenario.title: _found(one.result()) for spec, one in zip(plan, pending, strict=True)}


def _found(judged: Judged) -> Sequence[Finding]:
    if judged.error or judged.undecided:
        name = judged.spec.scenario.title
        raise NotMeasuredError(f"{name} was not judged: {judged.error or judged.undecided}")
    return [finding for finding in judged.findings if finding.severity is Severity.ERROR]


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
