"""The names of checks: those that every exercise has, and those that it may bring along."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

CHECKS: tuple[str, ...] = (
    "output", "exit-status", "crash", "limits", "build", "blocking", "polling", "sleep-sync", "lost-wakeup",
    "ordering", "deadlock", "starvation", "overlap", "race", "atomicity", "mutual-exclusion", "lock-misuse",
    "persistence", "leftovers", "access", "descriptors", "reaping", "interruption", "partial-io",
    "crash-safety", "peer-death", "signal-safety", "mechanism",
)  # fmt: skip
"""All check ids, a finding's first word and a mutant's folder."""

CheckId = Annotated[
    str,
    Field(
        json_schema_extra={
            "anyOf": [
                {"enum": list(CHECKS)},
                {"pattern": "^[a-z][a-z0-9-]*$", "description": "A check of the exercise itself: checks.py."},
            ]
        }
    ),
]
"""The name of a check; only the whole of an exercise tells whether there is such a one."""
