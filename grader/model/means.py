"""By what means a submission has to do its work, and by what not: told by the operations of a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from grader.model.strict import Kind, PartName, Strict, Text, as_list

_CALLS = "Operations by their names in a history, as `write` or `sem_wait`; any of them."


class Means(Strict):
    """Operations of a part, perhaps on one object."""

    part: PartName
    calls: Annotated[list[Text], BeforeValidator(as_list), Field(min_length=1, description=_CALLS)]
    object: Text = Field(default="", description="Only those on this object, as the student calls it.")
    kind: Kind | None = Field(
        default=None, description="Only those on objects of this kind, `pipe` or `file`."
    )
    flags: Annotated[list[Text], BeforeValidator(as_list)] = Field(
        default=[], description="Only those with all of these flags, as `O_APPEND` of `open`."
    )
    because: Text = Field(default="", description="What the student is told of it, as a sentence.")


class Sought(Strict):
    """Data given by a regular expression, to be found in it."""

    regex: Text


class Required(Means):
    """So much must have been done by these means, or the work was done by others."""

    processes: int = Field(default=1, ge=1, description="By so many different processes of the part.")
    times: int = Field(default=1, ge=1, description="So often.")
    data: Text | Sought = Field(default="", description="They carry this text, perhaps in pieces.")
    bytes: int = Field(default=0, ge=0, description="They carry so many bytes, all together.")


class Forbidden(Means):
    """Nothing may be done by these means."""
