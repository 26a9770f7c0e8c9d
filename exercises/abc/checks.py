"""What the contract of abc says of the means."""

from grader.authoring import Call, Finding, History, ObjectKind, Spec, calls, finding, lines

_SEMAPHORES = (
    "sem_init", "sem_open", "sem_wait", "sem_timedwait", "sem_trywait", "sem_post", "semget", "semop",
    "futex",  # where a semaphore of Python is slept in, no more is seen
)  # fmt: skip
_STREAMS = ("read", "recv")
_OTHERS = (
    "flock", "fcntl", "msgrcv", "mq_receive", "sigsuspend", "sigwait", "pause", "pthread_mutex_lock",
    "pthread_cond_wait", "pthread_barrier_wait",
)  # fmt: skip
_KINDS = frozenset({ObjectKind.PIPE, ObjectKind.FIFO, ObjectKind.SOCKET})


def _streamed(history: History, call: Call) -> bool:
    known = history.objects.get(call.start.object)
    return known is not None and known.kind in _KINDS


def semaphores(history: History, spec: Spec) -> list[Finding]:
    """The order is made by semaphores: whoever has to wait sleeps in `sem_wait` or `semop`."""
    if calls(history, *_SEMAPHORES):
        return []
    printers = {line.op.pid for line in lines(history)}
    for call in calls(history, *_STREAMS, *_OTHERS):
        if call.pid not in printers or not call.blocked:
            continue
        if call.f not in _STREAMS or _streamed(history, call):
            message = f"Who prints waits for his turn in `{call.f}`, and there is no semaphore."
            return [finding(history, message, call, read="man 7 sem_overview")]
    return []
