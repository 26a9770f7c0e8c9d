"""What orders accesses by message queues: each message tells of who sent it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from grader.checkers._order.clocks import Clock, Clocks, Handler
from grader.checkers.base import argument
from grader.model.history import Op, OpType

_KEPT = 4096
"""So many bytes of a message are recorded."""

_ROOM = 4096
"""So many bytes fit into a System V queue at least."""


@dataclass(slots=True)
class _Message:
    """A message that was sent: what tells it from others, and what its sender knew."""

    kind: object
    size: object
    data: object
    clock: Clock


class Queues:
    """System V and POSIX queues.

    A message is told by its type or priority, its size and its text. Where several fit, or none, the
    receiver is taken to know of all of them.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._waiting: dict[str, dict[int, _Message]] = defaultdict(dict)
        self._sent: dict[str, int] = defaultdict(int)
        self._bytes: dict[str, int] = defaultdict(int)
        self._room: dict[str, int] = {}

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {
            **dict.fromkeys(("msgsnd", "mq_send"), self._sends),
            **dict.fromkeys(("msgrcv", "mq_receive"), self._receives),
            "msgctl": self._changes,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns."""
        return {
            "mq_open": self._opened,
            **dict.fromkeys(("msgsnd", "mq_send"), self._has_sent),
            **dict.fromkeys(("msgrcv", "mq_receive"), self._has_received),
            **dict.fromkeys(("mq_getattr", "msgctl"), self._looked),
        }

    def _sends(self, op: Op, thread: int) -> None:
        kind = op.value.get("type" if op.f == "msgsnd" else "priority")
        before = self._clocks.now(thread)
        self._clocks.release(thread, ("sent", op.object))
        data = op.value.get("data")
        self._waiting[op.object][op.index] = _Message(kind, op.value.get("count"), data, before)

    def _has_sent(self, op: Op, thread: int) -> None:
        """A send may have had to wait for room."""
        if op.type is not OpType.OK:
            self._waiting[op.object].pop(op.invoked or 0, None)
            return
        count = argument(self._clocks.history, op, "count")
        self._sent[op.object] += 1
        self._bytes[op.object] += 1 + (count if isinstance(count, int) else 0)
        full = (
            self._sent[op.object] > self._room.get(op.object, 1)
            if op.f == "mq_send"
            else self._bytes[op.object] > _ROOM
        )
        if op.blocked or full:
            self._clocks.acquire(thread, ("received", op.object))

    def _receives(self, op: Op, thread: int) -> None:
        self._clocks.release(thread, ("received", op.object))

    def _has_received(self, op: Op, thread: int) -> None:
        if op.type is not OpType.OK:
            return
        waiting = self._waiting[op.object]
        fitting = [index for index, message in waiting.items() if _fits(message, op)]
        if not fitting:
            self._clocks.acquire(thread, ("sent", op.object))
        for index in fitting:
            self._clocks.learn(thread, waiting[index].clock)
        if len(fitting) == 1:
            del waiting[fitting[0]]

    def _changes(self, op: Op, _thread: int) -> None:
        if op.value.get("cmd") == "IPC_SET":  # it may have less room from now on
            self._bytes[op.object] += _ROOM

    def _opened(self, op: Op, _thread: int) -> None:
        """Note how many messages a queue takes; 10 where its maker does not say."""
        room = argument(self._clocks.history, op, "maxmsg")
        if op.type is OpType.OK and isinstance(room, int):
            self._room[op.object] = min(self._room.get(op.object, room), room)

    def _looked(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK:
            self._clocks.acquire(thread, ("sent", op.object), ("received", op.object))


def _fits(message: _Message, op: Op) -> bool:
    """Whether a message may be the one that was received."""
    size, data = op.result, op.value.get("data")
    kind = op.value.get("type" if op.f == "msgrcv" else "priority")
    if kind is not None and message.kind is not None and kind != message.kind:
        return False
    if size != message.size or not isinstance(data, str):
        return False
    return data[:_KEPT] == message.data
