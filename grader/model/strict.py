"""What all models that come from YAML are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from grader.model.history import ObjectKind


class Strict(BaseModel):
    """Base of all models that come from YAML: unknown keys are errors, values are not converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


def as_list(value: Any) -> Any:
    """Take one thing for a list of one."""
    return value if isinstance(value, list) else [value]


def as_kind(value: Any) -> Any:
    """Take the word for a kind."""
    return ObjectKind(value) if isinstance(value, str) and value in set(ObjectKind) else value


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Text = str
PartName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
PartNames = Annotated[list[PartName], BeforeValidator(as_list), Field(min_length=1)]
Variable = Annotated[str, Field(pattern=r"^\$\{[a-z][a-z0-9_]*\}$")]
Mode = Annotated[str, Field(pattern=r"^0[0-7]{3}$", description='Permission bits as a quoted octal: "0600".')]
Mask = Annotated[str, Field(pattern=r"^0[0-7]{2}$", description='A umask as a quoted octal: "077".')]
Kind = Annotated[ObjectKind, BeforeValidator(as_kind)]
SignalName = Annotated[str, Field(pattern=r"^[A-Z0-9]+$", description="Without SIG: HUP, TERM, KILL, USR1.")]
