"""Bounds that an exercise puts on its runs."""

from __future__ import annotations

from pydantic import Field

from grader.model.strict import Strict


class Limits(Strict):
    """Bounds of one run; what is not given comes from `config.yaml`."""

    processes: int | None = Field(default=None, ge=1)
    memory_mib: int | None = Field(default=None, ge=16)
    cpu_s: float | None = Field(default=None, gt=0)
    virtual_s: float | None = Field(default=None, gt=0)
    events: int | None = Field(default=None, ge=1)
