"""Where the faults of a scenario strike: at each point of a good run of each script, one point a run.

The points are taken from the run itself and not at random, so that what was tried can be counted. If there
are more than are to be tried, those at different places of the program come first, and then what is left,
spread evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader import store
from grader.judging import Judged
from grader.model.fault import Fault, Halt, victim_of, word_of
from grader.model.history import History
from grader.planning import RunSpec
from grader.registry import load
from grader.scheduling.deeds import deeds_of

_TOLD: Mapping[str, str] = {
    "kill": "{} killed at",
    "stop": "{} stopped and continued at",
    "interrupt": "{} interrupted at",
    "short": "reads and writes of {} cut short at",
    "fail": "calls of {} made to fail at",
    "lose": "datagrams of {} lost at",
    "double": "datagrams of {} sent twice at",
}


@dataclass(frozen=True, slots=True)
class Points:
    """The runs in which faults are tried, and how many points there are of each kind, by its words."""

    runs: tuple[RunSpec, ...] = ()
    known: Mapping[str, int] = field(default_factory=dict)


def told(fault: Fault) -> str:
    """Say what was done to whom: `post killed at`."""
    return _words(fault.kind, fault.part, fault.child, fault.seconds)


def _words(kind: str, part: str, child: int, seconds: float) -> str:
    words = "{} stopped for " + f"{seconds:g} s at" if seconds else _TOLD[kind]
    return words.format(f"child {child} of {part}" if child else part)


def fault_runs(made: Sequence[Judged], most: int) -> Points:
    """Place the faults of a scenario in the first run of each of its scripts.

    Args:
        made: the runs of the scenario, none of which has failed.
        most: points that are tried, of each script.

    Returns:
        The runs to be made; their slots follow those of the runs that were made.
    """
    runs: list[RunSpec] = []
    known: dict[str, int] = {}
    for first in (judged for judged in made if judged.spec.slot == 0 and judged.history):
        demands = first.spec.scenario.faults
        if not demands:
            continue
        history = store.decompress(first.history)
        strategies = load("grader.faults", "FAULT")
        faults: list[Fault] = []
        for each in demands:
            points = strategies[word_of(each)].points(each, history)
            victim = victim_of(each)
            lasts = victim.seconds if isinstance(victim, Halt) else 0
            words = _words(word_of(each), victim.part, victim.child or 0, lasts)
            known[words] = known.get(words, 0) + len(points)
            faults += points
        script = first.spec.script_index
        slot = 1 + max(judged.spec.slot for judged in made if judged.spec.script_index == script)
        chosen = _in_order(faults, history)[:most]
        runs += [replace(first.spec, slot=slot + number, fault=fault) for number, fault in enumerate(chosen)]
    return Points(tuple(runs), known)


def _in_order(faults: Sequence[Fault], history: History) -> list[Fault]:
    """Put those at places that come for the first time before all others, and spread these evenly."""
    places = {deed.act: (deed.act.name, *deed.place, deed.op.object) for deed in deeds_of(history)}
    seen: set[tuple[object, ...]] = set()
    first: list[Fault] = []
    rest: list[Fault] = []
    for fault in faults:
        key = (fault.kind, fault.child, fault.during, *places[fault.act])
        (rest if key in seen else first).append(fault)
        seen.add(key)
    return first + [rest[index] for index in _evenly(len(rest))]


def _evenly(count: int) -> Iterator[int]:
    """Yield 0 to count - 1 so that any beginning is spread evenly: their bits in reverse order."""
    width = max(count - 1, 0).bit_length()
    for number in range(1 << width):
        place = int(format(number, f"0{width}b")[::-1], 2) if width else 0
        if place < count:
            yield place
