"""docs/tutorial.md, followed from its first line to its last.

Its files are written and its commands executed in the order of the page, in an empty folder; what it shows is
what is printed. A file is a block after a line that is its path: "`exercises/total/checks.py`:".
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pages import BLOCK, ROOT, Block, matches, printed

PAGE = ROOT / "docs" / "tutorial.md"
NAMED = re.compile(r"`([^`\s]+)`:\n\n\Z")
MINUTES_MAX = 30
WORDS_A_MINUTE = 150
"""Of one who reads, types what is shown, and thinks about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the page shows, and where it goes."""

    path: str
    text: str


def steps() -> Iterator[Block | File]:
    """Yield what is to be done, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        named = NAMED.search(text[: found.start()])
        if named:
            yield File(path=named[1], text=found[3])
        else:
            yield Block(page=PAGE.name, language=found[2], text=found[3], run=True)


def differences(block: Block, folder: Path) -> tuple[list[str], Path]:
    """Execute a block; return what was not as shown, and the folder in which its shell ended."""
    commands = block.commands()
    *found, last = printed([*(command for command, _ in commands), "pwd"], folder)
    wrong = [
        f"`{command}` printed:\n{got}"
        for (command, shown), got in zip(commands, found, strict=True)
        if not matches(shown, got)
    ]
    return wrong, Path(last.strip())


@pytest.mark.system
@pytest.mark.timeout(300)
def test_whoever_follows_it_has_a_working_exercise(tmp_path: Path) -> None:
    folder, site = tmp_path, tmp_path / "course"
    for step in steps():
        if isinstance(step, File):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
        else:
            wrong, folder = differences(step, folder)
            assert wrong == []
    assert folder == site
    checks = site / "exercises/total/checks.py"
    typed = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", checks],
        cwd=site,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert typed.stdout == "Success: no issues found in 1 source file\n"


def test_all_that_is_shown_is_executed_or_written() -> None:
    kinds = [step.language for step in steps() if isinstance(step, Block)]
    assert set(kinds) == {"console"}
    paths = [step.path for step in steps() if isinstance(step, File)]
    assert len(set(paths)) == len(paths)
    assert {
        "exercises/total/exercise.yaml",
        "exercises/total/handout.md",
        "exercises/total/checks.py",
    } <= set(paths)


def test_it_takes_half_an_hour() -> None:
    assert len(PAGE.read_text(encoding="utf-8").split()) <= MINUTES_MAX * WORDS_A_MINUTE
