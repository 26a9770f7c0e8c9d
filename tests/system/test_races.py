"""Programs that synchronise in every way there is: who waits for word never races, who does not always does.

The histories are those of real runs; what orders what in hand-written ones is in tests/unit/checkers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from grader.checkers import lock_misuse, race
from grader.model.history import EndReason, History
from tests.system.run_program import PART, TRACEES, c_program, output, perform, spec_of

pytestmark = pytest.mark.system

WAYS = re.findall(r'^    \{"([a-z-]+)", ', (TRACEES / "ordered.c").read_text(), re.MULTILINE)
SCRIPT = f"[start: {PART}, exit: {{{PART}: 0}}]"


@dataclass(frozen=True, slots=True)
class Judged:
    """A run and what was found."""

    history: History
    races: list[str]
    misuses: list[str]


def judged(*arguments: str, strategy: str = "fair", seed: int = 0) -> Judged:
    program = c_program("ordered", instrument=True)
    parts = {PART: {"args": list(arguments)}}
    history = perform(program, SCRIPT, parts=parts, strategy=strategy, seed=seed)
    spec = spec_of(SCRIPT, parts)
    assert history.end.reason is EndReason.FINISHED, output(history, stream="stderr")
    return Judged(
        history,
        [finding.message for finding in race.check(history, spec)],
        [finding.message for finding in lock_misuse.check(history, spec)],
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("strategy", "seed"), [("fair", 0), ("random", 1)])
def test_who_waits_to_be_told_does_not_race(way: str, strategy: str, seed: int) -> None:
    found = judged(way, strategy=strategy, seed=seed)
    assert (found.races, found.misuses) == ([], [])
    assert output(found.history) == "42\n"


@pytest.mark.parametrize("way", WAYS)
def test_who_looks_before_that_races_in_any_schedule(way: str) -> None:
    source = (TRACEES / "ordered.c").read_text().splitlines()
    writes = 1 + next(n for n, line in enumerate(source) if "shared->number = 42;" in line)
    reads = 1 + next(n for n, line in enumerate(source) if "early ? shared->number" in line)
    (text,) = judged(way, "early").races
    assert f"ordered.c:{writes}" in text and f"ordered.c:{reads}" in text
