"""The programs that are compared: what each one says of itself in its first comment and beside its lines."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("programs")

_HEAD = re.compile(r"/\* (right|wrong): (.*?)\s+prints: (.*?) \*/", re.DOTALL)
_MARK = "/* race */"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One of the programs.

    Attributes:
        name: the file's, without `.c`.
        right: nothing in it races.
        why: what makes it right or wrong.
        prints: what it prints when nothing goes wrong; the same for both programs of a pair.
        marked: the lines that race: two, or one if a line races with itself.
    """

    name: str
    right: bool
    why: str
    prints: str
    marked: frozenset[int]

    @property
    def path(self) -> Path:
        """Where its source is."""
        return FOLDER / f"{self.name}.c"


def parse(name: str, text: str) -> Example:
    """Read a program's own words.

    Raises:
        ValueError: it does not say what it must, or its marks do not fit what it says.
    """
    head = _HEAD.match(text)
    if head is None:
        raise ValueError(
            f"{name}: the first comment must say `right: ...` or `wrong: ...`, and `prints: ...`"
        )
    right = head[1] == "right"
    marked = frozenset(n for n, line in enumerate(text.splitlines(), 1) if _MARK in line)
    if right and marked:
        raise ValueError(f"{name}: it is right, but lines are marked as racing")
    if not right and len(marked) not in (1, 2):
        raise ValueError(f"{name}: it is wrong, so one or two lines must be marked, not {len(marked)}")
    return Example(name=name, right=right, why=" ".join(head[2].split()), prints=head[3], marked=marked)


def read_all(only: Collection[str] = ()) -> list[Example]:
    """Read the programs, by name; `only` those whose names begin with one of some words."""
    found = [parse(path.stem, path.read_text()) for path in sorted(FOLDER.glob("*.c"))]
    return [one for one in found if not only or one.name.startswith(tuple(only))]
