"""Which operations of a run could have come in the other order, with another effect.

Two operations of different threads conflict if they concern one object and do not commute. Pairs are told
apart by their places in the programs: two workers that add to one counter a hundred times each have not ten
thousand pairs, but one for each two lines. Of each such class the two operations are taken that stood closest
together, for there the order is most likely to have been chance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from grader.model.history import History, Op, OpType
from grader.model.schedule import SCRIPT_NAME, Act, child_name, thread_name

_LOADS = frozenset({"load", "volatile_load", "atomic_load", "read_range"})
_STORES = frozenset({"store", "volatile_store", "write_range"})
_LOOKS = frozenset(
    {"stat", "access", "lseek", "mq_getattr", "sem_getvalue", "fcntl", "dup", "dup2", "mmap", "munmap"}
)
_LETTING_GO = frozenset({"sem_post", "close", "sem_close", "shmdt", "munmap", "pthread_mutex_unlock"})
_EVENTS = frozenset({"exec", "exit", "fork", "deliver", "stop", "continue", "output", "spin", "clock"})
_ACTS = frozenset({"start", "type", "send", "close", "signal", "kill", "create", "remove"})
_SIGNAL_POINTS = frozenset(
    {"pause", "sigsuspend", "sigwait", "read", "poll", "select", "epoll_wait", "wait", "msgrcv", "mq_receive",
     "semop", "sem_wait", "open", "sigaction", "sigprocmask", "fork", "nanosleep", "write"}
)  # fmt: skip


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
        steps: operations on objects that several of them used.
        objects: ids of these objects.
    """

    pairs: tuple[Pair, ...]
    threads: int
    steps: int
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Deed:
    """The beginning of an operation: the op, whose it is, and which it is."""

    op: Op
    act: Act
    own: bool  # of the submission, or of the script

    @property
    def place(self) -> tuple[str, str, str, int]:
        """Where in which program it is made."""
        return self.op.part or SCRIPT_NAME, self.op.f, self.op.file, self.op.line


def contention(history: History) -> Contention:
    """Find what in a run could have come in another order."""
    deeds = list(_deeds(history))
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
        kind = (first.place, then.place, _keys(then.op) if rank > 1 else ())
        if kind not in found or pair.distance < found[kind].distance:
            found[kind] = pair
    return Contention(
        pairs=tuple(sorted(found.values(), key=lambda pair: (pair.rank, pair.distance))),
        threads=len({deed.act.name for deed in deeds}),
        steps=sum(1 for deed in deeds if shared.intersection(_keys(deed.op))),
        objects=tuple(sorted(shared & history.objects.keys())),
    )


def turned(history: History, hold: Act, until: Act) -> bool:
    """Whether in a run the operation that was to come later came later, or not at all."""
    at = {deed.act: deed.op.index for deed in _deeds(history)}
    if hold not in at:
        return True
    return not until.f or at.get(until, len(history.ops)) < at[hold]


def _deeds(history: History) -> Iterator[_Deed]:
    names = _names(history)
    counts: Counter[tuple[str, str]] = Counter()
    for op in history.ops:
        if not op.part:
            if op.f in _ACTS and "step" in op.value:
                yield _Deed(op, Act(SCRIPT_NAME, op.f, int(str(op.value["step"])) + 1), own=True)
            continue
        if op.value.get("silent"):
            continue
        if op.invoked is not None or (op.f in _EVENTS and op.type is not OpType.INVOKE):
            continue
        name = names.get((op.pid, op.tid))
        if name is not None:
            counts[name, op.f] += 1
            yield _Deed(op, Act(name, op.f, counts[name, op.f]), own=history.submitted(op.part))


def _names(history: History) -> Mapping[tuple[int, int], str]:
    """Name the threads as the scheduler does: numbers grow with age."""
    processes: dict[int, str] = {}
    children: Counter[int] = Counter()
    for pid, process in sorted(history.processes.items()):
        if process.main:
            processes[pid] = process.part
        elif process.parent in processes:
            children[process.parent] += 1
            processes[pid] = child_name(processes[process.parent], children[process.parent])
    threads: dict[int, set[int]] = defaultdict(set)
    for op in history.ops:
        if op.tid:
            threads[op.pid].add(op.tid)
    return {
        (pid, tid): thread_name(processes[pid], number)
        for pid, tids in threads.items()
        if pid in processes
        for number, tid in enumerate(sorted({pid, *tids}))
    }


def _keys(op: Op) -> tuple[str, ...]:
    """What an operation concerns: its object, and the name it uses for it."""
    path = op.value.get("path")
    keys = [op.object] if op.object else []
    if isinstance(path, str):
        keys.append(f"path {path.removeprefix('/')}")
    return tuple(keys)


def _on_objects(deeds: list[_Deed], shared: set[str]) -> Iterator[tuple[_Deed, _Deed, int]]:
    """Yield pairs on one object: each operation with the last one of each other place that conflicts."""
    recent: dict[str, dict[object, _Deed]] = defaultdict(dict)
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
    if key.startswith("path "):
        return 2
    if op.f in _LOADS | _STORES:
        return 3
    return 5 if key.startswith(("pipe:std", "terminal:")) or op.f in _LOOKS | _LETTING_GO else 4


def _signals(history: History, deeds: list[_Deed]) -> Iterator[tuple[_Deed, _Deed, int]]:
    """Yield each signal with the operations of its target before which, or after which, it could come."""
    names = _names(history)
    for position, deed in enumerate(deeds):
        for name in _targets(deed.op, names):
            theirs = [other for other in deeds if other.act.name == name and other.op.f in _SIGNAL_POINTS]
            before = [other for other in theirs if other.op.index < deed.op.index]
            after = [other for other in theirs if other.op.index > deeds[position].op.index]
            for other in before[:-4:-1]:
                yield other, deed, 0
            for other in after[:3]:
                yield deed, other, 0


def _kills(history: History, deeds: list[_Deed]) -> Iterator[tuple[_Deed, _Deed, int]]:
    """Yield each kill of a child after all that this one did, and before what it might have come to do.

    What it did not live to do its siblings tell, who execute the same program.
    """
    names = _names(history)
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
                yield kill, _Deed(deed.op, Act(name, deed.act.f, deed.act.nth), deed.own), 0


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


def _births(history: History, deeds: list[_Deed]) -> Iterator[tuple[_Deed, _Deed, int]]:
    """Yield parent and child after a fork: either may come far before the other has done anything."""
    by_name: dict[str, list[_Deed]] = defaultdict(list)
    for deed in deeds:
        by_name[deed.act.name].append(deed)
    names = _names(history)
    for op in history.ops:
        child = op.value.get("child")
        parent_name = names.get((op.pid, op.tid))
        if op.f != "fork" or op.type is not OpType.OK or parent_name is None or not isinstance(child, int):
            continue
        born = by_name.get(names.get((child, child), ""), [])
        parent = [deed for deed in by_name[parent_name] if deed.op.index > op.index]
        if not born or not parent:
            continue
        whole = Act(born[0].act.name, "", 0)
        yield parent[0], _Deed(born[0].op, whole, born[0].own), 1
        yield born[0], _Deed(parent[0].op, Act(parent_name, "", 0), parent[0].own), 1
