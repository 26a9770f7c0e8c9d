"""Looks for the overlap that a scenario demands: as many inside a section as there must be able to be.

That no run came to it by itself is no fault: the section may be short. So runs are made for it, after the
first one of each script: whoever enters is held there as long as anybody else can go on. Such a run comes to
the overlap, or may prove that who is inside keeps the others out; one that does neither proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.judging import Judged, Way
from grader.planning import DEFAULT, DIRECTED, TOGETHER, RunSpec
from grader.reporters.explain import count

_TRIES = 4
"""Runs for each script: who is held does other things than he did, and has to be found again."""


def missing(made: Sequence[Judged]) -> bool:
    """Whether an overlap that must be possible was reached in none of the runs."""
    section = made[0].spec.scenario.overlap if made else None
    return section is not None and max(run.inside for run in made) < section.least


def attempt(plan: Sequence[RunSpec], made: Sequence[Judged]) -> RunSpec | None:
    """Return the next run that is made for the overlap.

    Args:
        plan: all runs of the scenario.
        made: those that were made.

    Returns:
        The run; None if the overlap was reached, or there is nothing more to try.
    """
    if not missing(made):
        return None
    for first in (judged for judged in made if judged.spec.slot == 0):
        own = [judged for judged in made if judged.spec.script_index == first.spec.script_index]
        slot = _free_slot(plan, own)
        if slot is None or len(own) > _TRIES or any(map(_proves, own)):
            continue
        options = _options(first.spec, own)
        if options is not None and options != own[-1].spec.options:
            return replace(slot, strategy=TOGETHER, seed=first.spec.seed, options=options)
    return None


def _free_slot(plan: Sequence[RunSpec], own: Sequence[Judged]) -> RunSpec | None:
    used = {judged.spec.slot for judged in own}
    return next(
        (
            spec
            for spec in plan
            if spec.script_index == own[0].spec.script_index
            and spec.slot not in used
            and spec.strategy in (DEFAULT, DIRECTED)
        ),
        None,
    )


def _options(first: RunSpec, own: Sequence[Judged]) -> dict[str, object] | None:
    """Say who is to be held where: as each went through the section in the last run in which it did."""
    section = first.scenario.overlap
    ways: dict[str, Way] = {}
    for judged in own:
        ways.update({enter.name: (enter, leave) for enter, leave in judged.ways})
    held = list(ways.values())
    if section is not None and section.past_waiting:  # one is held, another one each time: who can go on?
        held = list(own[0].ways[len(own) - 1 : len(own)])
    if not held or section is None:
        return None
    rows = [[[act.name, act.f, act.nth] for act in way] for way in held]
    strangers = sorted({name for judged in own for name in judged.strangers} - ways.keys())
    return {"stretches": rows, "strangers": strangers, "least": section.least}


def proof(made: Sequence[Judged]) -> Judged | None:
    """Return the run that proves that an overlap is impossible, with that as its finding."""
    return next((blamed(judged) for judged in made if _proves(judged)), None) if missing(made) else None


def _proves(judged: Judged) -> bool:
    """Whether a run proves that others are kept out: in other runs they may have had no chance to come in."""
    return judged.spec.strategy == TOGETHER and judged.kept_out is not None


def blamed(judged: Judged, like: Judged | None = None) -> Judged:
    """Return a run with what it proves of an overlap among its findings; if it is at the same place."""
    found = judged.kept_out
    if found is None or (like is not None and not any(_same(found, other) for other in like.findings)):
        return judged
    return replace(judged, findings=(found, *judged.findings))


def _same(one: object, other: object) -> bool:
    return all(
        getattr(one, name) == getattr(other, name) for name in ("check", "part", "read", "file", "line")
    )


def unproven(made: Sequence[Judged]) -> str:
    """Say why it is not known whether an overlap is possible."""
    section = made[0].spec.scenario.overlap if made else None
    if section is None:
        return ""
    most = max(run.inside for run in made)
    text = (
        f"{section.least} must be able to be inside at once; in {count(len(made), 'schedule')} there were "
        f"never more than {most}, and nothing proves that they keep each other out"
    )
    ways = [way for run in made for way in run.ways]
    if ways and all(enter == leave for enter, leave in ways):
        text += "; the lines of entering and leaving are written at once, so nobody can be seen between them"
    return text
