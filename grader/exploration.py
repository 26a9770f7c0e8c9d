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
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self, TypeAlias

from grader import store
from grader.catalogue.checks import load_checks
from grader.checkers import compose
from grader.checkers._kept_out import kept_out
from grader.checkers._objects import remaining
from grader.checkers._sections import meetings, most_inside, stretches
from grader.costs import cost_of
from grader.executors.base import Program
from grader.model.errors import GraderError
from grader.model.history import History
from grader.model.schedule import SCRIPT_NAME, Act
from grader.model.section import Overlap
from grader.model.verdict import Finding, Severity
from grader.planning import DIRECTED, RunSpec
from grader.sandbox import other_user
from grader.sandbox.isolation import FULL, OTHER_USER
from grader.sandbox.zygote import open_box
from grader.scenarios.run import run
from grader.scheduling.conflicts import Contention, acts, contention, turned

_PR_SET_PDEATHSIG = 1

Way: TypeAlias = tuple[Act, Act]
"""How a thread went through a section: what printed the line of entering, and that of leaving."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One run that was made and judged.

    Attributes:
        spec: the run.
        findings: errors first.
        history: compressed, as `store` keeps it; empty if the run could not be made.
        contention: what could have come in another order; only of the first run of a script.
        inside: how many were inside the scenario's `overlap` at once; 0 if it has none.
        ways: how each thread went through that section for the first time.
        strangers: the threads that did not, and made none that did.
        kept_out: that who is inside keeps the others out of it, if the run shows it; it proves it if whoever
            could go on was let go on before those inside.
        turned: of a directed run: whether the pair came in the other order.
        left: what was left at its end, in words.
        undecided: why it proves nothing, neither for nor against; empty otherwise.
        error: why it could not be made or judged, which is the grader's fault; empty otherwise.
        cost_s: what it costs on any machine, in seconds of a usual one; it counts against the budget.
        time_s: wall-clock seconds.
    """

    spec: RunSpec
    findings: tuple[Finding, ...] = ()
    history: bytes = b""
    contention: Contention | None = None
    turned: bool = False
    inside: int = 0
    ways: tuple[Way, ...] = ()
    strangers: tuple[str, ...] = ()
    kept_out: Finding | None = None
    left: tuple[str, ...] = ()
    undecided: str = ""
    error: str = ""
    cost_s: float = 0.0
    time_s: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the submission is to blame for something."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def checks(self) -> frozenset[str]:
        """Ids of the checks it failed."""
        return frozenset(finding.check for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def effects(self) -> frozenset[str]:
        """Ids of the checks that these explain."""
        return frozenset(effect.check for finding in self.findings for effect in finding.effects)


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


def judge(history: History, spec: RunSpec, tolerates: Collection[str]) -> Judged:
    """Judge one run.

    Raises:
        InternalError: a checker failed.
    """
    findings = compose.judge(history, spec, tolerates, load_checks(spec.exercise, spec.checks))
    section = spec.scenario.overlap
    ways, strangers = _ways(history, section) if section else ((), ())
    return Judged(
        spec=spec,
        findings=tuple(findings),
        history=store.compress(history),
        contention=contention(history, _meetings(history, spec)) if spec.slot == 0 else None,
        turned=_turned(history, spec),
        inside=most_inside(history, section) if section else 0,
        ways=ways,
        strangers=strangers,
        kept_out=kept_out(history, section) if section else None,
        undecided=compose.undecided(history, findings),
        left=remaining(history),
        cost_s=cost_of(history),
    )


def _meetings(history: History, spec: RunSpec) -> list[tuple[int, int]]:
    return [
        (leave.index, enter.index)
        for section in spec.scenario.exclusive
        for leave, enter in meetings(stretches(history, section))
    ]


def _ways(history: History, section: Overlap) -> tuple[tuple[Way, ...], tuple[str, ...]]:
    """Name the first way of each thread through a section, and the threads that have nothing to do with it.

    Who has not left it does so by no known act.
    """
    names = acts(history)
    found: dict[str, Way] = {}
    for way in stretches(history, section):
        enter = names.get(way.enter.index) if way.enter else None
        leave = names.get(way.leave.index) if way.leave else None
        if enter is not None:
            found.setdefault(enter.name, (enter, leave or Act(enter.name, "", 0)))
    threads = {act.name for act in names.values()} - {SCRIPT_NAME}
    kin = {name for name in threads if any(_made(name, inside) for inside in found)}
    return tuple(found.values()), tuple(sorted(threads - kin))


def _made(name: str, other: str) -> bool:
    """Whether a thread is another one, or its process one of that one's ancestors."""
    return other == name or other.startswith((f"{name}/", f"{name}:"))


def _turned(history: History, spec: RunSpec) -> bool:
    if spec.strategy != DIRECTED:
        return False
    return turned(history, Act(*spec.options["hold"]), Act(*spec.options["until"]))


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
