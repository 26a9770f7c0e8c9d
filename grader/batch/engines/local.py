"""On this machine: one worker process a job.

If there are jobs for all cores, each worker has a core of its own. A grading is a tracer and the programs it
traces, one of which runs at a time; left to the kernel they wander between the cores, and pay for it at every
stop (two gradings side by side on two cores: 17.6 s, and 13.8 s if they stay).
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from grader.batch.model import Result, Task
from grader.batch.workers import REAL, Workers


class Local(AbstractContextManager["Local"]):
    """Grades with processes of this machine.

    Args:
        jobs: how many at the same time; 0: one for each core. More than there are cores is no quicker: a
            grading keeps its core busy all the time.
        place: the function that grades.
    """

    def __init__(self, jobs: int = 0, place: str = REAL) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self._jobs = jobs or len(cores)
        self._workers = Workers(place, cores if self._jobs >= len(cores) else ())
        self._threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="grading")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything, also gradings that were begun: whoever wants their results has waited for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._workers.close()
        self._threads.shutdown(wait=True)

    def width(self) -> int:
        """Return how many gradings are made at the same time."""
        return self._jobs

    def submit(self, task: Task) -> Future[Result]:
        """Have a grading made."""
        return self._threads.submit(self._workers.grade, task)
