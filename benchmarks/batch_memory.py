"""Memory of a batch's head for a small class and for a large one, with simulated gradings.

`python -m benchmarks.batch_memory [SMALL] [LARGE]`. Aim: a hundred times as many, less than twice as much.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, machine, show
from benchmarks.simulated import write_class

SMALL, LARGE = 100, 10_000
RATIO_MAX = 2.0
_PROGRAM = """
import pathlib, resource, sys
from benchmarks.simulated import main
main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main(small: int = SMALL, large: int = LARGE) -> int:
    """Print both; return 1 if the large class takes too much."""
    peaks = {}
    for size in (small, large):
        with tempfile.TemporaryDirectory() as place:
            folder, out = Path(place) / "submissions", Path(place) / "out"
            write_class(folder, size)
            began = time.perf_counter()
            peaks[size] = _peak_mib(folder, out)
            took = time.perf_counter() - began
            page = (out / "class.html").stat().st_size / 1e6
            print(f"{size} submissions: {peaks[size]:.0f} MiB, {took:.0f} s, page {page:.1f} MB; {machine()}")
    return show("memory of the head, large to small class", peaks[large] / peaks[small], RATIO_MAX, " x")


def _peak_mib(folder: Path, out: Path) -> float:
    """Grade a folder and return the head's greatest resident size; its workers are not counted."""
    line = [sys.executable, "-c", _PROGRAM, str(folder), str(out)]
    return int(subprocess.run(line, cwd=ROOT, check=True, capture_output=True).stdout) / 1024


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
