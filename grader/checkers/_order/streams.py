"""What orders accesses by pipes, FIFOs, sockets, terminals, and descriptors of events."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from grader.checkers._order.clocks import NOTHING, Clock, Clocks, Handler, join
from grader.checkers._order.lives import EXITS, SCRIPT
from grader.checkers.base import argument
from grader.model.history import ObjectKind, Op, OpType

_STREAMS = frozenset(
    {ObjectKind.PIPE, ObjectKind.FIFO, ObjectKind.SOCKET, ObjectKind.TERMINAL, ObjectKind.EVENT,
     ObjectKind.TIMER}
)  # fmt: skip
_BROKEN = frozenset({"EPIPE", "ECONNRESET", "ECONNREFUSED", "ENOTCONN", "ENXIO", "EIO", "ECONNABORTED"})
_SOCKET_CALLS = frozenset({"bind", "listen", "connect", "accept", "shutdown", "socketpair"})
_MOVES = frozenset({"splice", "tee", "sendfile"})
_POLLS = frozenset({"poll", "select", "epoll_wait"})
_ROOM = 4096
"""So much fits into a pipe at least: whoever writes more may have waited for a reader."""
_PIECES = 16
"""So many writes, at least."""


class _Stream:
    """What was written: bytes come out of a pipe as they went in."""

    def __init__(self) -> None:
        self.written = self.read = self.writes = 0
        self._starts: list[int] = []
        self._known: list[Clock] = []

    def write(self, clock: Clock) -> None:
        """Note a write that begins: its bytes stand behind all that is already there."""
        self._starts.append(self.written)
        self._known.append(join(self._known[-1] if self._known else NOTHING, clock))
        self.writes += 1

    def upto(self, byte: int) -> Clock:
        """Return what all knew whose bytes may stand before this one."""
        writes = bisect_left(self._starts, byte)
        return self._known[writes - 1] if writes else NOTHING


class Streams:
    """Who reads what others wrote, who waits until others have read, who sees that nobody is left.

    All sockets are one: which of them are connected is not recorded. The same holds for whatever is written
    through names (FIFOs), by the script, or moved without being read.
    """

    def __init__(self, clocks: Clocks, read_signals: Callable[[Op, int], None]) -> None:
        self._clocks = clocks
        self._history = clocks.history
        self._read_signals = read_signals
        self._pipes: dict[str, _Stream] = defaultdict(_Stream)
        self._reading: Counter[str] = Counter()
        self._made: dict[str, str] = {}
        self._moved = False
        for op in self._history.ops:
            if op.f in ("eventfd", "signalfd", "timerfd_create", "epoll_create") and op.type is OpType.OK:
                self._made.setdefault(op.object, op.f)
            self._moved = self._moved or op.f in _MOVES

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made."""
        return {
            "write": self._writes,
            "send": self._writes,
            "read": self._reads,
            "recv": self._reads,
            **dict.fromkeys(_SOCKET_CALLS | {"close"}, self._connects),
            **dict.fromkeys(("dup2", "exec"), self._closes_some),
            **dict.fromkeys(_MOVES, self._writes),
            "timerfd_settime": self._writes,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns."""
        return {
            "write": self._has_written,
            "send": self._has_written,
            "read": self._has_read,
            "recv": self._has_read,
            **dict.fromkeys(_SOCKET_CALLS | _MOVES, self._connected),
            **dict.fromkeys(_POLLS, self._polled),
            "open": self._opened,
        }

    def _kind(self, item: str) -> ObjectKind | None:
        known = self._history.objects.get(item)
        return known.kind if known is not None else None

    def _precise(self, item: str) -> bool:
        """Whether bytes can be counted: a pipe of the programs' own, and nothing moves bytes unseen."""
        known = self._history.objects.get(item)
        return known is not None and known.kind is ObjectKind.PIPE and not known.name and not self._moved

    # -- writing ---------------------------------------------------------------------------------------

    def _writes(self, op: Op, thread: int) -> None:
        kind = self._kind(op.object)
        if kind is ObjectKind.FILE:
            return
        keys: list[tuple[object, ...]] = [("written", op.object), ("streams",)]
        if kind is ObjectKind.SOCKET:
            keys.append(("sockets",))
        before = self._clocks.now(thread)
        self._clocks.release(thread, *keys)
        self._pipes[op.object].write(before)

    def _has_written(self, op: Op, thread: int) -> None:
        kind = self._kind(op.object)
        if op.error in _BROKEN:
            self._clocks.acquire(thread, ("closed", op.object), ("closed",), EXITS, ("sockets",))
        if op.type is not OpType.OK or kind is ObjectKind.FILE:
            return
        pipe = self._pipes[op.object]
        pipe.written += max(op.result or 0, 0)
        if op.blocked or pipe.written > _ROOM or pipe.writes > _PIECES:
            keys: list[tuple[object, ...]] = [("read", op.object)]
            if kind is ObjectKind.SOCKET:
                keys.append(("read sockets",))
            self._clocks.acquire(thread, *keys)

    # -- reading ---------------------------------------------------------------------------------------

    def _reads(self, op: Op, thread: int) -> None:
        kind = self._kind(op.object)
        if kind not in _STREAMS:
            return
        self._reading[op.object] += 1
        keys: list[tuple[object, ...]] = [("read", op.object)]
        if kind is ObjectKind.SOCKET:
            keys.append(("read sockets",))
        self._clocks.release(thread, *keys)

    def _has_read(self, op: Op, thread: int) -> None:
        kind = self._kind(op.object)
        if kind not in _STREAMS:
            if kind is not ObjectKind.FILE and op.object and op.type is OpType.OK:
                self._clocks.follow_all(thread)
            return
        self._reading[op.object] -= 1
        if op.type is OpType.OK:
            self._take(op, thread, kind)
        elif op.error in _BROKEN:
            self._clocks.acquire(thread, ("closed", op.object), ("closed",), EXITS, ("sockets",))

    def _take(self, op: Op, thread: int, kind: ObjectKind | None) -> None:
        count, known = op.result or 0, self._history.objects.get(op.object)
        if known is not None and (known.name.startswith("stdin of ") or kind is ObjectKind.TERMINAL):
            self._clocks.acquire(thread, SCRIPT)
        if kind is ObjectKind.SOCKET:
            self._clocks.acquire(thread, ("sockets",), EXITS)
        elif kind in (ObjectKind.EVENT, ObjectKind.TIMER):
            self._read_event(op, thread)
        pipe = self._pipes[op.object]
        pipe.read += count
        if count and self._precise(op.object) and not self._reading[op.object]:
            self._clocks.learn(thread, pipe.upto(pipe.read))
            return
        self._clocks.acquire(thread, ("written", op.object))
        if not count:
            self._clocks.acquire(thread, ("closed", op.object), ("closed",), EXITS)

    def _read_event(self, op: Op, thread: int) -> None:
        made = self._made.get(op.object, "")
        if made == "signalfd":
            self._read_signals(op, thread)
        elif made not in ("eventfd", "timerfd_create"):
            self._clocks.follow_all(thread)

    # -- the rest --------------------------------------------------------------------------------------

    def _connects(self, op: Op, thread: int) -> None:
        keys: list[tuple[object, ...]] = [("closed", op.object)]
        if op.f != "close" or self._kind(op.object) is ObjectKind.SOCKET:
            keys += [("sockets",), ("streams",)]
        self._clocks.release(thread, *keys)

    def _closes_some(self, _op: Op, thread: int) -> None:
        """An exec closes what is marked so, `dup2` what its second argument stood for."""
        self._clocks.release(thread, ("closed",), ("sockets",), ("streams",))

    def _connected(self, op: Op, thread: int) -> None:
        self._clocks.acquire(thread, ("sockets",), EXITS)
        if op.f in _MOVES:
            self._clocks.acquire(thread, ("streams",), ("read", op.object))

    def _opened(self, op: Op, thread: int) -> None:
        if op.error == "ENXIO":  # nobody reads the FIFO any more
            self._clocks.acquire(thread, ("closed",), EXITS)

    def _polled(self, op: Op, thread: int) -> None:
        """Let a thread know of all that may have made something ready, or that nobody knows what did."""
        if op.type is not OpType.OK or not op.result:
            return
        listed = argument(self._history, op, "objects")
        items = [str(item) for item in listed] if isinstance(listed, list | tuple) else [op.object]
        known = [self._kind(item) in _STREAMS - {ObjectKind.EVENT, ObjectKind.TIMER} for item in items]
        if op.f == "epoll_wait" or not all(known):
            self._clocks.follow_all(thread)
            return
        self._clocks.acquire(thread, ("closed",), EXITS, SCRIPT)
        for item in items:
            self._clocks.acquire(thread, ("written", item), ("read", item), ("closed", item))
            if self._kind(item) is ObjectKind.SOCKET:
                self._clocks.acquire(thread, ("sockets",), ("read sockets",))
