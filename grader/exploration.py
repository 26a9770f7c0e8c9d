"""Makes the runs of a plan, side by side, and judges each; stops a scenario at its first failure.

Each run is made in a worker process of its own: tracing wants a thread that does nothing else. Results are
taken in the order of the plan, so which failure is reported does not depend on who was quicker.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from grader import store
from grader.checkers import compose
from grader.executors.base import Program
from grader.model.errors import GraderError
from grader.model.verdict import Finding, Severity
from grader.planning import RunSpec
from grader.sandbox.zygote import open_box
from grader.scenarios.run import run
from grader.tracer import filter as seccomp

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What all runs of one grading share.

    Attributes:
        plan: the runs.
        programs: of the submission, by role.
        peers: of the reference, by role.
        archive: the submission as built.
        isolation: level of the sandbox.
        tolerates: checks that do not apply in the exercise.
    """

    plan: Sequence[RunSpec]
    programs: Mapping[str, Program]
    peers: Mapping[str, Program]
    archive: bytes
    isolation: str
    tolerates: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One run that was made and judged.

    Attributes:
        index: position in the plan.
        findings: errors first.
        history: compressed, as `store` keeps it; empty if the run could not be made.
        undecided: why it proves nothing, neither for nor against; empty otherwise.
        error: why it could not be made or judged, which is the grader's fault; empty otherwise.
        time_s: wall-clock seconds.
    """

    index: int
    findings: tuple[Finding, ...] = ()
    history: bytes = b""
    undecided: str = ""
    error: str = ""
    time_s: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the submission is to blame for something."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def make_run(cause: Cause, index: int) -> Judged:
    """Make one run of a plan and judge it. Never raises: what goes wrong is told in the result."""
    spec, began = cause.plan[index], time.monotonic()
    programs = {
        name: (cause.programs if part.by == "submission" else cause.peers)[part.role]
        for name, part in spec.script.cast.items()
    }
    try:
        history = run(
            spec,
            programs,
            cause.archive,
            lambda: open_box(cause.isolation, spec.limits, seccomp.program()),
        )
        findings = compose.judge(history, spec, cause.tolerates)
        compressed = store.compress(history)
    except Exception as error:
        kind = "" if isinstance(error, GraderError) else f"{type(error).__name__}: "
        return Judged(index=index, error=f"{kind}{error}", time_s=time.monotonic() - began)
    return Judged(
        index=index,
        findings=tuple(findings),
        history=compressed,
        undecided=compose.undecided(history, findings),
        time_s=time.monotonic() - began,
    )


class Explorer:
    """Makes runs, side by side if `jobs` is more than 1. A context manager.

    Args:
        cause: what the runs share.
        jobs: runs at the same time.
    """

    def __init__(self, cause: Cause, jobs: int) -> None:
        self._cause = cause
        self._pool: ProcessPoolExecutor | None = None
        self._futures: dict[int, Future[Judged]] = {}
        if jobs > 1:
            self._pool = ProcessPoolExecutor(
                jobs, multiprocessing.get_context("fork"), initializer=_begin, initargs=(cause, os.getpid())
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            workers = list((self._pool._processes or {}).values())  # noqa: SLF001 - there is no other way
            # Whoever still makes a run that nobody waits for need not end it.
            for worker in workers:
                worker.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)

    def prepare(self, indices: Sequence[int]) -> None:
        """Say which runs will be asked for, in that order."""
        if self._pool is not None:
            for index in indices:
                self._futures[index] = self._pool.submit(_work, index)

    def results(self, indices: Sequence[int], *, stop_after: Callable[[Judged], bool]) -> Iterator[Judged]:
        """Yield the results of runs in the order given, up to the first after which to stop."""
        for position, index in enumerate(indices):
            judged = self._result(index)
            yield judged
            if stop_after(judged):
                for rest in indices[position + 1 :]:
                    future = self._futures.pop(rest, None)
                    if future is not None:
                        future.cancel()
                return

    def drop(self, indices: Sequence[int]) -> None:
        """Give up runs that were prepared."""
        for index in indices:
            future = self._futures.pop(index, None)
            if future is not None:
                future.cancel()

    def _result(self, index: int) -> Judged:
        future = self._futures.pop(index, None)
        if future is None:
            return make_run(self._cause, index)
        try:
            return future.result()
        except BrokenProcessPool:
            return Judged(index=index, error="a worker of the grader died")


_shared: Cause | None = None


def _begin(cause: Cause, parent: int) -> None:
    global _shared
    _shared = cause
    begin_worker(parent)


def begin_worker(parent: int) -> None:
    """Begin a worker process: it dies with the grader, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _work(index: int) -> Judged:
    if _shared is None:
        return Judged(index=index, error="a worker of the grader was not begun")
    return make_run(_shared, index)
