"""What orders accesses by names and files: who made or removed a thing, and who found that he had."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from grader.checkers._order.clocks import Clocks, Handler
from grader.checkers.base import argument, flags
from grader.model.history import History, ObjectKind, Op, OpType

_OPENS = frozenset({"open", "shm_open", "sem_open", "mq_open", "msgget", "semget", "shmget"})
_CHANGES = frozenset(
    {"mkfifo", "mknod", "mkdir", "rmdir", "unlink", "shm_unlink", "sem_unlink", "mq_unlink", "rename", "link",
     "symlink", "chmod", "bind", "ftruncate", "truncate", "msgctl", "semctl", "shmctl", "shmat", "shmdt",
     }
)  # fmt: skip
_LOOKS = frozenset({"access", "connect", "chdir", "exec", "msgrcv", "msgsnd", "semop"})
_WITH_CONTENT = frozenset({ObjectKind.FILE, ObjectKind.SHARED_MEMORY, ObjectKind.MAPPING})
_MAKING = frozenset({"O_CREAT", "O_TRUNC", "IPC_CREAT"})


_SEEK_CUR, _SEEK_END = 1, 2


class Names:
    """Names of all kinds, what is in files, and whose FIFO is open at the other end.

    What is read from a file is taken to tell of all who have written to it; but a race on the file itself is
    judged by what a reader knew when it began to read.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {
            **dict.fromkeys(_OPENS, self._opens),
            **dict.fromkeys(_CHANGES, self._changes),
            "write": self._writes,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns, also by one that failed."""
        return {
            **dict.fromkeys(_OPENS | _CHANGES | _LOOKS, self._looked),
            "stat": self._measured,
            "read": self._has_read,
            "lseek": self._measured,
        }

    def _opens(self, op: Op, thread: int) -> None:
        if flags(self._clocks.history, op) & _MAKING:
            self._clocks.release(thread, *self._keys(op))
        if _kind(self._clocks.history, op.object) is ObjectKind.FIFO:
            self._clocks.release(thread, ("opened", op.object))

    def _changes(self, op: Op, thread: int) -> None:
        self._clocks.release(thread, *self._keys(op))

    def _looked(self, op: Op, thread: int) -> None:
        self._clocks.acquire(thread, *self._keys(op))
        if op.f == "open" and op.type is OpType.OK:
            self._clocks.acquire(thread, ("opened", op.object))

    def _writes(self, op: Op, thread: int) -> None:
        if _kind(self._clocks.history, op.object) in _WITH_CONTENT:
            self._clocks.release(thread, ("content", op.object))

    def _has_read(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK:
            self._clocks.acquire(thread, ("content", op.object))

    def _measured(self, op: Op, thread: int) -> None:
        """A file's size tells of what made it grow."""
        self._looked(op, thread)
        history = self._clocks.history
        told = op.f == "stat" and not _by_stdio(history, op)
        if op.type is OpType.OK and (told or argument(history, op, "whence") == _SEEK_END):
            self._clocks.acquire(thread, ("content", op.object))

    def _keys(self, op: Op) -> Iterator[Hashable]:
        if op.object:
            yield ("object", op.object)
        for word in ("path", "to", "address"):
            name = argument(self._clocks.history, op, word)
            if isinstance(name, str):
                yield name_key(name)
        key = argument(self._clocks.history, op, "key")
        if isinstance(key, int) and key:
            yield ("key", op.f, key)


def _by_stdio(history: History, stat: Op) -> bool:
    """Whether the C library asked, when a stream was first written: it asks for the position next."""
    own = (op for op in history.ops[stat.index + 1 :] if (op.pid, op.tid) == (stat.pid, stat.tid))
    after = next(own, None)
    return after is not None and (
        after.f,
        after.object,
        after.value.get("offset"),
        after.value.get("whence"),
    ) == (
        "lseek",
        stat.object,
        0,
        _SEEK_CUR,
    )


def name_key(name: str) -> Hashable:
    """Return the key of whoever makes or removes what has this name."""
    return ("name", name.strip("/"))


def _kind(history: History, item: str) -> ObjectKind | None:
    known = history.objects.get(item)
    return known.kind if known is not None else None
