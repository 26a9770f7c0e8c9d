"""Runs pytest with the plugin, as a user does: in a process and a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A session that has ended."""

    status: int
    out: str
    err: str


def run_pytest(folder: Path, *arguments: str) -> Done:
    """Run pytest in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**kept, "COLUMNS": "150", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(status=done.returncode, out=done.stdout, err=done.stderr)
