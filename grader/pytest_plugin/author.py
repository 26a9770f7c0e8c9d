"""Writes the script of a run: what a test function says is its steps. In the process that grades."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from grader.executors.base import Program
from grader.model.errors import UsageError
from grader.model.exercise import Step
from grader.planning import RunSpec
from grader.pytest_plugin.messages import Allowed, End, Met, Over, Said
from grader.pytest_plugin.programs import Programs
from grader.scenarios.live import Look


class AbandonedError(Exception):
    """The function ended by an error of its own, or nobody listens any more."""


class UnbuiltError(Exception):
    """It starts a program that could not be built."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class Author:
    """Writes the script of one run: what the function says is its steps.

    Args:
        connection: to pytest.
        spec: the run; its cast grows.
        programs: of the parts; grows with the cast.
        shared: what can be started.
    """

    def __init__(
        self, connection: Connection[Any, Any], spec: RunSpec, programs: dict[str, Program], shared: Programs
    ) -> None:
        self._connection = connection
        self._spec = spec
        self._programs = programs
        self._shared = shared
        self.ended = False

    def next(self) -> Step | Look | None:
        """Return what the function says next.

        Raises:
            AbandonedError: nothing, because of an error of its own.
            UnbuiltError: it starts what could not be built.
            UsageError: it starts what there is not.
        """
        while True:
            message = self._received()
            if isinstance(message, End):
                self.ended = True
                return None
            if isinstance(message, Said):
                self._enter(message)
                return message.step
            self._allow(message)

    def met(self, printed: str) -> None:
        """Tell the function that a demand is met."""
        self._connection.send(Met(printed))

    def to_the_end(self) -> None:
        """Tell the function that the run is over, and let it end."""
        if not self.ended:
            self._connection.send(Over())
        while not self.ended:
            self.ended = isinstance(self._received(), End)

    def _received(self) -> Any:
        try:
            message = self._connection.recv()
        except (EOFError, OSError) as error:
            raise AbandonedError from error
        if isinstance(message, End) and message.raised:
            raise AbandonedError
        return message

    def _enter(self, message: Said) -> None:
        """Take new parts into the cast."""
        own = self._shared.plain if self._spec.plain else self._shared.built
        for name, part in message.parts.items():
            known = own.programs if part.by == "submission" else self._shared.peers
            roles = self._shared.exercise.roles
            if part.role not in roles:
                raise UsageError(f"there is no program `{part.role}`; there are {', '.join(roles)}")
            if part.role not in known and part.by == "submission":
                raise UnbuiltError(part.role)
            if part.role not in known:
                raise UsageError(f"the reference has no program `{part.role}`")
            terminal = part.terminal if part.terminal is not None else roles[part.role].terminal
            self._spec.script.cast[name] = part.model_copy(update={"terminal": terminal})
            self._programs[name] = known[part.role]

    def _allow(self, message: Allowed) -> None:
        scenario = self._spec.scenario
        scenario.leaves.extend(message.leaves)
        scenario.stays.extend(message.stays)
        scenario.tolerates.extend(message.tolerates)
