"""What compiler, linker and make say, understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ERROR = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<text>.*)$")
_MAKE = re.compile(r"^(?P<file>[^:\[]+):(?P<line>\d+): \*\*\* (?P<text>.*)$")
_LINK = re.compile(
    r"^(?:.*?ld(?:\.\w+)?: )?(?P<file>[^:]+):(?P<line>\d+): (?P<text>.*(?:undefined ref|multiple def).*)$"
)
_LINK_PLAIN = re.compile(r"(?P<text>(?:undefined reference to|multiple definition of|cannot find) .*)$")
_NO_SPACE = "No space left on device"
_TEXT_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """The first error in a compiler's output.

    Attributes:
        text: the compiler's words.
        file: a file of the submission; empty if unknown.
        line: its line; 0 if unknown.
    """

    text: str
    file: str = ""
    line: int = 0


def first_error(output: str, files: Iterable[str]) -> Complaint | None:
    """Find the first error of gcc, make or the linker.

    Args:
        output: what was printed.
        files: names of the submission's files; others (a header of the system) are not named as the place.
    """
    known = frozenset(files)
    for pattern in (_ERROR, _MAKE, _LINK, _LINK_PLAIN):
        for line in output.splitlines():
            found = pattern.search(line)
            if found is None:
                continue
            place = found.groupdict()
            file = place.get("file", "").rpartition("/submission/")[2].removeprefix("./")
            text = place["text"].strip()[:_TEXT_MAX]
            if file in known:
                return Complaint(text=text, file=file, line=int(place["line"]))
            return Complaint(text=text)
    if _NO_SPACE in output:
        return Complaint(text="the disk is full: what is built takes too much space")
    return None
