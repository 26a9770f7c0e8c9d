"""Pages that show commands, what they print, and files: taken apart, executed and compared."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- run -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "--- next command ---"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page; `run` if it is marked for execution."""

    page: str
    language: str
    text: str
    run: bool

    def commands(self) -> list[tuple[str, str]]:
        """Return (command, what it prints) of a console block."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
        return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts[1:]]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    return [
        Block(page=str(page.relative_to(ROOT)), language=language, text=text, run=bool(mark))
        for mark, language, text in BLOCK.findall(page.read_text(encoding="utf-8"))
    ]


def printed(commands: list[str], folder: Path) -> list[str]:
    """Run commands in one shell, `$?` included, and return what each printed on either stream."""
    script = "".join(f"(s=$?; echo '{_MARK}'; exit $s)\n{command}\n" for command in commands)
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**variables, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        check=False,
    )
    return [part.removeprefix("\n") for part in done.stdout.split(_MARK)[1:]]


def matches(shown: str, got: str) -> bool:
    """Whether a text is what a block shows: `...` is any text of a line or, alone, any lines."""
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern, got) is not None
