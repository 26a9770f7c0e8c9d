"""A batch killed with SIGKILL at random instants, and each time continued: is every result there, once?

`python -m benchmarks.batch_killed [KILLS] [SEED]`. The gradings are simulated. Aim: no result lost, none
doubled, the same `summary.csv` as of a batch that was left alone.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, machine
from benchmarks.simulated import write_class

KILLS = 50
SIZE = 300
_LINE = (sys.executable, "-m", "benchmarks.simulated")


def main(kills: int = KILLS, seed: int = 1, size: int = SIZE) -> int:
    """Print what was lost or doubled; return 1 if anything was."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder, alone, out = (Path(place) / name for name in ("submissions", "alone", "out"))
        write_class(folder, size)
        began = time.perf_counter()
        _finish(folder, alone)
        span = time.perf_counter() - began
        wanted = (alone / "summary.csv").read_bytes()
        lost = doubled = differing = batches = during = 0
        done = before = 0
        while done < kills:
            during += _killed_after(folder, out, chance.uniform(0, span))
            done += 1
            now, twice = _counts(out)
            lost += max(before - now, 0)
            doubled += twice
            before = now
            if now == size or done == kills:
                _finish(folder, out)
                now, twice = _counts(out)
                lost += size - now
                doubled += twice
                differing += (out / "summary.csv").read_bytes() != wanted
                batches += 1
                before = 0
                shutil.rmtree(out)
    print(f"{done} kills in {batches} batches of {size} ({during} before the batch was over); {machine()}")
    print(f"results lost: {lost}   doubled: {doubled}   summaries that differ: {differing}   aim: 0, 0, 0")
    return 1 if lost or doubled or differing else 0


def _start(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*_LINE, str(folder), str(out)], cwd=ROOT, start_new_session=True)


def _finish(folder: Path, out: Path) -> None:
    if _start(folder, out).wait() != 0:
        raise RuntimeError("a batch that nobody killed failed")


def _killed_after(folder: Path, out: Path, delay: float) -> bool:
    """Kill a batch, and only its head; whether it was still at work."""
    process = _start(folder, out)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(delay)
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return True


def _counts(out: Path) -> tuple[int, int]:
    """Return how many submissions have a result, and how many have more than one."""
    if not (out / "journal.sqlite").exists():
        return 0, 0
    with contextlib.closing(sqlite3.connect(out / "journal.sqlite")) as database:
        try:
            rows = database.execute("SELECT count(*) FROM results GROUP BY exercise, label").fetchall()
        except sqlite3.OperationalError:  # killed before there were tables
            return 0, 0
    return len(rows), sum(1 for (number,) in rows if number > 1)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
