"""Writing files of a batch: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grader.model.errors import UsageError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write a file that takes its place when it is complete.

    Raises:
        UsageError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def write_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Write a text file from its parts, never all in memory.

    Raises:
        UsageError: it cannot be written.
    """
    with replacing(path) as temporary, _opened(temporary, encoding) as stream:
        stream.writelines(lines)


def _opened(path: Path, encoding: str) -> IO[str]:
    return path.open("w", encoding=encoding, errors="xmlcharrefreplace", newline="")
