"""A grader that only pretends: what becomes of a submission is what its file `answer` says.

.venv/bin/python -m benchmarks.simulated FOLDER OUT    grade a folder with it, as `grader batch` would

It lets a batch be tried where the gradings are not the point: being killed, ten thousand submissions.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from pathlib import Path

from rich.console import Console

from grader.batch.engines.local import Local
from grader.batch.intake.entries import read_intake
from grader.batch.journal import Journal
from grader.batch.model import TEACHER, Result, Status, Task
from grader.batch.outputs.make import Gradebooks, make_outputs
from grader.batch.runner import Batch, run_batch
from grader.batch.watching import Watcher
from grader.catalogue.load import load_exercise
from grader.config import site_root

EXERCISE = "shm-counter"
PLACE = "benchmarks.simulated:grade"
_ROUNDS = 2_000


def grade(task: Task) -> Result:
    """Pretend to grade: `N of M` points, `die`, `raise`, `error`, `undecided`; other text decides itself.

    What was to be graded as `where` is told on which cores that may be.
    """
    answer = task.files.get("answer", b"").decode().strip()
    if answer == "where":
        return Result(status=Status.GRADED, reason=str(sorted(os.sched_getaffinity(0))))
    if answer == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if answer == "raise":
        raise RuntimeError("a defect of the grader")
    if answer == "error":
        return Result(status=Status.ERROR, reason="the grader failed", transient=True)
    points, points_max = _points(answer)
    failed = points < points_max
    status = Status.UNDECIDED if answer == "undecided" else Status.GRADED
    finding = {"check": "race", "message": "two accesses", "file": "a.c", "line": 7}
    scenario = {
        "id": "counts",
        "title": "It counts",
        "outcome": "failed" if failed else "passed",
        "points": points,
        "points_max": points_max,
        "hidden": False,
        "seconds": 0.0,
        "partial": False,
        "findings": [finding] if failed else [],
    }
    return Result(
        status=status,
        reason="a person has to decide" if status is Status.UNDECIDED else "",
        points=points,
        points_max=points_max,
        scenarios=(scenario,),
        files={"report.txt": f"{task.label}: {points:g} points\n", f"{TEACHER}report.txt": "all of it\n"},
    )


def _points(answer: str) -> tuple[float, float]:
    words = answer.split()
    if len(words) == 3 and words[1] == "of":
        return float(words[0]), float(words[2])
    digest = answer.encode()
    for _ in range(_ROUNDS):  # a moment in which something can happen
        digest = hashlib.sha256(digest).digest()
    return float(digest[0] % 11), 10.0


def batch_of(folder: Path, *, force: bool = False, retry_errors: bool = False) -> Batch:
    """Return the batch of a folder of submissions."""
    exercise = load_exercise(site_root() / "exercises" / EXERCISE / "exercise.yaml")
    return Batch(
        exercises={EXERCISE: exercise},
        digests={EXERCISE: ""},
        intake=read_intake([exercise], folder, ()),
        site=str(site_root()),
        force=force,
        retry_errors=retry_errors,
    )


def write_class(folder: Path, size: int) -> None:
    """Make a folder of submissions that this grader grades."""
    for number in range(size):
        own = folder / f"student-{number:05d}"
        own.mkdir(parents=True)
        (own / "answer").write_text(f"solution {number}\n")


def main(folder: Path, out: Path, jobs: int = 2) -> None:
    """Grade a folder, and write the outputs."""
    with Journal(out, write=True) as journal:
        with Local(jobs, PLACE) as engine, Watcher(Console(stderr=True, quiet=True)) as watch:
            run_batch(batch_of(folder), journal, engine, watch)
        make_outputs(journal, {EXERCISE: "Simulated"}, Gradebooks())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
