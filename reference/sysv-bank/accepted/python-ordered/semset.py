"""System V semaphore sets for Python: semget(2), semop(2) and semctl(2), called in the C library by ctypes.

The module sysv_ipc knows sets of one semaphore only. This one knows nothing but the calls: each method is one of
them, and a call that fails raises OSError with its errno.
"""

import ctypes
import os

IPC_CREAT = 0o1000
IPC_EXCL = 0o2000
IPC_NOWAIT = 0o4000
SEM_UNDO = 0o10000

_IPC_RMID, _GETVAL, _SETVAL, _SETALL = 0, 12, 16, 17

_libc = ctypes.CDLL(None, use_errno=True)


class Operation(ctypes.Structure):
    """`struct sembuf`: which semaphore of the set, what is added to it, and flags (SEM_UNDO, IPC_NOWAIT)."""

    _fields_ = (("sem_num", ctypes.c_ushort), ("sem_op", ctypes.c_short), ("sem_flg", ctypes.c_short))


def _checked(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


class SemaphoreSet:
    """A set, opened or made by semget(key, count, flags); `flags` with the mode, as in IPC_CREAT | 0o600."""

    def __init__(self, key: int, count: int, flags: int) -> None:
        self.count = count
        self.id = _checked(_libc.semget(key, count, flags))

    def semop(self, *operations: Operation) -> None:
        """Perform all the operations in one step, and sleep until that is possible."""
        _checked(_libc.semop(self.id, (Operation * len(operations))(*operations), ctypes.c_size_t(len(operations))))

    def getval(self, number: int) -> int:
        """Return the value of one semaphore."""
        return _checked(_libc.semctl(self.id, number, _GETVAL))

    def setval(self, number: int, value: int) -> None:
        """Give one semaphore a value."""
        _checked(_libc.semctl(self.id, number, _SETVAL, value))

    def setall(self, values: list[int]) -> None:
        """Give each semaphore its value."""
        if len(values) != self.count:
            raise ValueError(f"{self.count} values are needed, not {len(values)}")
        _checked(_libc.semctl(self.id, 0, _SETALL, (ctypes.c_ushort * self.count)(*values)))

    def remove(self) -> None:
        """Remove the whole set, at once: who waits for it gets EIDRM."""
        _checked(_libc.semctl(self.id, 0, _IPC_RMID))
