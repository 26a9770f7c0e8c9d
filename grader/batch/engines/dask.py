"""On many machines: Dask (https://distributed.dask.org), through the interface of `concurrent.futures`.

Each thread of a Dask worker has a worker process of its own, as a job has on one machine. The submissions
travel with the tasks; the exercises are those of the workers, and must be the same (`MismatchError`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
from concurrent.futures import Future
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final, Self

from grader.batch.grading import MismatchError, fingerprint
from grader.batch.model import Result, Task
from grader.batch.workers import REAL, Workers
from grader.model.config import IsolationConfig
from grader.model.errors import GraderError, HostError, UsageError
from grader.sandbox.doctor import choose_isolation

LOCAL: Final = "local"
_CONNECT_S = "10s"
_FIRST_WORKER_S = 60
_RETRIES = 3
"""How often a grading is made again elsewhere when its worker is lost."""
_MISSING = "for --cluster the package `distributed` is needed: pip install 'ipc-grader[cluster]'"
_LOST = "the cluster was lost; what was graded is kept, and the same command goes on from there"


class Dask(AbstractContextManager["Dask"]):
    """Grades with the workers of a Dask scheduler.

    Args:
        address: of the scheduler, e.g. `tcp://head:8786`; `local:N` starts one with N workers here.
        isolation: what the site allows; each worker's machine must offer it.
        place: the function that grades.

    Raises:
        UsageError: there is no scheduler, or it has no workers.
        MismatchError: a worker has another grader.
        HostError: a worker's machine has no sandbox.
    """

    def __init__(self, address: str, isolation: IsolationConfig, place: str = REAL) -> None:
        if importlib.util.find_spec("distributed") is None:
            raise UsageError(_MISSING)
        self._place = place
        self._cluster: Any = None
        self._client: Any = self._connected(address)
        try:
            self._check(isolation)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self._executor = self._client.get_executor(pure=False, retries=_RETRIES)

    def _connected(self, address: str) -> Any:
        import dask
        import distributed

        dask.config.set({"distributed.comm.timeouts.connect": _CONNECT_S})
        for name in logging.root.manager.loggerDict:
            if name.startswith(("distributed", "tornado", "asyncio")):
                logging.getLogger(name).setLevel(logging.CRITICAL)  # what they have to say, the batch says
        connect: Any = distributed.Client
        kind, _, number = address.partition(":")
        try:
            if kind == LOCAL:
                start: Any = distributed.LocalCluster
                self._cluster = start(
                    n_workers=_count(number),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
                return connect(self._cluster)
            return connect(address, timeout=_CONNECT_S)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(f"the cluster at {address} cannot be reached: {error}") from error

    def _check(self, isolation: IsolationConfig) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError:
            raise UsageError("the cluster has no workers: start some with `dask worker ADDRESS`") from None
        for where, (found, problem) in self._client.run(_inspect, isolation).items():
            if self._cluster is None and found != fingerprint():
                raise MismatchError(f"the worker {where} runs grader {found}, this is {fingerprint()}")
            if problem:
                raise HostError(f"the worker {where} cannot grade: {problem}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)
        if self._cluster is not None:
            with contextlib.suppress(Exception):
                self._cluster.close(timeout=5)

    def width(self) -> int:
        """Return how many gradings are made at the same time by the workers there are now.

        Raises:
            HostError: the scheduler is gone.
        """
        try:
            return int(max(sum(self._client.nthreads().values()), 1))
        except (OSError, TimeoutError) as error:
            raise HostError(_LOST) from error

    def submit(self, task: Task) -> Future[Result]:
        """Have a grading made; elsewhere again if its worker is lost."""
        future: Future[Result] = self._executor.submit(_grade, task, self._place)
        return future


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise UsageError(f"--cluster local:N wants a number of workers, not '{text}'")
    return int(text)


# What the workers of the cluster run.

_workers: dict[str, Workers] = {}


def _grade(task: Task, place: str) -> Result:
    return _workers.setdefault(place, Workers(place)).grade(task)


def _inspect(isolation: IsolationConfig) -> tuple[str, str]:
    try:
        choose_isolation(isolation)
    except GraderError as error:
        return fingerprint(), str(error)
    return fingerprint(), ""
