"""Makes runs, side by side, and judges each.

Each run is made in a worker process of its own: tracing wants a thread that does nothing else. Results are
taken in the order in which they are asked for, so what is reported does not depend on who was quicker.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from grader.executors.base import Program
from grader.judging import Judged, judge
from grader.model.errors import GraderError
from grader.model.history import History
from grader.planning import RunSpec
from grader.sandbox import other_user
from grader.sandbox.isolation import FULL, OTHER_USER
from grader.sandbox.zygote import open_box
from grader.scenarios.run import run

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What all runs of one grading share.

    Attributes:
        programs: of the submission, by role.
        peers: of the reference, by role.
        archive: the submission as built.
        plain_programs, plain_archive: the same, without the run-time; empty if it has none anyway.
        isolation: level of the sandbox.
        tolerates: checks that do not apply in the exercise.
    """

    programs: Mapping[str, Program]
    peers: Mapping[str, Program]
    archive: bytes
    isolation: str
    tolerates: Sequence[str] = ()
    plain_programs: Mapping[str, Program] = field(default_factory=dict)
    plain_archive: bytes = b""


def perform(cause: Cause, spec: RunSpec) -> History:
    """Make one run.

    Raises:
        GraderError: it could not be made.
    """
    own = cause.plain_programs if spec.plain else cause.programs
    programs = {
        name: (own if part.by == "submission" else cause.peers)[part.role]
        for name, part in spec.script.cast.items()
    }
    return run(
        spec,
        programs,
        cause.plain_archive if spec.plain else cause.archive,
        lambda filter_program: open_box(cause.isolation, spec.limits, filter_program),
    )


def make_run(cause: Cause, spec: RunSpec) -> Judged:
    """Make one run and judge it. Never raises: what goes wrong is told in the result."""
    began = time.monotonic()
    spec = replace(spec, plain=spec.plain and bool(cause.plain_programs))
    try:
        judged = judge(perform(cause, spec), spec, cause.tolerates)
        return replace(judged, time_s=time.monotonic() - began)
    except Exception as error:
        kind = "" if isinstance(error, GraderError) else f"{type(error).__name__}: "
        return Judged(spec=spec, error=f"{kind}{error}", time_s=time.monotonic() - began)


class Explorer:
    """Makes runs, side by side if `jobs` is more than 1. A context manager.

    Args:
        cause: what the runs share.
        jobs: runs at the same time.
    """

    def __init__(self, cause: Cause, jobs: int) -> None:
        self._cause = cause
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        if jobs > 1 or cause.isolation == OTHER_USER:
            self._pool = ProcessPoolExecutor(
                jobs, multiprocessing.get_context("fork"), initializer=_begin, initargs=(cause, os.getpid())
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            _forget_cancelled(self._pool)
            workers = list((self._pool._processes or {}).values())  # noqa: SLF001 - there is no other way
            # Whoever still makes a run that nobody waits for need not end it.
            for worker in workers:
                worker.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def repeatable(self) -> bool:
        """Whether runs can be compared: without namespaces process ids and folders differ."""
        return self._cause.isolation == FULL

    def submit(self, spec: RunSpec) -> Pending:
        """Ask for a run; it is begun when a worker is free, or when its result is asked for."""
        future = self._pool.submit(_work, spec) if self._pool is not None else None
        return Pending(self._cause, spec, future)


def _forget_cancelled(pool: ProcessPoolExecutor) -> None:
    """Let a pool whose workers are about to be killed tell that to futures that can be told.

    Its thread would die of one that was cancelled, with a traceback (https://github.com/python/cpython/issues/94777).
    """
    for item in list(pool._pending_work_items.values()):  # noqa: SLF001
        if item.future.cancelled():
            item.future = Future()


class Pending:
    """A run that was asked for."""

    def __init__(self, cause: Cause, spec: RunSpec, future: Future[Judged] | None) -> None:
        self._cause = cause
        self._future = future
        self.spec = spec

    def result(self) -> Judged:
        """Return the judged run, when it was made."""
        if self._future is None:
            return make_run(self._cause, self.spec)
        try:
            return self._future.result()
        except BrokenProcessPool:
            return Judged(spec=self.spec, error="a worker of the grader died")

    def cancel(self) -> None:
        """Give it up, if it was not begun."""
        if self._future is not None:
            self._future.cancel()


_shared: Cause | None = None


def _begin(cause: Cause, parent: int) -> None:
    global _shared
    _shared = cause
    if cause.isolation == OTHER_USER:
        other_user.become()
    begin_worker(parent)


def begin_worker(parent: int) -> None:
    """Begin a worker process: it dies with the grader, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _work(spec: RunSpec) -> Judged:
    if _shared is None:
        return Judged(spec=spec, error="a worker of the grader was not begun")
    return make_run(_shared, spec)
