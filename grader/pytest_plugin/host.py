"""The process that grades: `python -P -m grader.pytest_plugin.host FD PARENT`.

It gets one task over a socket, says what pytest asks of it, and ends when the socket does, or pytest.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from grader.catalogue.load import load_exercise
from grader.config import reference_of
from grader.model.errors import GraderError
from grader.model.verdict import Verdict
from grader.pipeline import Request, grade
from grader.pytest_plugin.messages import Failure, GradeTask
from grader.pytest_plugin.settings import settings
from grader.pytest_plugin.trials import serve_functions
from grader.reporters.progress import Silent

_PR_SET_PDEATHSIG = 1


class Questions:
    """The scenarios that pytest asks for, each behind those it depends on; answers when one was graded.

    Args:
        connection: to pytest.
        needs: for each scenario that may be asked for, those it depends on.
    """

    def __init__(self, connection: Connection[Any, Any], needs: Mapping[str, Sequence[str]]) -> None:
        self._connection = connection
        self._needs = needs
        self._done: set[str] = set()
        self._verdict: Verdict | None = None

    def so_far(self, verdict: Verdict) -> None:
        """Keep what is known by now."""
        self._verdict = verdict

    def __iter__(self) -> Iterator[str]:
        """Yield ids until nobody asks any more."""
        while True:
            try:
                name = self._connection.recv()
            except (EOFError, OSError):
                return
            for one in self._in_order(name):
                self._done.add(one)
                yield one
            self._connection.send(self._verdict)

    def _in_order(self, name: str) -> Iterator[str]:
        if name in self._done or name not in self._needs:
            return
        for other in self._needs[name]:
            yield from self._in_order(other)
        yield name


def grade_for(connection: Connection[Any, Any], task: GradeTask) -> None:
    """Grade the scenarios that pytest asks for.

    Raises:
        GraderError: they cannot be graded.
    """
    exercise = load_exercise(task.exercise)
    config = settings(task.exercise)
    chosen = [scenario for scenario in exercise.scenarios if scenario.id in task.scenarios]
    questions = Questions(connection, {scenario.id: scenario.depends_on for scenario in chosen})
    request = Request(
        exercise=exercise,
        reference=reference_of(task.exercise.parent),
        submission=task.submission,
        config=config,
        seed=task.seed,
        schedules=task.schedules,
        scenarios=task.scenarios,
        jobs=task.jobs,
        runs=Path(config.reports.runs),
    )
    grade(request, Silent(), questions.so_far, questions)


def serve(connection: Connection[Any, Any]) -> None:
    """Do what the first message says. What goes wrong is told as a `Failure`."""
    try:
        task = connection.recv()
        if isinstance(task, GradeTask):
            grade_for(connection, task)
        else:
            serve_functions(connection, task)
    except (EOFError, BrokenPipeError):
        return
    except GraderError as error:
        connection.send(Failure(str(error)))
    except Exception as error:
        connection.send(Failure(f"{type(error).__name__}: {error}"))


def main(arguments: list[str]) -> None:
    """Begin: Ctrl-C is for pytest, and without it nobody needs us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    fd, parent = int(arguments[0]), int(arguments[1])
    if os.getppid() == parent:
        serve(Connection(fd))


if __name__ == "__main__":
    main(sys.argv[1:])
