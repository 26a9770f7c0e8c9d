"""The pytest plugin: scenarios as test items, and the fixture `ipc` for scenarios that are pytest functions.

pytest loads this package at each start, also where nobody grades anything. So it holds the hooks only, and
imports what is heavy when it is used. What is graded is graded in a process of its own (`host.py`): the
tracer wants nobody else's threads, signals and children beside it, and whatever happens to a test, its
programs end with that process.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.pytest_plugin.ipc import Ipc

FILE_NAME = "exercise.yaml"
_MARKER = (
    "ipc(exercise=None, roles=None, **scenario): what the fixture `ipc` starts, and what else is said "
    "of a scenario: hint, leaves, stays, tolerates, umask, exclusive, requires, forbids, ..."
)


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"'{text}' is not a whole number from 0 on")
    return int(text)


def _positive(text: str) -> int:
    if _natural(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what can be said of a grading, by the names that `grader check` gives it."""
    group = parser.getgroup("ipc-grader", "grading of interprocess communication")
    group.addoption("--submission", type=Path, metavar="DIR", help="grade what a student handed in")
    group.addoption("--schedules", type=_positive, metavar="N", help="schedules of each script")
    group.addoption("--seed", type=_natural, default=0, metavar="N", help="of the first schedule (0)")
    group.addoption("--reveal", action="store_true", help="show the findings of hidden scenarios too")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and look whether there is something to grade."""
    config.addinivalue_line("markers", _MARKER)
    submission: Path | None = config.option.submission
    if submission is None:
        named = next((argument for argument in config.args if _is_exercise(config, argument)), None)
        if named is not None:
            raise pytest.UsageError(f"what is to be graded? pytest {named} --submission DIR")
    elif not submission.is_dir():
        what = "is not a folder" if submission.exists() else "does not exist"
        raise pytest.UsageError(f"--submission {submission} {what}; name the folder with the student's files")
    elif config.inipath is not None and submission.resolve() in config.inipath.resolve().parents:
        # Where pytest looks for its settings, it takes the option's value for a path to be tested.
        raise pytest.UsageError(
            f"pytest would take its settings from {config.inipath}, which was handed in: "
            f"write --submission={submission}"
        )


def _is_exercise(config: pytest.Config, argument: str) -> bool:
    """Whether an argument of the command line names an exercise."""
    path = config.invocation_params.dir / argument.split("::")[0]
    return path.name == FILE_NAME or (path / FILE_NAME).is_file()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the scenarios of an exercise for tests, if there is something to grade."""
    if file_path.name != FILE_NAME or parent.config.option.submission is None:
        return None
    from grader.pytest_plugin.items import ExerciseFile

    return ExerciseFile.from_parent(parent, path=file_path)


@pytest.fixture
def ipc(request: pytest.FixtureRequest) -> Ipc:
    """What the programs of a submission do together, under the grader: see docs/pytest.md."""
    from grader.pytest_plugin.functions import begin

    return begin(request)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Call a function that uses `ipc` once for each schedule."""
    if "ipc" not in pyfuncitem.funcargs:
        return (yield)
    from grader.pytest_plugin.functions import under_schedules

    with under_schedules(pyfuncitem):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of what was graded be that of the grader."""
    report = yield
    if item.config.option.submission is not None:
        from grader.pytest_plugin.reporting import amend

        amend(report, item, call)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many points were reached."""
    if terminalreporter.config.option.submission is not None:
        from grader.pytest_plugin.summary import write_points

        write_points(terminalreporter)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the processes that grade."""
    if session.config.option.submission is not None:
        from grader.pytest_plugin.link import close_all

        close_all(session.config)
