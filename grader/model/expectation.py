"""What must have been printed, or written into a file: lines, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from grader.model.strict import PartName, Strict, Text, as_list


class Pattern(Strict):
    """A line given by a regular expression that must match it whole."""

    regex: Text


class Repeated(Strict):
    """Lines that stand several times; `${n}` counts from `first`."""

    lines: list[Text | Pattern] = Field(min_length=1)
    repeat: int = Field(ge=0)
    first: int = 1


Line = Text | Pattern | Repeated
Lines = Annotated[list[Line], BeforeValidator(as_list)]


class Expectation(Strict):
    """What a part must have printed since the last `expect` on it, decided when nobody can go on."""

    part: PartName
    lines: Lines = Field(default=[], description="These lines, in this order.")
    any_order: Lines = Field(default=[], description="These lines, in whatever order.")
    interleaved: list[Lines] = Field(
        default=[], description="Several sequences of lines: each in its order, however they are mixed."
    )
    one_of: list[Lines] = Field(
        default=[], description="Several transcripts, any of which is right; `[]` is to print nothing."
    )
    includes: list[Lines] = Field(
        default=[], description="Several sequences of lines: each in its order, among whatever else."
    )
    nothing: bool = Field(default=False, description="Nothing was printed.")
    something: bool = Field(default=False, description="At least one line, of any text.")
    stream: Literal["stdout", "stderr"] = "stdout"
    file: Text = Field(
        default="", description="Not what it printed, but the whole of this file that it wrote."
    )
    numbered: Text = Field(
        default="", description="Each line begins with its number, from 1 on, and this text."
    )

    @property
    def source(self) -> str:
        """Where the lines are: `stdout`, `stderr`, or the name of a file."""
        return self.file or self.stream

    def whole_lines(self, text: str) -> list[str]:
        """Return the lines of a text; where a file ends, its last line does."""
        *lines, rest = text.split("\n")
        return [*lines, rest] if self.file and rest else lines

    def unnumbered(self, lines: Sequence[str]) -> list[str] | None:
        """Return lines without their numbers, if such are demanded; None if one has not the right number."""
        heads = [f"{number}{self.numbered}" if self.numbered else "" for number in range(1, len(lines) + 1)]
        pairs = list(zip(heads, lines, strict=True))
        if not all(line.startswith(head) for head, line in pairs):
            return None
        return [line.removeprefix(head) for head, line in pairs]
