"""Check `race`: two accesses to the same bytes, one of them a write, that nothing puts in order.

Judged by happens-before, so the race is found though nothing went wrong in this run. Where a plain variable
is used to tell another process something, what it was to guard is in order as far as the programmer meant it
to be: the variable is named, and the rest is judged as if it were atomic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.checkers._accesses import FILLING, PLAIN, Touch, freed, to_files, to_memory, waited_for
from grader.checkers._held import held, place_name
from grader.checkers._order import Order
from grader.checkers._order.atomics import ACQUIRE, RELEASE
from grader.checkers._shadow import Shadow
from grader.checkers.base import Spec, at, located, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding

RULE = "Two accesses to the same bytes, one of which writes, must be put in order by synchronisation."

_REPORTED_MAX = 5
_READ = "man 7 sem_overview"
_LETS_IN = ", which lets in more than one"
_BY_FCNTL = "; it is shared, or of other bytes, or closing another descriptor of the file has given it back"


@dataclass(frozen=True, slots=True)
class _Race:
    """Two accesses in the order in which they came."""

    first: Touch
    then: Touch

    @property
    def places(self) -> frozenset[tuple[str, str, int]]:
        """Where in the sources they are made; two accesses of one line are the same place."""
        return frozenset(
            (op.file, "", op.line) if op.file else (op.part, op.f, 0) for op in (self.first.op, self.then.op)
        )

    @property
    def flag(self) -> tuple[str, int] | tuple[()]:
        """The variable by which one tells the other something: one only reads it, the other only writes."""
        one, other = sorted((self.first, self.then), key=lambda touch: touch.writes)
        tells = one.op.f in ("load", "volatile_load") and other.op.f in ("store", "volatile_store")
        return (one.item, one.start) if tells and one.start == other.start else ()

    @property
    def volatile(self) -> bool:
        """Whether the programmer hoped that `volatile` would do."""
        return self.first.volatile or self.then.volatile


def check(history: History, spec: Spec) -> list[Finding]:
    """Report pairs of accesses of the submission that are in no order, the most telling ones first."""
    del spec
    touches, files = list(to_memory(history)), _contended(to_files(history))
    if len({(touch.op.pid, touch.op.tid) for touch in touches}) < 2 and not files:
        return []
    order = Order(history)
    gone = freed(history)
    races = [race for race in _races(order, touches, gone) if not _set_by_handler(history, race)]
    spun = waited_for(history)
    flags = {race.flag for race in races if race.flag and (race.volatile or race.flag in spun)}
    if flags:
        as_atomic = Order(history, trusted=flags)
        rest = [touch for touch in touches if not _trusted(touch, flags)]
        races = [race for race in races if race.flag in flags] + list(_races(as_atomic, rest, gone))
    told = [_finding(history, race, spun) for race in _distinct(races)]
    told += [_finding(history, race, spun) for race in _distinct(_file_races(order, files))]
    return told[:_REPORTED_MAX]


def _distinct(races: Iterable[_Race]) -> list[_Race]:
    """Keep one race for each pair of places, and none at a single one of the two places of another."""
    found: dict[frozenset[tuple[str, str, int]], _Race] = {}
    for race in races:
        found.setdefault(race.places, race)
    return [race for places, race in found.items() if not any(places < others for others in found)]


def _trusted(touch: Touch, flags: Collection[tuple[str, int]]) -> bool:
    return (touch.item, touch.start) in flags


def _set_by_handler(history: History, race: _Race) -> bool:
    """Whether it is about a flag that a signal handler sets, which the threads of its process look at.

    The C standard has nothing else for a handler to tell with, whichever thread the signal comes to.
    """
    if not race.first.private or not (race.first.volatile and race.then.volatile):
        return False
    return any(
        op.f == "deliver" and op.pid == race.first.op.pid and op.value.get("action") == "handler"
        for op in history.ops[: race.then.op.index]
    )


def _races(
    order: Order, touches: Iterable[Touch], gone: Mapping[int, tuple[str, int, int]] | None = None
) -> Iterator[_Race]:
    """Yield the pairs that are in no order, one for each pair of lines and first byte, as they came.

    Args:
        order: of the history.
        touches: accesses in order.
        gone: by index, (object, start, size) of memory that was given back.
    """
    shadows: dict[str, Shadow] = defaultdict(lambda: Shadow(order))
    known: dict[int, Touch] = {}
    seen: set[object] = set()
    gone = gone or {}
    going = sorted(gone, reverse=True)
    for touch in touches:
        while going and going[-1] < touch.op.index:
            item, start, size = gone[going.pop()]
            shadows[item].forget(start, size)
        known[touch.op.index] = touch
        for other in shadows[touch.item].touch(touch.op.index, touch.start, touch.size, touch.access):
            first = known[other]
            pair = (*_line(first), *_line(touch), touch.item)
            if pair not in seen:
                seen.add(pair)
                yield _Race(first, touch)


def _line(touch: Touch) -> tuple[object, ...]:
    return touch.op.part, touch.op.f, touch.op.file, touch.op.line, touch.start


# -- files ---------------------------------------------------------------------------------------------


def _contended(touches: Iterable[Touch]) -> list[Touch]:
    """Return the accesses to files that several processes use and some write."""
    found: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches:
        found[touch.item].append(touch)
    return [
        touch
        for of_file in found.values()
        if len({touch.op.pid for touch in of_file}) > 1 and any(touch.writes for touch in of_file)
        for touch in of_file
    ]


def _file_races(order: Order, touches: list[Touch]) -> Iterator[_Race]:
    """Yield unordered writes to the same bytes of a file; and reads whose reader writes there afterwards.

    Who only reads may well cope with what he finds; who writes what he has made of it, loses the other's.
    Only the very bytes count: who reads a record by way of a buffer reads its neighbours too, for nothing.
    """
    for race in _races(order, sorted(touches, key=lambda touch: touch.op.index)):
        reader = next((touch for touch in (race.first, race.then) if not touch.writes), None)
        if reader is None or any(_writes_back(touch, reader, race) for touch in touches):
            yield race


def _writes_back(touch: Touch, read: Touch, race: _Race) -> bool:
    one, other = race.first, race.then
    start, end = max(one.start, other.start), min(one.start + one.size, other.start + other.size)
    overlap = touch.start < end and start < touch.start + touch.size
    same = (touch.item, touch.op.pid, touch.op.tid) == (read.item, read.op.pid, read.op.tid)
    return touch.writes and same and overlap and touch.op.index > read.op.index


# -- words ---------------------------------------------------------------------------------------------


def _finding(history: History, race: _Race, spun: Collection[tuple[str, int]]) -> Finding:
    first, then = race.first, race.then
    same = (first.start, first.size) == (then.start, then.size)
    where = _bytes(first) + " of " + place_name(history, first.item)
    if first.private:
        where = f"{first.size} bytes of memory" if first.size > 1 else "a byte of memory"
    whole = f"{_whose(history, first.op)} {_does(first)} {where}"
    rest = "them" if same else "of them" if first.private else f"{_bytes(then)} of it"
    text = f"{whole}{at(first.op)}, and {_whose(history, then.op)} {_does(then)} {rest}{at(then.op)}; "
    if race.flag in spun:
        kind = "`volatile`" if race.volatile else "plain"
        text += f"a {kind} variable that is looked at again and again puts nothing in order."
    elif race.volatile:
        text += f"`volatile` does not put them in order. {_remedy(history, race)}"
    else:
        text += f"nothing puts the two in order. {_remedy(history, race)}"
    in_file = first.item == first.op.object and first.op.f in ("read", "write")
    return _made(history, race, text, "man 2 fcntl" if in_file else _READ)


def _made(history: History, race: _Race, text: str, read: str) -> Finding:
    """Make the finding, at the access that is not guarded if the other one is."""
    one, other = race.first.op, race.then.op
    shown = one if held(history, other.index) and not held(history, one.index) else other
    return Finding(
        check="race",
        message=text,
        why=RULE,
        read=read,
        part=shown.part,
        pid=shown.pid,
        ops=(one.index, other.index),
        **located(shown),
    )


def _does(touch: Touch) -> str:
    other = {"load_store": "changes", **dict.fromkeys(FILLING, "fills")}
    word = other.get(touch.op.f, "writes") if touch.writes else "reads"
    return f"atomically {word}" if touch.atomic else word


def _bytes(touch: Touch) -> str:
    return (
        f"byte {touch.start}" if touch.size == 1 else f"bytes {touch.start} to {touch.start + touch.size - 1}"
    )


def _whose(history: History, op: Op) -> str:
    thread = f"thread {op.tid} of " if op.tid != op.pid else ""
    return thread + who(history, op.part, op.pid)


def _remedy(history: History, race: _Race) -> str:
    """Say what would have put them in order, from what stands next to it."""
    one, other = race.first.op, race.then.op
    locks, others = held(history, one.index), held(history, other.index)
    if locks or others:
        return _about_locks(_whose(history, one), locks, _whose(history, other), others)
    told = _told_too_weakly(history, one, other)
    if told is not None:
        orders = f"`{told[0].value['order']}` and loaded `{told[1].value['order']}`"
        return f"The atomic variable{at(told[1])} is stored {orders}: it takes release and acquire."
    sleep = _slept_before(history, other)
    if sleep is not None:
        return f"The sleep{at(sleep)} is no synchronisation."
    return _about_lives(history, one, other) or "No lock is held at either of them."


def _about_locks(
    one: str, locks: Mapping[tuple[str, object], str], other: str, others: Mapping[tuple[str, object], str]
) -> str:
    common = next((key for key in locks if key in others), None)
    if common is not None:
        why = _BY_FCNTL if common[1] == "fcntl" else _LETS_IN
        return f"Both have taken {locks[common]}{why}."
    if not locks or not others:
        name = next(iter((locks or others).values()))
        holder, free = (one, other) if locks else (other, one)
        return f"{holder} holds {name} there, {free} does not."
    mine, theirs = next(iter(locks.values())), next(iter(others.values()))
    if mine == theirs:
        return f"Each holds {mine}, and none of them keeps the other out."
    return f"{one} holds {mine}, {other} {theirs}: only the same lock would keep them apart."


def _told_too_weakly(history: History, one: Op, other: Op) -> tuple[Op, Op] | None:
    """Return an atomic store behind one access and a load of it before the other one."""
    stores: dict[tuple[str, object], Op] = {}
    for op in history.ops[one.index : other.index]:
        place = (op.object, op.value.get("offset"))
        if op.f.startswith("atomic_") and "order" in op.value:
            if (op.pid, op.tid) == (one.pid, one.tid) and op.f != "atomic_load":
                stores[place] = op
            elif (op.pid, op.tid) == (other.pid, other.tid) and place in stores and op.f != "atomic_store":
                strong = stores[place].value["order"] in RELEASE and op.value["order"] in ACQUIRE
                return None if strong else (stores[place], op)
    return None


def _slept_before(history: History, access: Op) -> Op | None:
    """Return the sleep that alone stands before an access, other accesses apart."""
    for op in reversed(history.ops[: access.index]):
        if (op.pid, op.tid) == (access.pid, access.tid) and op.f not in PLAIN:
            return op if op.f == "nanosleep" and op.type is OpType.OK else None
    return None


def _about_lives(history: History, one: Op, other: Op) -> str:
    """Say that a parent did not wait for its child, or a thread for another one; "" if that is not so."""
    later, earlier = _whose(history, other), _whose(history, one)
    if one.pid == other.pid:
        return f"{later} has not joined {earlier} there." if other.tid == other.pid else ""
    if _descends(history, one.pid, other.pid):
        return f"{later} has not waited for {earlier} there."
    return f"{earlier} does so after the fork." if _descends(history, other.pid, one.pid) else ""


def _descends(history: History, pid: int, ancestor: int) -> bool:
    while pid and pid != ancestor:
        process = history.processes.get(pid)
        pid = process.parent if process is not None else 0
    return bool(pid)
