"""Stretches of programs that only so many may be in, or that so many must be able to be in."""

from __future__ import annotations

from pydantic import Field

from grader.model.strict import PartName, Strict, Text


class Section(Strict):
    """A stretch of a program that its output tells of: from one line to another.

    Two stretches are told apart by what the groups of the expressions matched, and by the part; without
    groups by the process that printed. Without `leave` the stretch is the printing itself: who stands at the
    call that writes the line is inside, until it is written.
    """

    enter: Text = Field(description="Regular expression of the line that is printed inside, at the start.")
    leave: Text = Field(
        default="",
        description="Regular expression of the line that is printed inside, at the end; or none.",
    )
    parts: list[PartName] = Field(default=[], description="Of these parts only; empty: of all.")


class Overlap(Section):
    """So many must be inside at once in some schedule: locking too much is a fault too."""

    least: int = Field(default=2, ge=2)
    past_waiting: bool = Field(
        default=False,
        description="Counts with who prints the line those who slept all the way he came there, "
        "for something that he did not touch.",
    )


class Exclusive(Section):
    """No more than so many may be inside at once, in any schedule."""

    most: int = Field(default=1, ge=1)
