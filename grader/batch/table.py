"""CSV files as people and gradebooks make them: any separator, any encoding that is likely, no formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.model.errors import UsageError

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?%?")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
_SEPARATORS = ",;\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file.

    Attributes:
        header: first row.
        rows: the others; each has as many cells as the header, or more.
        separator: between cells.
        encoding: to write it in again.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str = ","
    encoding: str = "utf-8"

    def column(self, *names: str) -> int | None:
        """Return the first column with one of these names, whatever their case; None if there is none."""
        known = [" ".join(cell.split()).casefold() for cell in self.header]
        return next((known.index(name.casefold()) for name in names if name.casefold() in known), None)


def read_table(path: Path) -> Table:
    """Read a CSV file.

    Raises:
        UsageError: there is none, or it is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    text, encoding = _text(data)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV file: {error}") from error
    if not rows:
        raise UsageError(f"{path} is empty")
    width = len(rows[0])
    padded = tuple(tuple(row) + ("",) * (width - len(row)) for row in rows[1:])
    return Table(header=tuple(rows[0]), rows=padded, separator=separator, encoding=encoding)


def _text(data: bytes) -> tuple[str, str]:
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = cell.replace("\x00", "")
    harmless = not text.startswith(_FORMULA) or len(text) == 1 or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


def render(rows: Iterable[Sequence[str]], separator: str = ",") -> Iterable[str]:
    """Yield the lines of a CSV file, each cell defused."""
    for row in rows:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=separator).writerow([defused(cell) for cell in row])
        yield buffer.getvalue()


def number(value: float) -> str:
    """Return points as a gradebook reads them: two decimals at most, none if whole."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
