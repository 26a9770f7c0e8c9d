"""A class of real submissions: how many a minute, and are the verdicts those of single checks?

`python -m benchmarks.batch_class [SIZE] [SCHEDULES]`. The submissions are the solutions that come with
shm-counter (right, wrong, hanging) and one that does not compile, each with a line that tells it from the
others. Beside it: what pytest, subprocess and a time-out of 10 s take for five runs of each.
Aims: two jobs at least 0.85 times as quick each as one; verdicts equal, with 1, 2 and 4 jobs, and on Dask.

Efficiency is told twice, for "one job" may mean two things. On one core (`taskset`) it has half of what two
jobs have: that is what another core is worth, and the aim. With the whole machine, its tracer and what that
traces may sit on two cores, and the kernel work beside them: that is what is gained by `--jobs 2`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from benchmarks.measure import GRADER, ROOT, NotMeasuredError, machine
from grader.selftest import solutions

EXERCISE = "shm-counter"
SIZE = 200
EFFICIENCY_MIN = 0.85
_ONE_CORE = "1 job on one core"
_WAYS = {
    _ONE_CORE: ["--jobs", "1"],
    "1 job": ["--jobs", "1"],
    "2 jobs": ["--jobs", "2"],
    "4 jobs": ["--jobs", "4"],
    "Dask, 2": ["--cluster", "local:2"],
}
_STATUSES = frozenset({0, 1})
_DIFFERS_ALWAYS = ("run_dir", "submission", "time_s", "run")
_HARNESS = """
import pathlib, subprocess, sys
import pytest
ROOT = pathlib.Path(__file__).parent
@pytest.mark.parametrize("folder", sorted(p for p in (ROOT / "class").iterdir()), ids=lambda p: p.name)
@pytest.mark.parametrize("workers,rounds", [(1, 3), (3, 4), (5, 2), (0, 4), (3, 0)])
def test_counts(folder, workers, rounds, tmp_path):
    if (folder / "counter.py").exists():
        line = [sys.executable, str(folder / "counter.py")]
    else:
        line = [str(tmp_path / "counter")]
        sources = sorted(map(str, folder.glob("*.c")))
        subprocess.run(["gcc", "-o", line[0], *sources, "-pthread"], check=True, capture_output=True)
    done = subprocess.run([*line, "/h%d" % abs(hash(folder)), str(workers), str(rounds)], capture_output=True,
                          text=True, timeout=10)
    assert (done.stdout, done.returncode) == ("%d\\n" % (workers * rounds), 0)
"""


def main(size: int = SIZE, schedules: int = 0) -> int:
    """Print speed, efficiency and how many verdicts agree, as they are known; return 1 if one is too low."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        make_class(work / "class", size)
        _say(f"{size} submissions, {schedules or 'default'} schedules; {machine()}")
        # What the aims compare comes first and close together, so that the machine need not stay idle longer.
        pinned = _timed(work, _ONE_CORE, schedules, core=min(os.sched_getaffinity(0)))
        two = _timed(work, "2 jobs", schedules)
        efficiency = pinned / two / 2
        _say(f"two jobs against one on one core: {efficiency:.2f}   aim: at least {EFFICIENCY_MIN}")
        _say(f"pytest, subprocess and a 10 s time-out: {60 * size / _harness(work):.1f} submissions a minute")
        gain = _timed(work, "1 job", schedules) / two / 2
        _say(f"two jobs against one that has the machine for itself: {gain:.2f}")
        _timed(work, "4 jobs", schedules)
        _timed(work, "Dask, 2", schedules)
        wrong = _differing(work, schedules)
    return 1 if wrong or efficiency < EFFICIENCY_MIN else 0


def _say(line: str) -> None:
    print(line, flush=True)


def _timed(work: Path, name: str, schedules: int, core: int | None = None) -> float:
    """Grade the class in one of the ways, say how quick that was, and return its seconds."""
    seconds = _batch(work, name, _WAYS[name], schedules, core)
    size = len(list((work / "class").iterdir()))
    _say(f"{name}: {60 * size / seconds:.1f} submissions a minute")
    return seconds


def _differing(work: Path, schedules: int) -> int:
    """Say, for each way, how many verdicts are those of single checks; return how many are not."""
    single = {folder.name: _single(folder, work, schedules) for folder in sorted((work / "class").iterdir())}
    wrong = 0
    for name in _WAYS:
        verdicts = _verdicts(work / name)
        differing = sorted(label for label in single if verdicts.get(label) != single[label])
        wrong += len(differing)
        equal = len(single) - len(differing)
        _say(f"{name}: {equal} of {len(single)} verdicts equal those of single checks {differing or ''}")
    return wrong


def make_class(folder: Path, size: int) -> None:
    """Write a folder of submissions."""
    paths = [solution.path for solution in solutions(ROOT / "reference" / EXERCISE)]
    kinds = [*(path for path in paths if not (path / "Makefile").exists()), None]
    random.Random(1).shuffle(kinds)  # a small class has some of each
    for number, path in zip(range(size), itertools.cycle(kinds)):
        own = folder / f"student-{number:03d}"
        own.mkdir(parents=True)
        if path is None:
            (own / "counter.c").write_text(f"int main( /* {number} */\n")
            continue
        for source in path.iterdir():
            text = source.read_text()
            mark = f"# {number}\n" if source.suffix == ".py" else f"/* {number} */\n"
            (own / source.name).write_text(text + mark)


def _batch(work: Path, name: str, options: list[str], schedules: int, core: int | None = None) -> float:
    where = [] if core is None else ["taskset", "-c", str(core)]
    line = [*where, *GRADER, "batch", EXERCISE, str(work / "class"), "--out", str(work / name), *options]
    began = time.perf_counter()
    _run([*line, *_schedules(schedules)], work)
    return time.perf_counter() - began


def _schedules(number: int) -> list[str]:
    return ["--schedules", str(number)] if number else []


def _run(line: list[str], work: Path) -> None:
    done = subprocess.run(line, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode not in _STATUSES:
        raise NotMeasuredError(
            f"`{' '.join(line)}` ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}"
        )


def _single(folder: Path, work: Path, schedules: int) -> dict[str, Any]:
    report = work / "single.json"
    line = [
        *GRADER,
        "check",
        EXERCISE,
        str(folder),
        "--reveal",
        "--json",
        str(report),
        *_schedules(schedules),
    ]
    subprocess.run(line, cwd=work, capture_output=True, check=False)
    verdict: dict[str, Any] = _stripped(json.loads(report.read_text()))
    return verdict


def _verdicts(out: Path) -> dict[str, dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(out / "journal.sqlite")) as database:
        rows = database.execute("SELECT label, files FROM results").fetchall()
    reports = {label: dict(json.loads(zlib.decompress(files))) for label, files in rows}
    return {label: _stripped(json.loads(own["teacher/report.json"])) for label, own in reports.items() if own}


def _stripped(value: Any) -> Any:
    """Leave out what differs from run to run, whatever is graded."""
    if isinstance(value, dict):
        return {key: _stripped(inner) for key, inner in value.items() if key not in _DIFFERS_ALWAYS}
    return [_stripped(inner) for inner in value] if isinstance(value, list) else value


def _harness(work: Path) -> float:
    (work / "test_class.py").write_text(_HARNESS)
    line = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "test_class.py"]
    began = time.perf_counter()
    subprocess.run(line, cwd=work, capture_output=True, check=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
