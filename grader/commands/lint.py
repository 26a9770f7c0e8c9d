"""`grader lint`: check exercise files without running anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands import console
from grader.config import site_root
from grader.lint import lint_paths
from grader.model.errors import UsageError


def run(options: argparse.Namespace) -> int:
    """Print all problems; 0 if there are none, else 2."""
    paths: list[Path] = options.paths or [site_root()]
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no {path}")
    problems = lint_paths(paths)
    show = console.stdout()
    for problem in problems:
        show.print(str(problem), markup=False, soft_wrap=True)
    if not problems:
        show.print("no problems")
        return 0
    plural = "" if len(problems) == 1 else "s"
    show.print(f"{len(problems)} problem{plural}")
    return 2
