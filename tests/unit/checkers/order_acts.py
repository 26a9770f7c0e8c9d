"""Acts of synchronisation, done by one child and seen by its sibling, or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.checkers._order import Order
from grader.model.history import ObjectKind

from .history_builder import Story

LEFT, RIGHT, PARENT = 11, 12, 10
MEMORY, PIPE, SOCKET, EVENT, FIFO = "mapping:1", "pipe:1", "socket:1", "event:1", "fifo:f"
FILE, SET, QUEUE, MQ = "file:data", "sysv-semaphore:7", "sysv-queue:7", "queue:/q"
STDIN, STDOUT, NAMED = "pipe:stdin of alice", "pipe:stdout of alice", "semaphore:/s"

Acts = Callable[[Story], object]


def ordered(acts: Acts) -> bool:
    """Whether what one child does before some acts is before what its sibling does after them."""
    s = Story("alice", "bob_ref")
    for kind in (ObjectKind.MAPPING, ObjectKind.PIPE, ObjectKind.SOCKET, ObjectKind.EVENT):
        s.object(kind)
    s.object(ObjectKind.FIFO, "f")
    s.object(ObjectKind.FILE, "data")
    s.object(ObjectKind.PIPE, "stdin of alice")
    s.object(ObjectKind.PIPE, "stdout of alice")
    s.object(ObjectKind.SYSV_SEMAPHORE, "7")
    s.object(ObjectKind.SYSV_QUEUE, "7")
    s.object(ObjectKind.QUEUE, "/q")
    s.object(ObjectKind.SEMAPHORE, "/s")
    s.event(PARENT, "exec", argv=["/submission/alice"])
    s.fork(PARENT, LEFT)
    s.fork(PARENT, RIGHT)
    first = s.access(LEFT, "store", MEMORY)
    acts(s)
    then = s.access(RIGHT, "load", MEMORY)
    return Order(s.history).before(first, then)


def calls(*them: tuple[Any, ...]) -> Acts:
    """Make calls one after the other: (pid, f, object, value, and what else `Story.call` takes)."""

    def acts(s: Story) -> None:
        for pid, f, item, *rest in them:
            value, how = [*rest, {}, {}][:2]
            s.call(pid, f, item, **how, **value)

    return acts


def at(offset: int) -> dict[str, Any]:
    return {"offset": offset, "size": 32}


def nothing(_s: Story) -> None:
    """Nothing happens in between."""


def sleeps(s: Story) -> None:
    s.sleeps(LEFT, 1)
    s.sleeps(RIGHT, 5000)


def exits_and_is_waited_for(s: Story) -> None:
    s.exits(LEFT)
    s.call(PARENT, "wait", result=LEFT, ok={"child": LEFT})
    s.call(PARENT, "write", PIPE, data="x", count=1, result=1)
    s.call(RIGHT, "read", PIPE, result=1)


def exits_and_is_not_waited_for(s: Story) -> None:
    s.exits(LEFT)
    s.call(PARENT, "wait", ok={"child": 0})
    s.call(PARENT, "write", PIPE, data="x", count=1, result=1)
    s.call(RIGHT, "read", PIPE, result=1)


def locks(left: str, right: str = "", *, lock: str = "pthread_mutex_lock", start: int = 0) -> Acts:
    unlock = "pthread_spin_unlock" if "spin" in lock else "pthread_mutex_unlock"
    return calls(
        (LEFT, lock, MEMORY, at(start)),
        (LEFT, unlock if left == "unlock" else left, MEMORY, at(start)),
        (RIGHT, right or lock, MEMORY, at(start)),
    )


def condition(*, recorded: bool) -> Acts:
    """The right one waits on a condition; the left one takes the mutex meanwhile and does not signal."""
    mutex: dict[str, Any] = {"mutex": {"object": MEMORY, "offset": 64}} if recorded else {}

    def acts(s: Story) -> None:
        wait = s.invoke(RIGHT, "pthread_cond_wait", MEMORY, offset=0, **mutex)
        calls(
            (LEFT, "pthread_mutex_lock", MEMORY, at(64)),
            (LEFT, "pthread_mutex_unlock", MEMORY, at(64)),
        )(s)
        s.ok(wait, blocked=True)

    return acts


def barrier(count: int, rounds: int) -> Acts:
    """The left one comes to a barrier of two twice; the right one leaves its first round late."""

    def acts(s: Story) -> None:
        s.call(PARENT, "pthread_barrier_init", MEMORY, offset=0, pshared=1, count=count)
        for _ in range(rounds):
            s.invoke(LEFT, "pthread_barrier_wait", MEMORY, offset=0)
        wait = s.invoke(RIGHT, "pthread_barrier_wait", MEMORY, offset=0)
        s.ok(wait, blocked=True)

    return acts


def rwlock(left: str, right: str) -> Acts:
    return calls(
        (LEFT, f"pthread_rwlock_{left}lock", MEMORY, at(0)),
        (LEFT, "pthread_rwlock_unlock", MEMORY, at(0)),
        (RIGHT, f"pthread_rwlock_{right}lock", MEMORY, at(0)),
    )


def atomic(*ops: tuple[int, str, str], **last: Any) -> Acts:
    def acts(s: Story) -> None:
        for number, (pid, f, order) in enumerate(ops):
            more = last if number == len(ops) - 1 else {}
            if f == "fence":
                s.event(pid, "atomic_fence", order=order)
            else:
                s.access(pid, f"atomic_{f}", MEMORY, offset=128, size=4, order=order, **more)

    return acts


def semop(*ops: tuple[int, int, int], undo: bool = False) -> Acts:
    def acts(s: Story) -> None:
        for pid, number, change in ops:
            flags = ["SEM_UNDO"] if undo else []
            s.call(pid, "semop", SET, ops=[{"num": number, "op": change, "flags": flags}])
            if undo and pid == LEFT:
                s.exits(LEFT)

    return acts


def record_lock(start: int, length: int, kind: str = "F_WRLCK", whence: int = 0) -> dict[str, Any]:
    return {"fd": 3, "cmd": "F_SETLKW", "type": kind, "whence": whence, "start": start, "len": length}


def delivered(signal: str, sender: int | str) -> dict[str, Any]:
    return {"signal": signal, "action": "handler", "from": sender}


def signalled(how: str) -> Acts:
    def acts(s: Story) -> None:
        s.call(LEFT, "kill", target=RIGHT, signal="SIGUSR1")
        if how == "handler":
            s.event(RIGHT, "deliver", **delivered("SIGUSR1", LEFT))
        elif how == "sigwait":
            s.call(RIGHT, "sigwait", ok={"signal": "SIGUSR1"})
        elif how == "signalfd":
            s.call(RIGHT, "signalfd", EVENT, ok={"fd": 4})
            s.call(RIGHT, "read", EVENT, result=128)
        elif how == "another":
            s.call(LEFT, "kill", target=RIGHT, signal="SIGUSR2")
            s.event(RIGHT, "deliver", **delivered("SIGHUP", "script"))

    return acts


def message(kind: int, text: str, asked: int, got: str, *, f: str = "msgsnd") -> Acts:
    """The left one sends last, and then the right one receives one of two messages."""
    send, receive, item, word = (
        ("msgsnd", "msgrcv", QUEUE, "type") if f == "msgsnd" else ("mq_send", "mq_receive", MQ, "priority")
    )

    def acts(s: Story) -> None:
        for pid, value, data in ((PARENT, 1, "first"), (LEFT, kind, text)):
            told: dict[str, Any] = {word: value, "data": data, "count": len(data)}
            s.call(pid, send, item, **told)
        s.call(RIGHT, receive, item, result=len(got), ok={word: asked, "data": got})

    return acts


def fifo_opened(s: Story) -> None:
    wait = s.invoke(RIGHT, "open", FIFO, path="f", flags=["O_RDONLY"])
    s.call(LEFT, "open", FIFO, path="f", flags=["O_WRONLY"], ok={"fd": 3})
    s.ok(wait, 3, blocked=True, fd=3)


def last_writer_closes(how: str) -> Acts:
    def acts(s: Story) -> None:
        if how == "exit":
            s.exits(LEFT)
        else:
            s.call(LEFT, "close", PIPE, fd=4)
        s.call(RIGHT, "read", PIPE, fd=3, result=0)

    return acts


def pipe_was_full(*, blocked: bool) -> Acts:
    """The left one reads, the right one writes."""
    return calls(
        (LEFT, "read", PIPE, {}, {"result": 1}),
        (RIGHT, "write", PIPE, {"data": "x", "count": 1}, {"result": 1, "blocked": blocked}),
    )


def behind(*, read: int) -> Acts:
    """The right one reads so many of six bytes; the left one wrote the last three of them."""
    return calls(
        (PARENT, "write", PIPE, {"data": "abc", "count": 3}, {"result": 3}),
        (LEFT, "write", PIPE, {"data": "def", "count": 3}, {"result": 3}),
        (RIGHT, "read", PIPE, {}, {"result": read}),
    )


def long_write(s: Story) -> None:
    """The left one's write is not over when its first bytes are read, behind those of another."""
    write = s.invoke(LEFT, "write", PIPE, count=100_000)
    s.call(PARENT, "write", PIPE, data="abc", count=3, result=3)
    s.ok(write, 100_000, blocked=True)
    s.call(RIGHT, "read", PIPE, result=3)


def by_the_script(s: Story) -> None:
    s.call(LEFT, "write", STDOUT, data="ready\n", count=6, result=6)
    s.took(0, "alice", "ready\n")
    s.performs(1, "send", text={"alice": "go\n"})
    s.call(RIGHT, "read", STDIN, result=3)


def killed_by_the_script(s: Story) -> None:
    s.performs(1, "kill", part="alice", child=1, pid=LEFT)
    s.dies(LEFT, "SIGKILL", "script")
    s.performs(2, "send", text={"alice": "go\n"})
    s.call(RIGHT, "read", STDIN, result=3)


def only_sent_by_the_script(s: Story) -> None:
    s.performs(1, "send", text={"alice": "go\n"})
    s.call(RIGHT, "read", STDIN, result=3)


def polls(objects: list[str], left: tuple[Any, ...], result: int = 1) -> Acts:
    return calls(left, (RIGHT, "poll", objects[0], {"objects": objects}, {"result": result}))
