"""What tracing costs: a ping-pong over two pipes under `grader trace` and under strace, in turns.

Aim: at most 1.5 times the time of `strace -f --seccomp-bpf` that looks at the same families of calls.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 20_000
TURNS = 5
AIM = 1.5
_SOURCE = Path(__file__).with_name("pingpong.c")
_STRACE = ["strace", "-f", "--seccomp-bpf", "-e", "trace=%desc,%ipc,%process,%signal,%network"]


def main() -> None:
    """Print the median ratio of the turns."""
    if shutil.which("strace") is None:
        sys.stdout.write("trace_pingpong: strace is not installed (apt-get install strace)\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "pingpong"))
        subprocess.run(["gcc", "-O1", "-o", program, str(_SOURCE)], check=True)
        pairs = []
        for _ in range(TURNS):
            ours = _seconds([sys.executable, "-m", "grader", "trace", "--", program, str(ROUNDS)])
            theirs = _seconds([*_STRACE, program, str(ROUNDS)])
            pairs.append((ours, theirs))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    sys.stdout.write(
        f"trace_pingpong: {ROUNDS} rounds, grader trace {ours:.2f} s, strace {theirs:.2f} s, "
        f"ratio {ratio:.2f} (aim: at most {AIM})\n"
    )


def _seconds(command: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
