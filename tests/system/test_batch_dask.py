"""A batch on a Dask cluster: the same results as on one machine, and a lost worker costs nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from benchmarks.simulated import EXERCISE, PLACE, batch_of, grade, write_class
from grader.batch.engines.dask import Dask
from grader.batch.journal import Journal
from grader.batch.model import Entry, Result, Status, Task
from grader.batch.runner import run_batch
from grader.model.config import IsolationConfig
from grader.model.errors import UsageError
from tests.unit.batch.test_runner import Here, Seen

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def dask() -> Iterator[Dask]:
    with Dask("local:2", IsolationConfig(), PLACE) as engine:
        yield engine


def results(out: Path) -> dict[str, tuple[Status, float]]:
    with Journal(out, write=False) as journal:
        return {row.entry.label: (row.result.status, row.result.points) for row in journal.rows(EXERCISE)}


def run(folder: Path, out: Path, engine: Any, watch: Seen | None = None) -> dict[str, tuple[Status, float]]:
    with Journal(out, write=True) as journal:
        run_batch(batch_of(folder), journal, engine, watch or Seen())
    return results(out)


def test_results_are_those_of_one_machine_also_when_a_worker_dies(dask: Dask, tmp_path: Path) -> None:
    write_class(tmp_path / "submissions", 60)
    (tmp_path / "submissions" / "student-00007" / "answer").write_text("die")
    alone = run(tmp_path / "submissions", tmp_path / "alone", Here(survived))
    killed = []

    class Killing(Seen):
        def result(self, entry: Entry, result: Result) -> None:
            super().result(entry, result)
            if len(self.results) == 20:
                killed.extend(dask._client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

    seen = Killing()
    together = run(tmp_path / "submissions", tmp_path / "together", dask, seen)
    assert (len(killed), len(seen.results)) == (2, 60)
    assert together == alone


def survived(task: Task) -> Result:
    """Grade as a worker process would whose death was noticed."""
    if task.files["answer"] == b"die":
        return Result(status=Status.ERROR)
    return grade(task)


def test_a_cluster_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match=r"the cluster at tcp://127\.0\.0\.1:1 cannot be reached"):
        Dask("tcp://127.0.0.1:1", IsolationConfig())


def test_a_future_of_the_cluster_is_one_of_concurrent_futures(dask: Dask, tmp_path: Path) -> None:
    write_class(tmp_path / "submissions", 1)
    tasks: list[Task] = []

    class Keeping(Here):
        def submit(self, task: Task) -> Future[Result]:
            tasks.append(task)
            return dask.submit(task)

    assert list(run(tmp_path / "submissions", tmp_path / "out", Keeping())) == ["student-00000"]
    assert dask.width() == 2
    assert isinstance(dask.submit(tasks[0]), Future)
