"""Worker processes: whatever they die of, there is a result."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from benchmarks.simulated import EXERCISE, PLACE
from grader.batch.engines.local import Local
from grader.batch.grading import MismatchError, fingerprint, grade_task
from grader.batch.model import Status, Task
from grader.batch.workers import REAL, Workers
from grader.model.config import Config


def task(answer: str) -> Task:
    return Task(
        label=answer,
        files={"answer": answer.encode()},
        modes={},
        exercise=EXERCISE,
        digest="",
        fingerprint="",
        config=Config(),
    )


def test_gradings_go_on_after_one_that_kills_its_process_and_one_that_fails() -> None:
    with Local(1, PLACE) as engine:
        results = [engine.submit(task(answer)) for answer in ("3 of 4", "die", "raise", "4 of 4")]
        told = [(r.result().status, r.result().points, r.result().reason) for r in results]
    assert told == [
        (Status.GRADED, 3.0, ""),
        (Status.ERROR, 0.0, "the process that graded it died of SIGKILL, 2 times"),
        (Status.ERROR, 0.0, "RuntimeError: a defect of the grader"),
        (Status.GRADED, 4.0, ""),
    ]


def test_ending_early_does_not_wait_for_what_was_not_begun() -> None:
    with pytest.raises(KeyboardInterrupt), Local(1, PLACE) as engine:
        futures = [engine.submit(task(f"{n}")) for n in range(2000)]
        raise KeyboardInterrupt
    assert all(future.done() for future in futures)
    assert sum(future.cancelled() for future in futures) > 1000


def where(engine: Local, number: int) -> list[str]:
    """Return on which cores so many gradings, made side by side, may run."""
    futures = [engine.submit(task("where")) for _ in range(number)]
    return sorted(future.result().reason for future in futures)


def test_workers_stay_on_cores_of_their_own_if_there_are_jobs_for_all() -> None:
    cores = sorted(os.sched_getaffinity(0))
    with Local(len(cores), PLACE) as engine:
        assert where(engine, len(cores)) == sorted(f"[{core}]" for core in cores)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")
def test_a_worker_that_has_the_machine_for_itself_may_run_anywhere() -> None:
    with Local(1, PLACE) as engine:
        assert where(engine, 1) == [str(sorted(os.sched_getaffinity(0)))]


def test_who_replaces_a_dead_worker_runs_on_its_core() -> None:
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    workers = Workers(PLACE, cores)
    try:
        told = [workers.grade(task(answer)).reason for answer in ("where", "die", "where")]
    finally:
        workers.close()
    assert told == [f"[{cores[0]}]", "the process that graded it died of SIGKILL, 2 times", f"[{cores[0]}]"]


def test_another_grader_or_exercise_is_noticed() -> None:
    with pytest.raises(MismatchError, match=r"runs grader .*, the batch 0.0 dead"):
        grade_task(replace(task(""), fingerprint="0.0 dead"))
    with pytest.raises(MismatchError, match="has another shm-counter"):
        grade_task(replace(task(""), fingerprint=fingerprint()))
    with Local(1, REAL) as engine, pytest.raises(MismatchError):
        engine.submit(task("")).result()
