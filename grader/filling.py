"""Under which schedules a script is run, when it is known what in a first run could have come otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from grader.model.schedule import Act
from grader.planning import ADAPTIVE, DEFAULT, DIRECTED, HURRIED, PCT, RANDOM, RunSpec
from grader.scheduling.conflicts import Contention, Pair

_DIRECTED_SHARE = 0.6
_DEPTHS = (2, 3)
_SLEEPS_MAX = 3
_WITHOUT_CONFLICT = 2
"""So many more runs of a script in which no order matters."""


def fill(first: RunSpec, slots: Sequence[RunSpec], found: Contention) -> tuple[RunSpec, ...]:
    """Say how the runs of a script go about it, now that one of them was made.

    First those who sleep wake too early, one after the other. Then come pairs of conflicting operations in
    the order in which they did not come by themselves, the most telling ones; what is left of the budget is
    random walks and random priorities, in turn. The last of these is of the plain program: no verdict is to
    depend on how it is watched.

    Args:
        first: the run that was made.
        slots: the runs to be made, as planned.
        found: what could have come in another order in the first run.

    Returns:
        The runs; fewer than slots if there are not so many pairs, or none.
    """
    pairs, sleeps = list(found.pairs), list(found.sleeps[:_SLEEPS_MAX])
    if not pairs and all(slot.strategy == DEFAULT for slot in slots):
        slots = slots[: _WITHOUT_CONFLICT + len(sleeps)]
    adaptive = [slot for slot in slots if slot.strategy in ADAPTIVE]
    share = math.ceil(len(adaptive) * _DIRECTED_SHARE)
    filled = []
    for slot in slots:
        strategy = slot.strategy
        if strategy == DEFAULT:
            rest = slot.slot % 2
            if sleeps:
                filled.append(_hurried(slot, first, sleeps.pop(0)))
                continue
            strategy = DIRECTED if pairs and share > 0 else RANDOM if rest else PCT
        if strategy == DIRECTED:
            if not pairs:
                continue
            share -= 1
            filled.append(_directed(slot, first, pairs.pop(0)))
        elif strategy == PCT:
            filled.append(_pct(slot, found))
        else:
            filled.append(replace(slot, strategy=strategy))
    if filled and filled[-1].strategy != DIRECTED:
        filled[-1] = replace(filled[-1], plain=True)
    return tuple(filled)


def _directed(slot: RunSpec, first: RunSpec, pair: Pair) -> RunSpec:
    hold, until = ([act.name, act.f, act.nth] for act in (pair.first, pair.then))
    return replace(slot, strategy=DIRECTED, seed=first.seed, options={"hold": hold, "until": until})


def _hurried(slot: RunSpec, first: RunSpec, sleep: Act) -> RunSpec:
    return replace(
        slot, strategy=HURRIED, seed=first.seed, options={"sleep": [sleep.name, sleep.f, sleep.nth]}
    )


def _pct(slot: RunSpec, found: Contention) -> RunSpec:
    depth = _DEPTHS[slot.slot // 2 % len(_DEPTHS)]
    options = {"depth": depth, "steps": found.steps, "contended": list(found.objects)}
    return replace(slot, strategy=PCT, options=options)
