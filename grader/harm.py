"""A run in which a race does harm: told from the order of things it is true in any run, but harmless in most.

What is lost by a race is lost because somebody else came between two accesses, or after one instead of before
it. So each of the two threads is held at one of its accesses to the bytes until the other one has made one of
its own; the run kept for the student is the first in which something is missed for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from grader import store
from grader.exploration import Explorer
from grader.judging import Judged
from grader.model.history import History, Op
from grader.model.schedule import Act
from grader.model.verdict import Finding
from grader.planning import DIRECTED, RunSpec
from grader.scheduling.conflicts import acts

_RACES = frozenset({"race"})
_WRITES = frozenset({"store", "volatile_store", "write_range", "load_store"})
_RUNS_MAX = 8


def harmful(explorer: Explorer, failed: Judged) -> Judged:
    """Look for a run in which the race of a failed one does harm.

    Args:
        explorer: makes runs.
        failed: a run.

    Returns:
        The first run with the same race in which it explains something else that failed; the given one if it
        does so already, if it has failed for another reason too, or if none is found.
    """
    if failed.checks != _RACES or failed.effects or not failed.history:
        return failed
    history = store.decompress(failed.history)
    race = next(finding for finding in failed.findings if finding.check in _RACES)
    pending = [explorer.submit(spec) for spec in attempts(failed.spec, history, race)]
    try:
        return next((one for one in (each.result() for each in pending) if _harms(one)), failed)
    finally:
        for each in pending:
            each.cancel()


def attempts(spec: RunSpec, history: History, race: Finding) -> Sequence[RunSpec]:
    """Return the runs to be tried: one thread is held at an access until the other one has made one.

    Args:
        spec: of the run in which the race was found.
        history: of that run.
        race: the finding; its ops are the two accesses.
    """
    if len(race.ops) != 2:
        return []
    one, other = (history.ops[index] for index in race.ops)
    known = acts(history)
    mine, theirs = list(_accesses(history, known, one)), list(_accesses(history, known, other))
    pairs = [*product(mine, theirs), *product(theirs, mine)]
    # To be held before a write that follows a read is what loses the other's write.
    pairs.sort(key=lambda pair: history.ops[pair[0]].f not in _WRITES)
    return [_held(spec, known[hold], known[until]) for hold, until in pairs[:_RUNS_MAX]]


def _accesses(history: History, known: Mapping[int, Act], op: Op) -> Iterator[int]:
    """Yield an access, and its thread's next write to the same bytes, where a scheduler can choose them."""
    if op.index in known:
        yield op.index
    place = (op.object, op.value.get("offset"))
    for later in history.ops[op.index + 1 :]:
        same = (later.pid, later.tid, later.object, later.value.get("offset")) == (op.pid, op.tid, *place)
        if same and later.f in _WRITES:
            if later.index in known:
                yield later.index
            return


def _held(spec: RunSpec, hold: Act, until: Act) -> RunSpec:
    told = {key: [act.name, act.f, act.nth] for key, act in (("hold", hold), ("until", until))}
    return replace(spec, strategy=DIRECTED, options=told)


def _harms(judged: Judged) -> bool:
    return bool(judged.checks & _RACES) and bool(judged.effects or judged.checks - _RACES)
