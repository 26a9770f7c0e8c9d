"""Check `lock-misuse`: a semaphore or lock that is not made, shared or given back as it must be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.checkers._lock_uses import Lock, is_new, lock_name, locks, mutex_of, shared_by
from grader.checkers._order import Order
from grader.checkers._order.locks import COND_WAITS, MUTEX_LOCKS, MUTEX_UNLOCKS, SEM_WAITS
from grader.checkers.base import Spec, argument, at, located, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding, Severity

RULE = "A lock is made once, for all who use it and before they do, and is given back by whoever holds it."

_REPORTED_MAX = 5
_READ = {
    "semaphore": "man 3 sem_init",
    "mutex": "man 3 pthread_mutexattr_setpshared",
    "condition variable": "man 3 pthread_condattr_setpshared",
    "read-write lock": "man 3 pthread_rwlockattr_setpshared",
    "barrier": "man 3 pthread_barrierattr_setpshared",
    "spin lock": "man 3 pthread_spin_init",
}


def check(history: History, spec: Spec) -> list[Finding]:
    """Report locks that are not made as their use demands, or unlocked by whoever does not hold them."""
    del spec
    known = locks(history)
    found = [finding for lock in known if not lock.private for finding in _of_shared(history, lock)]
    found += _copied(history, known)
    found += _used_too_early(history, known)
    found += _not_by_holder(history, known)
    found += [finding for lock in known for finding in _posted_too_often(history, lock)]
    lines: dict[object, Finding] = {}
    for finding in sorted(found, key=lambda finding: finding.ops):
        lines.setdefault((finding.file, finding.line) if finding.file else finding.ops, finding)
    return list(lines.values())[:_REPORTED_MAX]


def _of_shared(history: History, lock: Lock) -> Iterator[Finding]:
    """Yield what is wrong with a lock in shared memory, whoever came first."""
    users = lock.users
    own = [op for op in lock.inits if not shared_by(op)]
    if own and len(users) > 1:
        text = (
            f"{_who(history, own[0])} makes {lock_name(history, lock)} for the threads of one process "
            f"(pshared 0){at(own[0])}, and {_listed(history, users)} use it."
        )
        yield _finding(lock, own[0], text, *list(users.values())[:2])
    elif not lock.inits and len(users) > 1 and is_new(history, lock):
        first = next(iter(users.values()))
        text = (
            f"{_listed(history, users)} use {lock_name(history, lock)}{at(first)}, which nobody has made for "
            "several processes: an initialiser, or memory full of zeros, makes one for threads."
        )
        yield _finding(lock, first, text, *list(users.values())[1:2])
    yield from _made_again(history, lock)
    for gone in lock.destroys:
        later = next((op for op in lock.uses if op.index > gone.index), None)
        again = any(gone.index < op.index for op in lock.inits)
        if later is not None and not again:
            text = (
                f"{_who(history, later)} uses {lock_name(history, lock)}{at(later)}, after "
                f"{_who(history, gone)} has destroyed it{at(gone)}."
            )
            yield _finding(lock, later, text, gone)
            return


def _made_again(history: History, lock: Lock) -> Iterator[Finding]:
    """Yield an initialisation of a lock that somebody else is using, before and after."""
    for first, again in zip(lock.inits, lock.inits[1:], strict=False):
        if first.pid == again.pid or any(first.index < op.index < again.index for op in lock.destroys):
            continue
        early = {op.pid for op in (*lock.uses, first) if op.index < again.index and op.pid != again.pid}
        later = next((op for op in lock.uses if op.index > again.index and op.pid in early), None)
        if later is not None:
            text = (
                f"{_who(history, again)} makes {lock_name(history, lock)} again{at(again)}, while "
                f"{_who(history, later)} uses it."
            )
            yield _finding(lock, again, text, first, later)
            return


def _copied(history: History, known: list[Lock]) -> Iterator[Finding]:
    """Yield locks in memory that fork copies, though several processes were to share them."""
    copies: dict[tuple[int, str], list[Lock]] = defaultdict(list)
    for lock in known:
        if lock.private:
            copies[lock.offset, lock.word].append(lock)
    for same in copies.values():
        made = next((op for lock in same for op in lock.inits), None)
        if made is None or len(same) < 2:
            continue
        heirs = [lock for lock in same if lock.uses and not any(op.pid != made.pid for op in lock.inits)]
        users = {op.pid: op for lock in heirs for op in lock.users.values() if _forked(history, op.pid, made)}
        if len(users) < 2 or not (shared_by(made) or _in_vain(history, heirs)):
            continue
        text = (
            f"{_who(history, made)} makes a {same[0].word} in memory that fork copies{at(made)}: "
            f"{_listed(history, users)} use one of their own each, and nobody sees the other's."
        )
        yield _finding(same[0], made, text, *list(users.values())[:2])


def _forked(history: History, pid: int, made: Op) -> bool:
    """Whether a process has a copy of what another one made, or made it."""
    while pid and pid != made.pid:
        process = history.processes.get(pid)
        pid = process.parent if process is not None else 0
    return bool(pid)


def _in_vain(history: History, copies: list[Lock]) -> bool:
    """Whether somebody sleeps at his copy of a semaphore for ever, while others post theirs."""
    asleep = {thread.op for thread in history.end.waiting if thread.state == "blocked"}
    return any(
        wait.index in asleep and post.f == "sem_post" and post.pid != wait.pid
        for lock in copies
        for wait in lock.uses
        for other in copies
        for post in other.uses
    )


def _used_too_early(history: History, known: list[Lock]) -> Iterator[Finding]:
    """Yield locks that are used by somebody who cannot know that they have been made."""
    suspects = [
        (lock, made, use)
        for lock in known
        if not lock.private and lock.inits and is_new(history, lock)
        for made in lock.inits[:1]
        for use in lock.users.values()
        if use.pid != made.pid
    ]
    order = Order(history) if suspects else None
    told: set[tuple[str, int]] = set()
    for lock, made, use in suspects:
        if order is None or order.before(made.index, use.index) or (lock.item, lock.offset) in told:
            continue
        told.add((lock.item, lock.offset))
        early = use.index < made.index
        text = (
            f"{_who(history, use)} uses {lock_name(history, lock)}{at(use)}"
            f"{', before' if early else '; nothing makes it wait until'} {_who(history, made)} has made it"
            f"{at(made)}."
        )
        yield _finding(lock, use, text, made)


def _not_by_holder(history: History, known: list[Lock]) -> Iterator[Finding]:
    """Yield mutexes that are unlocked by a thread that does not hold them."""
    watched = {(lock.item, lock.offset): lock for lock in known if lock.word in ("mutex", "spin lock")}
    holders: dict[tuple[str, object], tuple[Op, int]] = {}
    told: set[tuple[str, object]] = set()
    for op in history.ops:
        place, change = _change(history, op)
        lock = watched.get(place) if place is not None else None  # type: ignore[arg-type]
        if lock is None or place is None:
            continue
        held = holders.get(place)
        if change > 0:
            holders[place] = op, held[1] + 1 if held and _same_thread(held[0], op) else 1
        elif held is not None and _same_thread(held[0], op):
            holders[place] = held[0], held[1] - 1
            if holders[place][1] == 0:
                del holders[place]
        elif op.f in MUTEX_UNLOCKS and place not in told and not (held is None and lock.private):
            told.add(place)
            text = f"{_who(history, op)} unlocks {lock_name(history, lock)}{at(op)}, which "
            text += f"{_who(history, held[0])} holds." if held else "nobody holds."
            yield _finding(lock, op, text, *([held[0]] if held else []))


def _posted_too_often(history: History, lock: Lock) -> Iterator[Finding]:
    """Yield a post by a thread that has not taken the semaphore, which begins at 1 and serves as a lock."""
    posts = {op.pid for op in lock.uses if op.f == "sem_post"}
    waits = {op.pid for op in lock.uses if op.f in SEM_WAITS}
    if [op.value.get("value") for op in lock.inits] != [1] or not posts <= waits:
        return
    value, ends = (
        1,
        {op.invoked: op.index for op in history.ops if op.f in SEM_WAITS and op.type is OpType.OK},
    )
    changes = [(op.index, 1, op) for op in lock.uses if op.f == "sem_post"]
    changes += [(ends[op.index], -1, op) for op in lock.uses if op.index in ends]
    holds: Counter[tuple[int, int]] = Counter()
    for _index, change, op in sorted(changes, key=lambda entry: entry[0]):
        thread = (op.pid, op.tid)
        if change > 0 and value > 0 and not holds[thread]:
            text = (
                f"{_who(history, op)} posts {lock_name(history, lock)}{at(op)} without having taken it: its "
                f"value is {value + 1} now, and so many get in at once."
            )
            yield replace(_finding(lock, op, text), severity=Severity.ADVICE)
            return
        value, holds[thread] = value + change, max(holds[thread] - change, 0)


def _change(history: History, op: Op) -> tuple[tuple[str, object] | None, int]:
    """Return the mutex that is locked (1) or unlocked (-1) by an op."""
    offset = argument(history, op, "offset")
    if op.f in MUTEX_LOCKS and (op.type is OpType.OK or op.error == "EOWNERDEAD"):
        return (op.object, offset), 1
    if op.f in MUTEX_UNLOCKS and op.type is OpType.INVOKE:
        return (op.object, offset), -1
    if op.f in COND_WAITS:
        return mutex_of(history, op), -1 if op.type is OpType.INVOKE else 1
    return None, 0


def _same_thread(one: Op, other: Op) -> bool:
    return (one.pid, one.tid) == (other.pid, other.tid)


def _who(history: History, op: Op) -> str:
    thread = f"thread {op.tid} of " if op.tid != op.pid else ""
    return thread + who(history, op.part, op.pid)


def _listed(history: History, users: Mapping[int, Op]) -> str:
    names = [who(history, op.part, op.pid) for op in users.values()][:2]
    more = len(users) - len(names)
    return " and ".join(names) if not more else f"{', '.join(names)} and {more} more"


def _finding(lock: Lock, op: Op, text: str, *witnesses: Op) -> Finding:
    return Finding(
        check="lock-misuse",
        message=text,
        why=RULE,
        read=_READ[lock.word],
        part=op.part,
        pid=op.pid,
        ops=(op.index, *(witness.index for witness in witnesses)),
        **located(op),
    )
