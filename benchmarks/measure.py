"""What the benchmarks share: timing commands, and showing a figure beside its aim."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADER = (sys.executable, "-m", "grader")


class NotMeasuredError(Exception):
    """Something did not work as it must for a figure to mean anything."""


def seconds(command: Sequence[str], *, statuses: frozenset[int] = frozenset({0}), cwd: Path = ROOT) -> float:
    """Run a command with its output thrown away, and return how long it took.

    Raises:
        NotMeasuredError: it ended with another status.
    """
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode not in statuses:
        raise NotMeasuredError(f"`{' '.join(command)}` ended with status {done.returncode}")
    return took


def machine() -> str:
    """Say what else the machine is busy with: a figure taken under load means little."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def show(what: str, figure: float, aim: float, unit: str) -> int:
    """Print a figure and its aim; return 1 if it is missed."""
    good = figure <= aim
    print(f"{what}: {figure:.2f}{unit}   aim: at most {aim:g}{unit}   {'kept' if good else 'MISSED'}")
    return 0 if good else 1
