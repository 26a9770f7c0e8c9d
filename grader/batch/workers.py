"""Has gradings made by worker processes, one for each thread that asks. Survives whatever they die of."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from grader.batch.grading import MismatchError
from grader.batch.model import Result, Status, Task

REAL: Final = "grader.batch.grading:grade_task"
"""The function that grades, as `MODULE:FUNCTION`."""

_ATTEMPTS = 2
_SECONDS_MAX = 3600.0
"""After so long a grading hangs: every stage of it has bounds that end sooner."""
_TASKS_MAX = 500
"""A worker is replaced after so many: what it holds on to goes with it."""
_GRACE_S = 1.0


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection[Task, Result | Exception]
    tasks: int = 0


class Workers:
    """The worker processes of one engine.

    Args:
        place: the function that grades.
        cores: where they run, the first on the first and so on, in turn; none: wherever the kernel likes.
    """

    def __init__(self, place: str = REAL, cores: Sequence[int] = ()) -> None:
        self._place = place
        self._cores = itertools.cycle([str(core)] for core in cores) if cores else itertools.repeat([])
        self._own = threading.local()
        self._lock = threading.Lock()
        self._all: set[_Worker] = set()
        self._closed = False

    def grade(self, task: Task) -> Result:
        """Have a submission graded by the worker process of this thread.

        Returns:
            Its result; an error if the process died twice, or did not answer.

        Raises:
            MismatchError: the worker is not the grader, or has not the exercise, that the batch means.
        """
        died = ""
        for _ in range(_ATTEMPTS):
            worker = self._worker()
            if worker is None:
                return Result(status=Status.ERROR, reason="the batch was ended", transient=True)
            try:
                worker.connection.send(task)
                if not worker.connection.poll(_SECONDS_MAX):
                    self._dismiss(worker)
                    reason = f"the grading did not end within {_SECONDS_MAX / 60:.0f} minutes"
                    return Result(status=Status.ERROR, reason=reason, transient=True)
                answer = worker.connection.recv()
            except (EOFError, OSError):
                died = _told(self._dismiss(worker))
                continue
            worker.tasks += 1
            if worker.tasks >= _TASKS_MAX:
                self._dismiss(worker)
            if isinstance(answer, MismatchError):
                raise answer
            if isinstance(answer, Exception):
                return Result(status=Status.ERROR, reason=f"{type(answer).__name__}: {answer}")
            return answer
        reason = f"the process that graded it {died}, {_ATTEMPTS} times"
        return Result(status=Status.ERROR, reason=reason, transient=True)

    def close(self) -> None:
        """Kill the worker processes of all threads: nobody waits for their results any more."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.process.kill()
                worker.process.wait()

    def _worker(self) -> _Worker | None:
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is not None and worker in self._all and worker.process.poll() is None:
            return worker
        with self._lock:
            if self._closed:
                return None
            if not hasattr(self._own, "core"):
                self._own.core = next(self._cores)
            worker = _started(self._place, self._own.core)
            self._all.add(worker)
        self._own.worker = worker
        return worker

    def _dismiss(self, worker: _Worker) -> int:
        """End a worker process and return its exit status."""
        with contextlib.suppress(OSError):
            worker.connection.close()
        # One that died is dead in a moment; one that is given up is killed.
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(_GRACE_S)
        worker.process.kill()
        status = worker.process.wait()
        with self._lock:
            self._all.discard(worker)
        return status


def _started(place: str, core: list[str]) -> _Worker:
    ours, theirs = socket.socketpair()
    with theirs:
        fd = str(theirs.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "grader.batch.worker", fd, str(os.getpid()), place, *core],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return _Worker(process, Connection(ours.detach()))


def _told(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"died of {signal.Signals(-status).name}"
    return f"ended with status {status}"
