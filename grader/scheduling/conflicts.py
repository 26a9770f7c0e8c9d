"""Which operations of a run could have come in the other order, with another effect.

Two operations of different threads conflict if they concern one object and do not commute. Pairs are told
apart by their places in the programs: two workers that add to one counter a hundred times each have not ten
thousand pairs, but one for each two lines. Of each such class the two operations are taken that stood closest
together, for there the order is most likely to have been chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from grader.model.history import History, Op, OpType
from grader.model.schedule import BEYOND_FORK, FORKED, SCRIPT_NAME, Act
from grader.scheduling.base import LOOKS_AT_SEVERAL
from grader.scheduling.deeds import Deed, deeds_of, names_of

_LOADS = frozenset({"load", "volatile_load", "atomic_load", "read_range"})
_STORES = frozenset({"store", "volatile_store", "write_range"})
_LOOKS = frozenset(
    {"stat", "access", "lseek", "mq_getattr", "sem_getvalue", "fcntl", "dup", "dup2", "mmap", "munmap"}
)
_LETTING_GO = frozenset({"sem_post", "close", "sem_close", "shmdt", "munmap", "pthread_mutex_unlock"})
_SIGNAL_POINTS = frozenset(
    {"pause", "sigsuspend", "sigwait", "read", "poll", "select", "epoll_wait", "wait", "msgrcv", "mq_receive",
     "semop", "sem_wait", "open", "sigaction", "sigprocmask", "fork", "nanosleep", "write"}
)  # fmt: skip

_SOCKETS = "sockets"
"""What stands for all sockets of a run: an operation at one end of a connection concerns the other one."""

_OTHER_END = 6
"""The rank of pairs on two sockets: these may be the ends of one connection, or of two."""

_SOCKET = "socket:"
_CARRYING = frozenset({"send", "recv", "write", "read", "connect", "accept", "shutdown", "close"})

_MEETINGS_MAX = 3
_POINTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conflicting operations, in the order in which they came.

    Attributes:
        first, then: the operations.
        rank: how telling the pair is; 0 is the most.
        distance: how many operations lay between them.
    """

    first: Act
    then: Act
    rank: int
    distance: int


@dataclass(frozen=True, slots=True)
class Contention:
    """How much of a run depends on order.

    Attributes:
        pairs: conflicting operations, one pair a class, the most telling first.
        threads: who took part, the script included.
        steps: operations on objects that several of them used, and looks at several objects.
        objects: ids of these objects.
        sleeps: of the submission, one of each place in its programs.
    """

    pairs: tuple[Pair, ...]
    threads: int
    steps: int
    objects: tuple[str, ...]
    sleeps: tuple[Act, ...] = ()


def contention(history: History, meetings: Iterable[tuple[int, int]] = ()) -> Contention:
    """Find what in a run could have come in another order.

    Args:
        history: of the run.
        meetings: operations that are to be tried the other way round before any others, by index.
    """
    deeds = list(deeds_of(history))
    users: dict[str, set[str]] = defaultdict(set)
    for deed in deeds:
        for key in _keys(deed.op):
            users[key].add(deed.act.name)
    shared = {key for key, names in users.items() if len(names) > 1}
    found: dict[object, Pair] = {}
    for first, then, rank in chain(
        _on_objects(deeds, shared), _signals(history, deeds), _kills(history, deeds), _births(history, deeds)
    ):
        if not (first.own or then.own):
            continue
        pair = Pair(first.act, then.act, rank, then.op.index - first.op.index)
        words = (first.act.f, then.act.f)
        kind = (first.place, then.place, words, _keys(then.op) if 1 < rank < _OTHER_END else ())
        if kind not in found or pair.distance < found[kind].distance:
            found[kind] = pair
    return Contention(
        pairs=(*_meetings(deeds, meetings), *sorted(found.values(), key=_telling)),
        threads=len({deed.act.name for deed in deeds}),
        steps=sum(deed.op.f in LOOKS_AT_SEVERAL or not shared.isdisjoint(_keys(deed.op)) for deed in deeds),
        objects=tuple(sorted(_shared_objects(history, shared))),
        sleeps=tuple(_sleeps(deeds)),
    )


def _shared_objects(history: History, shared: Collection[str]) -> Iterator[str]:
    for name in history.objects:
        if name in shared or (_SOCKETS in shared and name.startswith(_SOCKET)):
            yield name


def _telling(pair: Pair) -> tuple[int, int]:
    return pair.rank, pair.distance


def _meetings(deeds: Iterable[Deed], meetings: Iterable[tuple[int, int]]) -> list[Pair]:
    by_index = {deed.op.index: deed for deed in deeds}
    pairs = []
    for one, other in meetings:
        first, then = by_index.get(one), by_index.get(other)
        if first is not None and then is not None and (first.own or then.own):
            pairs.append(Pair(first.act, then.act, 0, other - one))
    return sorted(pairs, key=_telling)[:_MEETINGS_MAX]


def _sleeps(deeds: Iterable[Deed]) -> Iterator[Act]:
    """Yield the first sleep of each place."""
    seen: set[tuple[str, str, str, int]] = set()
    for deed in deeds:
        if deed.op.f == "nanosleep" and deed.own and deed.place not in seen:
            seen.add(deed.place)
            yield deed.act


def turned(history: History, hold: Act, until: Act) -> bool:
    """Whether in a run the operation that was to come later came later, or not at all."""
    at = {deed.act: deed.op.index for deed in deeds_of(history)}
    if hold not in at:
        return True
    return not until.f or at.get(until, len(history.ops)) < at[hold]


def acts(history: History) -> Mapping[int, Act]:
    """Return by the index of its beginning what each operation is called, in other runs too."""
    return {deed.op.index: deed.act for deed in deeds_of(history)}


def _keys(op: Op) -> tuple[str, ...]:
    """What an operation concerns: its object, and the name it uses for it."""
    path = op.value.get("path")
    keys = [op.object] if op.object else []
    if isinstance(path, str):
        keys.append(f"path {path.removeprefix('/')}")
    if _carries(op):
        keys.append(_SOCKETS)
    return tuple(keys)


def _carries(op: Op) -> bool:
    """Whether an operation is on a connection, or looks what has come by one."""
    if op.f in LOOKS_AT_SEVERAL:
        objects = op.value.get("objects")
        return isinstance(objects, list | tuple) and any(str(each).startswith(_SOCKET) for each in objects)
    return op.f in _CARRYING and (op.object or "").startswith(_SOCKET)


def _on_objects(deeds: list[Deed], shared: set[str]) -> Iterator[tuple[Deed, Deed, int]]:
    """Yield pairs on one object: each operation with the last one of each other place that conflicts."""
    recent: dict[str, dict[object, Deed]] = defaultdict(dict)
    for deed in deeds:
        for key in _keys(deed.op):
            if key not in shared:
                continue
            for other in recent[key].values():
                if other.act.name != deed.act.name and not _commute(other.op, deed.op):
                    yield other, deed, _rank(deed.op, key)
            recent[key][deed.act.name, deed.place] = deed


def _commute(one: Op, other: Op) -> bool:
    """Whether it does not matter which of two operations on one object comes first."""
    if one.f in _LOADS | _STORES and other.f in _LOADS | _STORES:
        return (one.f in _LOADS and other.f in _LOADS) or not _overlap(one, other)
    both = {one.f, other.f}
    return both <= _LOOKS or both <= _LETTING_GO


def _overlap(one: Op, other: Op) -> bool:
    start, size = (int(str(one.value.get(key, 0))) for key in ("offset", "size"))
    other_start, other_size = (int(str(other.value.get(key, 0))) for key in ("offset", "size"))
    return start < other_start + other_size and other_start < start + size


def _rank(op: Op, key: str) -> int:
    if key == _SOCKETS:
        return _OTHER_END
    if key.startswith("path "):
        return 2
    if op.f in _LOADS | _STORES:
        return 3
    return 5 if key.startswith(("pipe:std", "terminal:")) or op.f in _LOOKS | _LETTING_GO else 4


def _signals(history: History, deeds: list[Deed]) -> Iterator[tuple[Deed, Deed, int]]:
    """Yield each signal with the operations of its target before which, or after which, it could come."""
    names = names_of(history)
    for position, deed in enumerate(deeds):
        for name in _targets(deed.op, names):
            theirs = [other for other in deeds if other.act.name == name and other.op.f in _SIGNAL_POINTS]
            before = [other for other in theirs if other.op.index < deed.op.index]
            after = [other for other in theirs if other.op.index > deeds[position].op.index]
            for other in before[:-4:-1]:
                yield other, deed, 0
            for other in after[:_POINTS_MAX]:
                yield deed, other, 0


def _kills(history: History, deeds: list[Deed]) -> Iterator[tuple[Deed, Deed, int]]:
    """Yield each kill of a child after all that this one did, and before what it might have come to do.

    What it did not live to do its siblings tell, who execute the same program.
    """
    names = names_of(history)
    for kill in deeds:
        pid = kill.op.value.get("pid")
        killed = history.processes.get(pid) if kill.act.name == SCRIPT_NAME and isinstance(pid, int) else None
        if killed is None:
            continue
        name = names.get((killed.pid, killed.pid), "")
        family = [each.pid for each in history.processes.values() if each.parent == killed.parent]
        siblings = {names.get((each, each)) for each in family} - {name}
        for deed in deeds:
            if deed.act.name == name:
                yield deed, kill, 0
            elif deed.act.name in siblings:
                yield kill, Deed(deed.op, Act(name, deed.act.f, deed.act.nth), deed.own), 0


def _targets(op: Op, names: Mapping[tuple[int, int], str]) -> list[str]:
    """Name those whom a signal is sent to."""
    if op.f == "signal" and not op.part:
        to = op.value.get("signals")
        return list(to) if isinstance(to, dict) else []
    if op.f != "kill" or op.value.get("signal") == "0":
        return []
    pid = op.value.get("target")
    name = names.get((pid, pid)) if isinstance(pid, int) else None
    return [name] if name and pid != op.pid else []


def _births(history: History, deeds: list[Deed]) -> Iterator[tuple[Deed, Deed, int]]:
    """Yield parent and child after a fork: either may come far before the other has done anything."""
    by_name: dict[str, list[Deed]] = defaultdict(list)
    for deed in deeds:
        by_name[deed.act.name].append(deed)
    names = names_of(history)
    for op in history.ops:
        child = op.value.get("child")
        parent_name = names.get((op.pid, op.tid))
        if op.f != "fork" or op.type is not OpType.OK or parent_name is None or not isinstance(child, int):
            continue
        child_name = names.get((child, child))
        parent = [deed for deed in by_name[parent_name] if deed.op.index > op.index]
        if child_name is None or not parent:
            continue
        born = by_name.get(child_name, [])
        whole = Deed(born[0].op if born else op, Act(child_name, "", 0), parent[0].own)
        if _hears_children(history, op):
            nth = sum(1 for deed in by_name[parent_name] if deed.op.f == "fork" and deed.op.index < op.index)
            for word in (FORKED, BEYOND_FORK):
                yield Deed(parent[0].op, Act(parent_name, word, nth), parent[0].own), whole, 0
            for deed in [deed for deed in parent if deed.op.f in _SIGNAL_POINTS][:_POINTS_MAX]:
                yield deed, whole, 0
        yield parent[0], whole, 1
        if born:
            yield born[0], Deed(parent[0].op, Act(parent_name, "", 0), parent[0].own), 1


def _hears_children(history: History, fork: Op) -> bool:
    """Whether a process has a handler for SIGCHLD when it forks: the child may end before `fork` returns."""
    actions = [
        op.value.get("action")
        for op in history.ops[: fork.index]
        if op.f == "sigaction" and op.pid == fork.pid and op.value.get("signal") == "SIGCHLD"
    ]
    return actions[-1:] == ["handler"]
