"""Test functions that use `ipc`: which programs are theirs, and how they are called for each schedule."""

from __future__ import annotations

import contextlib
import functools
import linecache
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from grader.config import EXERCISES_NAME, site_root
from grader.model.errors import GraderError, UsageError
from grader.model.exercise import Scenario
from grader.model.verdict import Outcome, Verdict
from grader.pytest_plugin.ipc import Ipc
from grader.pytest_plugin.link import Host, hosts
from grader.pytest_plugin.messages import (
    Allowed,
    End,
    FunctionsTask,
    Go,
    Met,
    Mistake,
    Said,
    Trial,
    placeholder,
)
from grader.pytest_plugin.reporting import Shown, shown

_FILE_NAME = "exercise.yaml"
_SAYABLE: Final = (
    "hint", "leaves", "stays", "tolerates", "umask", "exclusive", "unnamed", "closes_on_exec", "requires",
    "forbids", "overtaken",
)  # fmt: skip
"""The keys of a scenario that stand for themselves, and not for what a function does."""


class _RunOver(BaseException):
    """Ends the function when its run has ended; not an `Exception`, so that nobody takes it for one."""


class Line:
    """What a function says, on its way to the process that grades.

    Args:
        task: whose programs.
        trial: what is said of the function.
        config: pytest's.
    """

    def __init__(self, task: FunctionsTask, trial: Trial, config: pytest.Config) -> None:
        self._task = task
        self._trial = trial
        self._config = config
        self._host: Host | None = None
        self._running = False
        self.place = ""
        self.schedule = ""

    def say(self, message: Said | Allowed) -> None:
        """Say something that is not answered."""
        self._talking().send(message)

    def ask(self, message: Said) -> str:
        """Say a demand, and return what came of it when it is met."""
        host = self._talking()
        self.place = _caller()
        host.send(message)
        answer = host.receive()
        if isinstance(answer, Met):
            self.place = ""
            return answer.printed
        self._running = False
        raise _RunOver

    def _talking(self) -> Host:
        if self._host is None or not self._running:
            raise UsageError("no run is going on: `ipc` is for the test function itself")
        return self._host

    def perform(self, function: Callable[[], object]) -> Verdict | Mistake:
        """Call a function once for each schedule, and return what came of it.

        Raises:
            GraderError: nothing could be run.
        """
        self._host = hosts(self._config).get(self._task)
        self._host.send(self._trial)
        while not isinstance(answer := self._host.receive(), Verdict | Mistake):
            if isinstance(answer, Go):  # and not the end of a run that somebody abandoned
                self.schedule = answer.schedule
                self._call(function, self._host)
        return answer

    def _call(self, function: Callable[[], object], host: Host) -> None:
        self._running = True
        try:
            with contextlib.suppress(_RunOver):
                function()
        except BaseException as error:
            host.send(End(raised=True))
            error.add_note(f"in the run under this schedule: {self.schedule}")
            raise
        finally:
            self._running = False
        host.send(End(raised=False))


def begin(request: pytest.FixtureRequest) -> Ipc:
    """Return the fixture for a test; nothing is built or run before the test is called."""
    config = request.config
    if config.option.submission is None:
        pytest.fail("whose programs? pytest ... --submission DIR", pytrace=False)
    said: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("ipc"))):
        if marker.args:
            pytest.fail("the marker `ipc` has named arguments only, as exercise='...'", pytrace=False)
        said |= marker.kwargs
    try:
        task = _task(request.path, config.option.submission, said.pop("exercise", ""), said.pop("roles", ()))
        scenario = _scenario(request.node, said)
    except UsageError as error:
        raise Shown(str(error), str(error)) from None
    options = config.option
    line = Line(task, Trial(scenario=scenario, seed=options.seed, schedules=options.schedules), config)
    return Fixture(line)


class Fixture(Ipc):
    """What a test function gets as `ipc`."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self.line = line

    def again(self) -> None:
        """Forget the parts of the run before."""
        self._names.clear()
        self._new.clear()


def _task(test: Path, submission: Path, exercise: str, roles: tuple[str, ...]) -> FunctionsTask:
    """Find out whose programs a test starts.

    Raises:
        UsageError: nobody says so.
    """
    if roles:
        return FunctionsTask(exercise=None, roles=tuple(roles), submission=submission)
    beside = (folder / _FILE_NAME for folder in test.parents)
    path = next((file for file in beside if file.is_file()), None)
    if exercise:
        near = test.parent / exercise / _FILE_NAME
        path = near if near.is_file() else site_root(test.parent) / EXERCISES_NAME / exercise / _FILE_NAME
        if not path.is_file():
            raise UsageError(f"there is no exercise `{exercise}`: no {path}")
    if path is None:
        raise UsageError(
            "which programs? The test lies in no exercise's folder: say @pytest.mark.ipc(exercise='...') or "
            "@pytest.mark.ipc(roles=['...'])"
        )
    return FunctionsTask(exercise=path, roles=(), submission=submission)


def _scenario(node: pytest.Function, said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a test function, by the keys of a scenario.

    Raises:
        UsageError: there is something that cannot be said.
    """
    if unknown := [key for key in said if key not in _SAYABLE]:
        raise UsageError(
            f"the marker `ipc` has no `{unknown[0]}`; it has exercise, roles, {', '.join(_SAYABLE)}"
        )
    title = (node.function.__doc__ or node.name).strip().splitlines()[0]
    name = re.sub(r"[^a-z0-9]+", "-", node.name.lower()).strip("-")
    whole = {"id": name if name[0].isalpha() else f"test-{name}", "title": title, "hint": "", **said}
    try:
        Scenario.model_validate({**whole, **placeholder("any")})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(word) for word in first["loc"])
        raise UsageError(f"the marker `ipc`: {where}: {first['msg']}") from error
    return whole


@contextlib.contextmanager
def under_schedules(item: pytest.Function) -> Iterator[None]:
    """Let an item's function be called once for each schedule, and judge what it did."""
    fixture = item.funcargs["ipc"]
    if not isinstance(fixture, Fixture):  # somebody else's fixture of this name
        yield
        return
    original = item.obj

    @functools.wraps(original)
    def explored(**arguments: object) -> None:
        def once() -> None:
            fixture.again()
            original(**arguments)

        try:
            verdict = fixture.line.perform(once)
        except UsageError:  # the test's own mistake, which its traceback shows
            raise
        except GraderError as error:
            raise Shown(f"{item.name} could not be run: {error}", str(error)) from None
        if isinstance(verdict, Mistake):
            raise Shown(f"{item.name}: {verdict.text}", verdict.text, decided=True)
        result = verdict.scenarios[0]
        if result.outcome is not Outcome.PASSED:
            raise shown(verdict, result, reveal_hidden=True, place=fixture.line.place)

    item.obj = explored
    try:
        yield
    finally:
        item.obj = original


def _caller() -> str:
    """Return the line of the test that is being performed, as `test_note.py:12: ipc.expect_output(...)`."""
    own = str(Path(__file__).parent)
    frames = (frame for frame in reversed(traceback.extract_stack()) if not frame.filename.startswith(own))
    frame = next(frames)
    line = linecache.getline(frame.filename, frame.lineno or 0).strip()
    return f"{Path(frame.filename).name}:{frame.lineno}: {line}"
