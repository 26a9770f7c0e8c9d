"""Which man page tells of the call that somebody sleeps in."""

from __future__ import annotations

from grader.model.history import History, Op

_BY_KIND = {
    "pipe": "man 7 pipe",
    "fifo": "man 7 fifo",
    "semaphore": "man 7 sem_overview",
    "sysv-semaphore": "man 2 semop",
    "sysv-queue": "man 2 msgop",
    "queue": "man 7 mq_overview",
    "socket": "man 7 unix",
}
_BY_CALL = {
    "pause": "man 2 sigsuspend",
    "sigwait": "man 3 sigwait",
    "pthread_cond_": "man 3 pthread_cond_wait",
    "pthread_mutex_": "man 3 pthread_mutex_lock",
    "pthread_rwlock_": "man 3 pthread_rwlock_rdlock",
    "pthread_barrier_": "man 3 pthread_barrier_wait",
    "pthread_spin_": "man 3 pthread_spin_lock",
    "pthread_join": "man 3 pthread_join",
    "sem_": "man 7 sem_overview",
}
"""By the beginning of the call's name; it tells more than the kind of memory that a lock lies in."""


def page(history: History, op: Op) -> str:
    """Return the page to read about a call that sleeps."""
    by_call = next((text for name, text in _BY_CALL.items() if op.f.startswith(name)), "")
    known = history.objects.get(op.object)
    return by_call or _BY_KIND.get(known.kind.value if known else "", f"man 2 {op.f}")
