"""Calls that ask instead of waiting, and how often a thread repeats one without any progress.

Theory of operation. For each thread the calls are read in order, and each is one of
  try       asked in vain: would block, timed out, not there, nothing ended, end of file once more;
  probe     looked at something and learned nothing: `kill(pid, 0)`, GETVAL, a load from shared memory;
            it counts once for each pause, and only between pauses;
  pause     slept, yielded, or waited with a time-out for nothing in particular;
  neutral   neither waits nor works: closes, opens a descriptor of the same object, sets a signal up;
  progress  anything else that succeeded, and every wake-up by the kernel.
Progress ends all streaks of the thread. So a program that drains a queue until EAGAIN and goes back to
`poll`, or that does real work between two tries, has no streak worth telling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.checkers.base import argument, flags
from grader.model.history import History, ObjectKind, Op, OpType

TRIES_MIN = 3
"""So many tries in a row are a habit."""

_SPIN_FIRST_MAX = 10
"""Who tries so often at most and then waits properly is no poller: locks do it."""

_IN_VAIN = frozenset({"EAGAIN", "EWOULDBLOCK", "ENOMSG", "EBUSY", "ETIMEDOUT"})
_WAITING = frozenset(
    {"read", "recv", "accept", "write", "send", "msgrcv", "msgsnd", "semop", "mq_receive", "mq_send", "flock",
     "fcntl", "sigwait", "connect", "sem_trywait", "sem_timedwait", "sem_clockwait", "pthread_mutex_trylock",
     "pthread_mutex_timedlock", "pthread_mutex_clocklock", "pthread_rwlock_tryrdlock",
     "pthread_rwlock_trywrlock", "pthread_rwlock_timedrdlock", "pthread_rwlock_timedwrlock",
     "pthread_cond_timedwait", "pthread_cond_clockwait", "pthread_spin_trylock"}
)  # fmt: skip
_FUTEX = frozenset({"futex", "sem_wait"})
_ABSENT = frozenset({"ENOENT", "ENXIO", "EEXIST", "ECONNREFUSED"})
_NAMING = frozenset(
    {"open", "stat", "access", "connect", "shm_open", "sem_open", "mq_open", "msgget", "semget", "shmget"}
)
_POLLS = frozenset({"poll", "select", "epoll_wait"})
_NEUTRAL = frozenset(
    {"close", "socket", "dup", "dup2", "mmap", "munmap", "sigaction", "sigprocmask", "clock", "getpid",
     "getppid", "gettid", "lseek", "fstat", "umask", "alarm", "setitimer", "bind", "epoll_ctl", "setsockopt",
     "looks", "freed", "pthread_once", "unsafe_call", "errno_changed"}
)  # fmt: skip
_PASSIVE = _NAMING | {"fcntl", "ftruncate"}
"""Calls that are part of trying again when they are on the object that is tried."""

_STREAMS = frozenset({ObjectKind.PIPE, ObjectKind.FIFO, ObjectKind.SOCKET, ObjectKind.TERMINAL})
_SHARED = frozenset(
    {ObjectKind.MAPPING, ObjectKind.SHARED_MEMORY, ObjectKind.SYSV_SHARED_MEMORY, ObjectKind.FILE,
     ObjectKind.SEMAPHORE}
)  # fmt: skip
_LOOKS = frozenset(
    {"sem_getvalue", "mq_getattr", "stat", "access", "load", "volatile_load", "atomic_load", "read_range",
     "pthread_spin_busy"}
)  # fmt: skip
_VALUE_READS = frozenset({"GETVAL", "GETALL", "GETNCNT", "GETZCNT"})
_NAMES = ("path", "address", "key", "target", "fds", "fd")
_DETAILS = ("type", "ops", "pid", "num", "start", "len", "offset")
_SYSTEM = ("/usr/", "/lib", "/etc/", "/proc/", "/sys/", "/opt/", "/bin/")


@dataclass(slots=True)
class Streak:
    """One operation, repeated by one thread without progress.

    Attributes:
        kind: `would-block`, `time-out`, `absent`, `end-of-file`, `probe` or `sleep`.
        first, last: the first and the last try, their ends.
        tries: how many; of a probe only those with a pause before them.
        looks: how many, of a probe.
        pauses: of the thread, while it lasted.
        ops: indices of some of the tries.
        over: something else came after it; False if the run ended first.
    """

    kind: str
    first: Op
    last: Op
    tries: int = 0
    looks: int = 0
    pauses: int = 0
    ops: list[int] = field(default_factory=list)
    over: bool = False

    def add(self, op: Op) -> None:
        """Count one more try."""
        self.last = op
        self.tries += 1
        if len(self.ops) < TRIES_MIN:
            self.ops.append(op.index)


_Key = tuple[str, str, str, str, int]


def streaks(history: History, judged: Iterable[Op]) -> Iterator[Streak]:
    """Return the streaks of three and more tries (or looks) of the threads whose ops are given."""
    threads: dict[tuple[int, int], dict[_Key, Streak]] = {}
    for op in judged:
        if op.f == "deliver":
            for thread in [thread for thread in threads if thread[0] == op.pid]:
                yield from _ended(threads.pop(thread))
            continue
        current = threads.setdefault((op.pid, op.tid), {})
        if op.type is OpType.INVOKE or op.type is OpType.INFO:
            continue
        kind = classify(history, op)
        if kind == "progress":
            if op.blocked:
                _gave_in(current, op.object)
            keep = {key: streak for key, streak in current.items() if _part_of_trying(op, streak)}
            yield from _ended({key: streak for key, streak in current.items() if key not in keep})
            threads[op.pid, op.tid] = keep
        elif kind in {"sleep", "yield"}:
            _pause(current, op, kind)
        elif kind != "neutral":
            _count(current, history, op, kind)
    for waiting in history.end.waiting:
        if waiting.op is not None and waiting.state == "blocked":
            _gave_in(threads.get((waiting.pid, waiting.tid), {}), history.ops[waiting.op].object)
    for current in threads.values():
        yield from (s for s in current.values() if max(s.tries, s.looks) >= TRIES_MIN)


def classify(history: History, op: Op) -> str:
    """Say what a call was: a kind of try, `probe`, `sleep`, `yield`, `neutral` or `progress`."""
    if op.f == "nanosleep":
        return "sleep" if op.type is OpType.OK else "progress"
    if op.f == "sched_yield":
        return "yield"
    if op.type is OpType.FAIL:
        return _failure(history, op)
    if op.f in _POLLS and op.result == 0:
        if op.f != "epoll_wait" and not argument(history, op, "fds"):
            return "sleep"
        # A zero time-out is how event loops (asyncio) look round between two callbacks: no try by itself.
        return "time-out" if op.blocked else "probe"
    # waitid returns 0 also when it has found a child; which one stands in what it has filled in.
    if op.f == "wait" and op.result == 0 and not op.value.get("child") and "WNOHANG" in flags(history, op):
        return "would-block"
    if op.f in {"read", "recv"} and op.result == 0 and argument(history, op, "count") != 0 and not op.blocked:
        return "end-of-file" if _kind(history, op) in _STREAMS else "neutral"
    if _is_probe(history, op) and _kind(history, op) is not ObjectKind.MEMORY:
        return "probe"
    own = _kind(history, op) is ObjectKind.MEMORY
    return "neutral" if op.f in _NEUTRAL or own else "progress"


def _failure(history: History, op: Op) -> str:
    if op.f in _FUTEX and op.error == "ETIMEDOUT" and _kind(history, op) in _SHARED:
        return (
            "time-out"  # between threads of one process, as with Python's interpreter lock, it is no matter
        )
    if op.f in _WAITING and op.error in _IN_VAIN:
        if op.f == "futex" and _kind(history, op) not in _SHARED:
            return (
                "neutral"  # threads of one process, as Python's interpreter lock: no matter between processes
            )
        return "time-out" if op.blocked or op.error == "ETIMEDOUT" else "would-block"
    if op.f in _NAMING and op.error in _ABSENT:
        path = argument(history, op, "path")
        return "neutral" if isinstance(path, str) and path.startswith(_SYSTEM) else "absent"
    return "progress" if op.error == "EINTR" else "neutral"


def _is_probe(history: History, op: Op) -> bool:
    if op.f == "kill":
        return argument(history, op, "signal") in {0, "0", ""}
    if op.f == "semctl":
        return argument(history, op, "cmd") in _VALUE_READS
    return op.f in _LOOKS


def _kind(history: History, op: Op) -> ObjectKind | None:
    known = history.objects.get(op.object)
    return None if known is None else known.kind


def _key(history: History, op: Op, kind: str) -> _Key:
    """Identify an operation: to take any other message, or the next record's lock, is not to try again."""
    names = _DETAILS if op.object and kind != "absent" else _NAMES + _DETAILS
    told = [f"{name} {value}" for name in names if (value := argument(history, op, name)) is not None]
    item = op.object if kind != "absent" else ""
    return kind, op.f, " ".join([item, *told]), op.file, op.line


def _count(current: dict[_Key, Streak], history: History, op: Op, kind: str) -> None:
    key = _key(history, op, kind)
    streak = current.get(key)
    if streak is None:
        current[key] = streak = Streak(kind, op, op)
    streak.looks += 1
    streak.last = op
    if kind != "probe" or streak.pauses >= streak.tries:  # to look twice between two pauses is one try
        streak.add(op)


def _pause(current: dict[_Key, Streak], op: Op, kind: str) -> None:
    for streak in current.values():
        streak.pauses = min(streak.pauses + 1, streak.tries) if streak.kind == "probe" else streak.pauses + 1
    if kind == "sleep":
        key = ("sleep", op.f, "", op.file, op.line)
        current.setdefault(key, Streak("sleep", op, op)).add(op)


def _part_of_trying(op: Op, streak: Streak) -> bool:
    """Whether a call that succeeded is a part of the loop that tries, not the progress it hopes for."""
    if streak.kind == "end-of-file" and op.f in _POLLS and not op.blocked:
        return True
    return bool(op.object) and op.object == streak.last.object and op.f in _PASSIVE and op.f != streak.last.f


def _gave_in(current: dict[_Key, Streak], item: str) -> None:
    """Forget a few tries that were followed by waiting for the same object."""
    for key, streak in list(current.items()):
        if item and streak.last.object == item and streak.tries <= _SPIN_FIRST_MAX:
            del current[key]


def _ended(current: dict[_Key, Streak]) -> Iterator[Streak]:
    for streak in current.values():
        if streak.tries >= TRIES_MIN:
            streak.over = True
            yield streak
