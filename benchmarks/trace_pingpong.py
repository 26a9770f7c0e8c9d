"""What tracing costs: a ping-pong over two pipes under `grader trace` and under strace, in turns.

Aim: at most 1.5 times the time of `strace -f --seccomp-bpf` that looks at the same families of calls. Both
write a line for each call, to /dev/null. Taking turns, a slow moment of the machine hits both; the median of
the turns' ratios is the figure.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import GRADER, NotMeasuredError, machine, seconds, show

AIM = 1.5
ROUNDS = 20_000
TURNS = 5
SOURCE = Path(__file__).with_name("pingpong.c")
STRACE = ("strace", "-f", "--seccomp-bpf", "-e", "trace=%desc,%ipc,%process,%signal,%network")


def main() -> int:
    """Print the ratio; return 1 if the aim is missed, 2 if it cannot be measured."""
    missing = [tool for tool in ("strace", "gcc") if shutil.which(tool) is None]
    if missing:
        print(f"trace_pingpong: not installed: {' '.join(missing)} (`apt-get install {' '.join(missing)}`)")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "pingpong"))
        subprocess.run(["gcc", "-O1", "-o", program, str(SOURCE)], check=True)
        command = [program, str(ROUNDS)]
        try:
            plain = seconds(command)
            pairs = [
                (seconds([*GRADER, "trace", "--", *command]), seconds([*STRACE, *command]))
                for _ in range(TURNS)
            ]
        except NotMeasuredError as error:
            print(f"trace_pingpong: {error}")
            return 2
    for ours, theirs in pairs:
        print(f"  grader trace {ours:6.2f} s   strace {theirs:6.2f} s   ratio {ours / theirs:.2f}")
    print(f"  untraced {plain:.2f} s; {machine()}")
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return show(f"{ROUNDS:,} rounds of ping-pong under grader trace, over strace", ratio, AIM, " x")


if __name__ == "__main__":
    sys.exit(main())
