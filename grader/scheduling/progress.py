"""Notices when many operations were made and nothing came of them: somebody asks again and again."""

from __future__ import annotations

from typing import Any

from grader.model.history import OpType

FUTILE_MAX = 500
"""So many operations in a row without progress end a run."""

FUTILE_HURRY = 100
"""After so many, time passes although somebody is ready: he may be waiting for it."""

_NO_PROGRESS = frozenset(
    {
        "open", "close", "stat", "access", "nanosleep", "sched_yield", "lseek", "fcntl", "sigprocmask",
        "sigaction", "semctl", "msgctl", "shmctl", "getppid", "mq_getattr", "clock", "alarm", "setitimer",
        "sem_getvalue", "pthread_spin_busy", "pthread_once",
    }
)  # fmt: skip
_NO_PROGRESS_IF_ZERO = frozenset({"poll", "select", "epoll_wait", "read", "recv"})
_LOADS_AS_ONE = 40
"""So many loads of what was loaded before count as one operation: a loop may read its bound each time."""

_LOADS = frozenset({"load", "volatile_load", "atomic_load", "read_range"})


class Progress:
    """Counts the operations since something last came of one."""

    def __init__(self) -> None:
        self.futile = 0
        self._seen: set[tuple[str, int]] = set()
        self._loads = 0
        self._probe: int | None = None

    def reset(self) -> None:
        """Note that the script has done something."""
        self.futile = 0
        self._seen.clear()

    def note(self, row: dict[str, Any]) -> None:
        """Take an operation into account; accesses that did not stop their thread are none."""
        if row["value"].get("silent"):
            return
        if self._is_progress(row):
            self.reset()
        elif row["f"] in _LOADS:
            self._loads += 1
            self.futile += self._loads % _LOADS_AS_ONE == 0
        else:
            self.futile += 1

    def _is_progress(self, row: dict[str, Any]) -> bool:
        if row["type"] is OpType.INVOKE and row["value"].get("signal") == "0":
            self._probe = row["index"]  # kill(pid, 0) only asks whether somebody is there
        if row["type"] is not OpType.OK or row["f"] in _NO_PROGRESS:
            return False
        if row["f"] == "looks":
            return bool(row["value"]["writes"])
        if row["f"] == "kill":
            return bool(row["invoked"] != self._probe)
        if row["f"] in _NO_PROGRESS_IF_ZERO:
            return bool(row["result"])
        if row["f"] == "wait":
            return bool(row["value"].get("child"))
        if row["f"] in _LOADS:
            place = (row["object"], int(row["value"].get("offset", 0)))
            known = place in self._seen
            self._seen.add(place)
            return not known
        return True
