"""What is built for a grading: no program that none of its runs starts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader import building
from grader.catalogue.load import load_exercise
from grader.config import site_root
from grader.executors.base import Program
from grader.executors.build import Build
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig, Config, LimitsConfig
from grader.planning import make_plan

PROGRAM = Program(role="counter", language="c", argv=("/submission/counter",), instrumented=True)


@contextlib.contextmanager
def no_box(_isolation: str, _limits: LimitsConfig) -> Iterator[None]:
    yield None


@pytest.mark.parametrize(("schedules", "expected"), [(1, [True]), (2, [False, True])])
def test_the_program_without_the_run_time_is_built_if_a_run_may_need_it(
    schedules: int, expected: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []

    def build(
        _tree: SourceTree,
        _roles: Sequence[str],
        _box: None,
        _config: BuildConfig,
        *,
        instrument: bool,
        flags: Sequence[str],
    ) -> Build:
        made.append(instrument)
        return Build(programs={"counter": PROGRAM}, archive=b"a", log="", findings=(), sources={})

    monkeypatch.setattr(building, "open_box", no_box)
    monkeypatch.setattr(building, "build", build)
    exercise = load_exercise(site_root() / "exercises" / "shm-counter" / "exercise.yaml")
    plan = make_plan(exercise, Config(), schedules=schedules)
    tree = SourceTree(files={}, modes={}, notes=[])

    _built, cause = building.build_all(exercise, Path("reference"), tree, plan, Config(), "full")

    assert sorted(made) == expected
    assert bool(cause.plain_programs) == (schedules > 1)
