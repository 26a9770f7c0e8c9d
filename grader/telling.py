"""Says in words what a search has tried, and how sure that makes one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from grader.judging import Judged
from grader.placing import told
from grader.planning import DIRECTED, PCT
from grader.reporters.explain import count
from grader.search import Found


def explored(found: Found) -> str:
    """Say in words what was tried, and how sure that makes one."""
    calm = [judged for judged in found.made if judged.spec.fault is None]
    counts = Counter(judged.spec.strategy for judged in calm)
    if not counts:
        return ""
    told = [f"{number} {name}" for name, number in counts.items()]
    text = f"{told[0]}" if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    text += f" schedule{'' if len(calm) == 1 else 's'}"
    plain = sum(1 for judged in found.made if judged.spec.plain)
    text += f" ({plain} of the program without instrumentation)" if plain else ""
    text += _pairs_told(found.made) + _bound_told(found.made) + _points_told(found)
    missing = found.planned - len(found.made)
    if missing > 0 and not any(judged.failed or judged.error for judged in found.made):
        text += f"; explored in part: {missing} more did not fit into the budget"
    return text


def _points_told(found: Found) -> str:
    """Say at how many points faults were tried: `; post killed at each of 143 points`."""
    tried = Counter(told(judged.spec.fault) for judged in found.made if judged.spec.fault is not None)
    text = ""
    for words, known in found.points.items():
        number = tried[words]
        of = "each" if number == known > 1 else str(number)
        text += (
            f"; {words} {of} of {count(known, 'point')}" if known else f"; {words} no point: there is none"
        )
    return text


def _pairs_told(made: Sequence[Judged]) -> str:
    directed = [judged for judged in made if judged.spec.strategy == DIRECTED]
    contentions = [judged.contention for judged in made if judged.contention is not None]
    if contentions and not any(found.pairs for found in contentions):
        return "; no two operations in it conflict"
    known = sum(len(found.pairs) for found in contentions)
    if not directed:
        return ""
    of = f"all {known}" if known == len(directed) else f"{len(directed)} of {known}"
    only_one = sum(1 for judged in directed if not judged.turned)
    rest = f" ({only_one} could come in one order only)" if only_one else ""
    return f"; {of} conflicting pair{'' if known == 1 else 's'} tried in both orders{rest}"


def _bound_told(made: Sequence[Judged]) -> str:
    """Say how likely a bug of depth 2 would have been met: the guarantee of PCT, for the worst script."""
    chances: dict[int, list[float]] = {}
    by_script = {
        judged.spec.script_index: judged.contention
        for judged in made
        if judged.contention is not None and judged.contention.pairs
    }
    for judged in made:
        found = by_script.get(judged.spec.script_index)
        if judged.spec.strategy == PCT and judged.spec.options["depth"] == 2 and found is not None:
            chance = 1 / (max(found.threads, 1) * max(found.steps, 1))
            chances.setdefault(judged.spec.script_index, []).append(chance)
    if not chances:
        return ""
    met = min(1 - math.prod(1 - chance for chance in one) for one in chances.values())
    return f"; any bug of depth 2 would have been met with a probability of at least {met:.2g}"
