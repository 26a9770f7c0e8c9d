"""Objects as scripts name and make them; what is demanded of them stands with the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from grader.model.history import ObjectKind
from grader.model.strict import Kind, Mode, Strict, Text, as_kind, as_list


class ObjectRef(Strict):
    """A kernel object by kind and by the name the student knows."""

    kind: Kind
    name: Text = Field(description="A path in the working directory, `/name`, or a System V key in decimal.")


class NewObject(ObjectRef):
    """An object the script makes before or between the programs."""

    kind: Annotated[
        Literal[
            ObjectKind.FILE,
            ObjectKind.DIRECTORY,
            ObjectKind.FIFO,
            ObjectKind.SHARED_MEMORY,
            ObjectKind.SEMAPHORE,
            ObjectKind.QUEUE,
            ObjectKind.SOCKET,
            ObjectKind.SYSV_SHARED_MEMORY,
            ObjectKind.SYSV_SEMAPHORE,
            ObjectKind.SYSV_QUEUE,
        ],
        BeforeValidator(as_kind),
    ]
    content: Text = Field(
        default="", description="Of a file or shared memory; of a queue a message; of a semaphore its value."
    )
    size: int | None = Field(default=None, ge=1, le=1 << 30, description="Bytes of a System V segment.")
    members: int | None = Field(
        default=None, ge=1, le=32_000, description="Semaphores of a System V set: as many as values, or 1."
    )
    values: Annotated[list[Annotated[int, Field(ge=0, le=32_767)]], BeforeValidator(as_list)] = Field(
        default=[], description="Of the semaphores of a System V set: 1 each, if none are given."
    )
    mode: Mode = "0600"

    @property
    def counts(self) -> list[int]:
        """The values of a System V set."""
        return list(self.values) or [1] * (self.members or 1)


MEANT_FOR: Final[Mapping[str, frozenset[ObjectKind]]] = {
    "content": frozenset(
        {ObjectKind.FILE, ObjectKind.SHARED_MEMORY, ObjectKind.SEMAPHORE, ObjectKind.QUEUE,
         ObjectKind.SYSV_SHARED_MEMORY, ObjectKind.SYSV_QUEUE}
    ),
    "size": frozenset({ObjectKind.SYSV_SHARED_MEMORY}),
    "members": frozenset({ObjectKind.SYSV_SEMAPHORE}),
    "values": frozenset({ObjectKind.SYSV_SEMAPHORE}),
}  # fmt: skip
"""Of which kinds of new object a key tells something."""
