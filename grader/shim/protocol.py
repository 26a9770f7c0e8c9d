"""What the run-time linked into traced programs announces, and how: the Python side of `announce.h`.

An announcement is a call of `gettid` (`ANNOUNCE_NR`) whose first argument holds `MAGIC` in its upper half
and a `Code` in its lower half. The other five are (address, size, extra1, extra2, caller); `caller` is where
the announcing function returns to, in the program's own code (look up the line of `caller - 1`).
A filter may trap every `gettid`, or only those whose first argument masked with `MAGIC_MASK` is `MAGIC`:
`decode` tells them apart. (Why not an unused number: see `announce.h`.)

Phase `point`: an access that is about to happen, before any other stop of this thread.

    LOAD STORE VOLATILE_LOAD VOLATILE_STORE LOAD_STORE
                             size is 1, 2, 4, 8 or 16
    READ_RANGE WRITE_RANGE   any size: struct copies, memcpy, strcpy, printf("%s"), ... What is filled from a
                             stream (fread, fgets, scanf) is announced after it was, with the size filled.
    ATOMIC_*                 extra1: memory order (0 relaxed, 1 consume, 2 acquire, 3 release, 4 acq_rel,
                             5 seq_cst); extra2: the operand's low 64 bits
    ATOMIC_COMPARE_EXCHANGE  extra1: order | order upon failure << 8; extra2: low 64 bits of the expected
                             value: it succeeds exactly if that is in the memory when the thread goes on
    ATOMIC_FENCE             extra1: memory order; no address
    LOG                      no access; address: where the thread's log is (grader/tracer/log.py): it is new
                             or full
    LOOKS                    thousands of accesses have gone into the log since the last stop; the address is
                             that of the last one; extra1: whether any of them wrote
    UNWATCHED                a shared range whose accesses will not be announced: the table is full
    STREAMS                  address: of the variable stdout; once, before the program begins
    UNSAFE_CALL              address: the name of a function that a handler must not call, which is about to
                             be; size: the signal whose handler calls it, or 0; extra1, extra2: the name of
                             the one which that handler has interrupted, and its caller, or 0
    ERRNO_CHANGED            size: the signal whose handler returns; extra1, extra2: errno before and now

Phase `invoke`: a call is about to be made; phase `ok`: it has returned, with the result in extra1: 0 (or a
value above), or -errno if it failed. Address and size are the object's. The pthread_* calls are announced
only if the process has shared memory or has made a thread; *_INIT always. Besides:

    SEM_INIT                 extra1: pshared; extra2: value
    SEM_OPEN                 invoke: address: the name; size: mode; extra1: oflag; extra2: value
                             ok: address: the semaphore, 0 if it failed
    SEM_UNLINK               address: the name; size 0
    SEM_GETVALUE             ok: extra2: the value
    *TIMED* *CLOCK*          extra1: clock id; extra2: address of the deadline, a struct timespec
    PTHREAD_MUTEX_INIT       extra1: pshared; extra2: type (0 normal, 1 recursive, 2 errorcheck) | robust << 8
    PTHREAD_MUTEX_*LOCK      ok: -EOWNERDEAD: it was locked, its last holder having died
    PTHREAD_COND_INIT        extra1: pshared; extra2: clock id
    PTHREAD_COND_*WAIT       extra1: clock id (0 unless CLOCKWAIT); extra2: address of the mutex: unlocked by
                             the attempt, locked again when it returns, whatever the result
    PTHREAD_RWLOCK_INIT      extra1: pshared
    PTHREAD_BARRIER_INIT     extra1: pshared; extra2: count
    PTHREAD_BARRIER_WAIT     ok: extra1 is 1 for the one thread that got PTHREAD_BARRIER_SERIAL_THREAD
    PTHREAD_SPIN_INIT        extra1: pshared
    PTHREAD_SPIN_BUSY        a point, not a call: pthread_spin_lock found it locked and will try again
    PTHREAD_CREATE           invoke: no address; ok: address: the pthread_t of the thread made in between
    PTHREAD_JOIN             address: the pthread_t
    PTHREAD_ONCE             address: the control word
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final, Literal, TypeAlias

ANNOUNCE_NRS: Final = {"x86_64": 186, "aarch64": 178}
"""The number of `gettid` on each machine."""

ANNOUNCE_NR: Final = ANNOUNCE_NRS.get(platform.machine(), -1)
"""The number of `gettid` here; -1 where announcements are not written for the machine."""

MAGIC: Final = 0x5E5E5E5E_00000000
"""Upper half of an announcement's first argument."""

MAGIC_MASK: Final = 0xFFFFFFFF_00000000

DONE: Final = 0x100
"""Added to a call's code when it has returned."""


@unique
class Code(IntEnum):
    """What is announced; the same numbers as `enum announce_code`, with and without `DONE`."""

    LOAD = 0x01
    STORE = 0x02
    VOLATILE_LOAD = 0x03
    VOLATILE_STORE = 0x04
    READ_RANGE = 0x05
    WRITE_RANGE = 0x06
    LOAD_STORE = 0x07
    FREED = 0x08
    STREAMS = 0x09
    UNSAFE_CALL = 0x0A
    ERRNO_CHANGED = 0x0B
    ATOMIC_LOAD = 0x10
    ATOMIC_STORE = 0x11
    ATOMIC_EXCHANGE = 0x12
    ATOMIC_FETCH_ADD = 0x13
    ATOMIC_FETCH_SUB = 0x14
    ATOMIC_FETCH_AND = 0x15
    ATOMIC_FETCH_OR = 0x16
    ATOMIC_FETCH_XOR = 0x17
    ATOMIC_FETCH_NAND = 0x18
    ATOMIC_COMPARE_EXCHANGE = 0x19
    ATOMIC_FENCE = 0x1A
    LOG = 0x1D
    LOOKS = 0x1E
    UNWATCHED = 0x1F
    SEM_INIT = 0x20
    SEM_INIT_DONE = 0x120
    SEM_DESTROY = 0x21
    SEM_DESTROY_DONE = 0x121
    SEM_OPEN = 0x22
    SEM_OPEN_DONE = 0x122
    SEM_CLOSE = 0x23
    SEM_CLOSE_DONE = 0x123
    SEM_UNLINK = 0x24
    SEM_UNLINK_DONE = 0x124
    SEM_WAIT = 0x25
    SEM_WAIT_DONE = 0x125
    SEM_TRYWAIT = 0x26
    SEM_TRYWAIT_DONE = 0x126
    SEM_TIMEDWAIT = 0x27
    SEM_TIMEDWAIT_DONE = 0x127
    SEM_CLOCKWAIT = 0x28
    SEM_CLOCKWAIT_DONE = 0x128
    SEM_POST = 0x29
    SEM_POST_DONE = 0x129
    SEM_GETVALUE = 0x2A
    SEM_GETVALUE_DONE = 0x12A
    PTHREAD_MUTEX_INIT = 0x30
    PTHREAD_MUTEX_INIT_DONE = 0x130
    PTHREAD_MUTEX_DESTROY = 0x31
    PTHREAD_MUTEX_DESTROY_DONE = 0x131
    PTHREAD_MUTEX_LOCK = 0x32
    PTHREAD_MUTEX_LOCK_DONE = 0x132
    PTHREAD_MUTEX_TRYLOCK = 0x33
    PTHREAD_MUTEX_TRYLOCK_DONE = 0x133
    PTHREAD_MUTEX_TIMEDLOCK = 0x34
    PTHREAD_MUTEX_TIMEDLOCK_DONE = 0x134
    PTHREAD_MUTEX_CLOCKLOCK = 0x35
    PTHREAD_MUTEX_CLOCKLOCK_DONE = 0x135
    PTHREAD_MUTEX_UNLOCK = 0x36
    PTHREAD_MUTEX_UNLOCK_DONE = 0x136
    PTHREAD_MUTEX_CONSISTENT = 0x37
    PTHREAD_MUTEX_CONSISTENT_DONE = 0x137
    PTHREAD_COND_INIT = 0x40
    PTHREAD_COND_INIT_DONE = 0x140
    PTHREAD_COND_DESTROY = 0x41
    PTHREAD_COND_DESTROY_DONE = 0x141
    PTHREAD_COND_WAIT = 0x42
    PTHREAD_COND_WAIT_DONE = 0x142
    PTHREAD_COND_TIMEDWAIT = 0x43
    PTHREAD_COND_TIMEDWAIT_DONE = 0x143
    PTHREAD_COND_CLOCKWAIT = 0x44
    PTHREAD_COND_CLOCKWAIT_DONE = 0x144
    PTHREAD_COND_SIGNAL = 0x45
    PTHREAD_COND_SIGNAL_DONE = 0x145
    PTHREAD_COND_BROADCAST = 0x46
    PTHREAD_COND_BROADCAST_DONE = 0x146
    PTHREAD_RWLOCK_INIT = 0x50
    PTHREAD_RWLOCK_INIT_DONE = 0x150
    PTHREAD_RWLOCK_DESTROY = 0x51
    PTHREAD_RWLOCK_DESTROY_DONE = 0x151
    PTHREAD_RWLOCK_RDLOCK = 0x52
    PTHREAD_RWLOCK_RDLOCK_DONE = 0x152
    PTHREAD_RWLOCK_TRYRDLOCK = 0x53
    PTHREAD_RWLOCK_TRYRDLOCK_DONE = 0x153
    PTHREAD_RWLOCK_TIMEDRDLOCK = 0x54
    PTHREAD_RWLOCK_TIMEDRDLOCK_DONE = 0x154
    PTHREAD_RWLOCK_WRLOCK = 0x55
    PTHREAD_RWLOCK_WRLOCK_DONE = 0x155
    PTHREAD_RWLOCK_TRYWRLOCK = 0x56
    PTHREAD_RWLOCK_TRYWRLOCK_DONE = 0x156
    PTHREAD_RWLOCK_TIMEDWRLOCK = 0x57
    PTHREAD_RWLOCK_TIMEDWRLOCK_DONE = 0x157
    PTHREAD_RWLOCK_UNLOCK = 0x58
    PTHREAD_RWLOCK_UNLOCK_DONE = 0x158
    PTHREAD_BARRIER_INIT = 0x60
    PTHREAD_BARRIER_INIT_DONE = 0x160
    PTHREAD_BARRIER_DESTROY = 0x61
    PTHREAD_BARRIER_DESTROY_DONE = 0x161
    PTHREAD_BARRIER_WAIT = 0x62
    PTHREAD_BARRIER_WAIT_DONE = 0x162
    PTHREAD_SPIN_INIT = 0x68
    PTHREAD_SPIN_INIT_DONE = 0x168
    PTHREAD_SPIN_DESTROY = 0x69
    PTHREAD_SPIN_DESTROY_DONE = 0x169
    PTHREAD_SPIN_LOCK = 0x6A
    PTHREAD_SPIN_LOCK_DONE = 0x16A
    PTHREAD_SPIN_TRYLOCK = 0x6B
    PTHREAD_SPIN_TRYLOCK_DONE = 0x16B
    PTHREAD_SPIN_UNLOCK = 0x6C
    PTHREAD_SPIN_UNLOCK_DONE = 0x16C
    PTHREAD_SPIN_BUSY = 0x6F
    PTHREAD_CREATE = 0x70
    PTHREAD_CREATE_DONE = 0x170
    PTHREAD_JOIN = 0x71
    PTHREAD_JOIN_DONE = 0x171
    PTHREAD_ONCE = 0x72
    PTHREAD_ONCE_DONE = 0x172


Phase: TypeAlias = Literal["point", "invoke", "ok"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One announcement, decoded.

    Attributes:
        code: what it is about.
        address: the object or the first byte accessed.
        size: bytes.
        extra1: signed; see the module's table.
        extra2: unsigned; see the module's table.
        caller: return address in the program's code.
    """

    code: Code
    address: int
    size: int
    extra1: int
    extra2: int
    caller: int


def _name(code: Code) -> str:
    """The history's word: POSIX's own for a call, else the code's in lower case."""
    return code.name.lower().removesuffix("_done")


def _phase(code: Code) -> Phase:
    """Where the operation stands."""
    if code >= DONE:
        return "ok"
    return "point" if code < Code.SEM_INIT or code == Code.PTHREAD_SPIN_BUSY else "invoke"


NAMES: Final[dict[Code, str]] = {code: _name(code) for code in Code}
"""What the history calls the operation: `load`, `sem_wait`, ..."""

PHASES: Final[dict[Code, Phase]] = {code: _phase(code) for code in Code}
"""`point` (an access), `invoke` (a call begins) or `ok` (it has returned, even if it failed)."""


def decode(arguments: Sequence[int]) -> Announcement | None:
    """Read the arguments of a `gettid`.

    Args:
        arguments: the six argument registers, unsigned.

    Returns:
        The announcement, or None if the program simply asked for its thread id.
    """
    first, address, size, extra1, extra2, caller = arguments
    if first & MAGIC_MASK != MAGIC:
        return None
    try:
        code = Code(first & ~MAGIC_MASK)
    except ValueError:
        return None
    signed = extra1 - (1 << 64) if extra1 >> 63 else extra1
    return Announcement(code=code, address=address, size=size, extra1=signed, extra2=extra2, caller=caller)


def is_own(arguments: Sequence[int]) -> bool:
    """Tell the run-time's own system calls from the program's.

    Args:
        arguments: the argument registers of any system call, unsigned.

    Returns:
        Whether it is an announcement, or the `shmctl` that asks for the size of a segment just attached:
        no operation of the program's.
    """
    return arguments[0] & MAGIC_MASK == MAGIC
