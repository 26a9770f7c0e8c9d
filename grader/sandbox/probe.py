"""One thing that was looked at on this machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that was looked at.

    Attributes:
        name: what, in a few words.
        ok: it is as it should be.
        detail: what was found.
        remedy: what to do; empty if ok.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
