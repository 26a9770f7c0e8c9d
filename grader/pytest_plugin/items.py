"""An exercise as a file of tests: each scenario is an item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.catalogue.load import load_exercise
from grader.model.config import Config
from grader.model.errors import CatalogueError, GraderError
from grader.model.exercise import Exercise, Scenario
from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.planning import expand
from grader.pytest_plugin.link import hosts
from grader.pytest_plugin.messages import GradeTask
from grader.pytest_plugin.reporting import ISOLATION, POINTS, POINTS_MAX, Shown, shown
from grader.pytest_plugin.settings import settings
from grader.reporters import explain


class ExerciseFile(pytest.File):
    """An `exercise.yaml`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each scenario."""
        try:
            exercise, config = load_exercise(self.path), settings(self.path)
        except CatalogueError as error:
            raise self.CollectError(str(error)) from error
        for mechanism in exercise.mechanisms:
            self.config.addinivalue_line("markers", f"{mechanism}: exercises about {mechanism}")
        budgets = {scenario.id: _budget_s(scenario, config) for scenario in exercise.scenarios}
        for scenario in exercise.scenarios:
            item = ScenarioItem.from_parent(self, name=scenario.id, scenario=scenario)
            for mechanism in exercise.mechanisms:
                item.add_marker(mechanism)
            if self.config.pluginmanager.hasplugin("timeout"):
                graded = _needed(scenario, exercise)
                budget = 2 * config.build.time_s + sum(budgets[name] for name in graded)
                item.add_marker(pytest.mark.timeout(budget))
            yield item


def _budget_s(scenario: Scenario, config: Config) -> float:
    """Return how long a scenario may take at most if all goes as it should, generously.

    Schedules and faults are tried for so many seconds each; the runs that were begun by then are ended by
    their own limit, and so are those in which a failing schedule is made small.
    """
    scripts = len(expand(scenario))
    return 2 * config.exploration.seconds + (scripts + config.exploration.shrink) * config.limits.wall_s


def _needed(scenario: Scenario, exercise: Exercise) -> set[str]:
    """Return a scenario and all it depends on."""
    found, ahead = set(), [scenario.id]
    while ahead:
        name = ahead.pop()
        one = exercise.scenario(name)
        if one is not None and name not in found:
            found.add(name)
            ahead += one.depends_on
    return found


_GRADINGS = pytest.StashKey["Gradings"]()


class ScenarioItem(pytest.Item):
    """A scenario. It is graded in `setup`, so that what could not be decided is an error and no failure."""

    def __init__(self, *, scenario: Scenario, **rest: Any) -> None:
        super().__init__(**rest)
        self._scenario = scenario
        self._shown: Shown | None = None
        self._outcome = Outcome.ERROR

    def setup(self) -> None:
        """Grade the scenario."""
        gradings = self.config.stash.setdefault(_GRADINGS, Gradings())
        try:
            verdict, result = gradings.result(self)
        except GraderError as error:
            raise Shown(f"{self.name} could not be graded: {error}", str(error)) from None
        self._outcome = result.outcome
        self.user_properties += [(POINTS, result.points), (POINTS_MAX, result.points_max)]
        if explain.isolation_warning(verdict):
            self.user_properties.append((ISOLATION, verdict.isolation))
        self._shown = shown(verdict, result, reveal_hidden=self.config.option.reveal)
        if result.findings and all(finding.check == "build" for finding in result.findings):
            first = gradings.unbuilt.setdefault(self.path, self.name)
            if first != self.name:
                self._shown = Shown(f"Nothing was run: see {first}.", self._shown.summary, decided=True)
        if result.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE):
            raise self._shown

    def runtest(self) -> None:
        """Say what came of it."""
        assert self._shown is not None
        if self._outcome is Outcome.SKIPPED:
            pytest.skip(self._shown.summary)
        if self._outcome is Outcome.FAILED:
            raise self._shown

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it is, and how it is called."""
        return self.path, None, self.name


class Gradings:
    """The gradings of a session: one for each exercise, begun when the first scenario of it is run.

    Attributes:
        unbuilt: for each exercise the first scenario that failed because nothing could be built.
    """

    def __init__(self) -> None:
        self.unbuilt: dict[Path, str] = {}
        self._broken: dict[Path, str] = {}

    def result(self, item: ScenarioItem) -> tuple[Verdict, ScenarioResult]:
        """Return the verdict so far, and what came of an item.

        Raises:
            GraderError: it could not be graded.
        """
        path = item.path
        if path in self._broken:
            raise GraderError(self._broken[path])
        host = hosts(item.config).get(_task(item))
        host.send(item.name)
        try:
            verdict: Verdict = host.receive()
        except GraderError as error:
            self._broken[path] = str(error)
            raise
        result = next(scenario for scenario in verdict.scenarios if scenario.id == item.name)
        return verdict, result


def _task(item: ScenarioItem) -> GradeTask:
    """Return how the exercise of an item is graded: all its scenarios that pytest will run."""
    options = item.config.option
    chosen = [
        one.name for one in item.session.items if isinstance(one, ScenarioItem) and one.path == item.path
    ]
    return GradeTask(
        exercise=item.path,
        submission=options.submission,
        scenarios=tuple(chosen),
        seed=options.seed,
        schedules=options.schedules,
        jobs=1 if hasattr(item.config, "workerinput") else 0,  # pytest-xdist has others beside us
    )
