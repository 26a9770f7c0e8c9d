"""What choosing costs: a ping-pong under the controller and under the tracer alone, in turns.

Aim: 1,000 events under the controller, one process at a time, take at most twice as long as when only
traced. Two lengths of the same program, built as submissions are, are compared: starting it does not count.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import machine, show
from grader.executors.base import Program
from grader.model.config import LimitsConfig
from grader.model.exercise import Part, Scenario, Start
from grader.planning import RunSpec, Script
from grader.sandbox import archives
from grader.sandbox.zygote import open_box
from grader.scenarios.follow import follow
from grader.scenarios.run import run

AIM = 2.0
SHORT, LONG = 200, 2200
CALLS = 4
"""A round is four calls: each side writes and reads once."""
TURNS = 5


def controlled(program: Path, rounds: int) -> float:
    """Return the seconds of a run of the grader."""
    part = Part(role="pingpong", by="submission", args=[str(rounds)])
    steps = (Start(start=["p"]),)
    scenario = Scenario(
        id="cost", title="cost", points=1, hint="none", cast={"p": part}, steps=list(steps), tolerates=[]
    )
    spec = RunSpec(
        exercise="cost",
        scenario=scenario,
        script=Script(bindings={}, cast={"p": part}, steps=steps),
        script_index=0,
        strategy="fair",
        seed=0,
        limits=LimitsConfig(events=1_000_000),
    )
    binary = program.read_bytes()
    player = Program(role="pingpong", language="c", argv=("/submission/pingpong",), binary=binary)
    archive = archives.of_mapping({"pingpong": binary}, {"pingpong": 0o755})
    began = time.perf_counter()
    run(spec, {"p": player}, archive, lambda rules: open_box("full", spec.limits, rules))
    return time.perf_counter() - began


def traced(program: Path, rounds: int) -> float:
    """Return the seconds under the tracer alone."""
    began = time.perf_counter()
    follow([str(program), str(rounds)], lambda *_told: None)
    return time.perf_counter() - began


def main() -> int:
    """Print the ratio; return 1 if the aim is missed."""
    events = (LONG - SHORT) * CALLS / 1000
    ratios = []
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        program = Path(folder, "pingpong")
        source = str(Path(__file__).with_name("pingpong.c"))
        subprocess.run(["gcc", "-O0", "-g", "-o", program, source], check=True)
        for _ in range(TURNS):
            ours = controlled(program, LONG) - controlled(program, SHORT)
            with contextlib.redirect_stdout(nowhere):
                theirs = traced(program, LONG) - traced(program, SHORT)
            ratios.append(ours / theirs)
            print(
                f"  1,000 events: {ours / events * 1000:5.1f} ms controlled, "
                f"{theirs / events * 1000:5.1f} ms traced, ratio {ratios[-1]:.2f}"
            )
    print(f"  {machine()}")
    return show(
        "1,000 events under the scheduler, over the tracer alone", statistics.median(ratios), AIM, " x"
    )


if __name__ == "__main__":
    sys.exit(main())
