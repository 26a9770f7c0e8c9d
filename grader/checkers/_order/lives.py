"""What orders threads and processes by their lives, their signals, and the acts of the script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from grader.checkers._order.clocks import Clock, Clocks, Handler
from grader.checkers._order.names import name_key
from grader.checkers.base import argument
from grader.model.history import Op, OpType

SCRIPT = ("script",)
"""Key of the script: what it does is left there."""

EXITS = ("exits",)
"""Key of all that have ended."""

_SYNCHRONOUS = frozenset({"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGABRT", "SIGSYS"})
_TIMERS = frozenset({"SIGALRM", "SIGVTALRM", "SIGPROF"})
_LOOKS = frozenset({"blocked", "running", "stopped"})


class Lives:
    """Fork and birth, exit and wait, threads, signals, the script."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._history = clocks.history
        self._children: dict[int, list[int]] = defaultdict(list)
        self._parents: dict[int, int] = {}
        self._endless: dict[int, list[int]] = defaultdict(list)
        self._births: dict[int, Clock] = {}
        self._killed: set[str] = set()
        self._killed_alone: set[int] = set()
        self._note_births()

    def begins(self) -> Mapping[str, Handler]:
        """Return what is left when a call is made, or an event happens."""
        return {
            "fork": self._forks,
            "pthread_create": self._forks,
            "exit": self._exits,
            "stop": self._changes,
            "continue": self._changes,
            "kill": self._kills,
            "alarm": self._sets_timer,
            "setitimer": self._sets_timer,
            "timer_settime": self._sets_timer,
        }

    def ends(self) -> Mapping[str, Handler]:
        """Return what is learnt when a call returns, or by an event."""
        return {
            "fork": self._forked,
            "exec": self._execed,
            "exit": self._all_threads,
            "wait": self._waited,
            "pthread_join": self._joined,
            "deliver": self._delivered,
            "continue": self._continued,
            "sigwait": self._sigwaited,
            "kill": self._killed_nobody,
            "getppid": self._asked_for_parent,
        }

    def born(self, op: Op, thread: int) -> None:
        """Let a thread know, at its first op, what its maker knew."""
        birth = self._births.get(op.tid)
        if birth is not None:
            self._clocks.learn(thread, birth)
            return
        process = self._history.processes.get(op.pid)
        if op.tid != op.pid or process is None:
            self._clocks.follow(thread, op.pid)
        elif process.main:
            self._clocks.acquire(thread, SCRIPT)
        else:
            self._clocks.follow(thread, process.parent)

    def sees(self, op: Op, thread: int) -> None:
        """Let the script know what it has seen when it performs an act, or a demand is decided."""
        for part in self._killed:
            self._follow_part(thread, part)
        for pid in self._killed_alone:
            self._clocks.follow(thread, pid)
        if op.f == "expect":
            printer = op.value.get("part")
            names = {f"{stream} of {printer}" for stream in ("stdout", "stderr", "terminal")}
            for item in self._history.objects.values():
                if item.name in names:
                    self._clocks.acquire(thread, ("written", item.id))
        elif op.f == "exit":
            for part in _words(op, "observed"):
                self._follow_part(thread, part, main=True)
        elif op.f in _LOOKS:
            named = op.value.get("part")
            for looked_at in [named] if isinstance(named, str) else _words(op, "observed"):
                self._follow_part(thread, looked_at)
        elif op.f in ("present", "absent"):
            self._clocks.follow_all(thread)

    def acts(self, op: Op, thread: int) -> None:
        """Leave what the script knows for those whom it starts, signals or writes to."""
        if op.f in ("kill", "reboot"):
            self._killed.update(_words(op, "parts"))
            pid = op.value.get("pid")
            self._killed_alone.update([pid] if isinstance(pid, int) else [])
        name = op.value.get("name")
        self._clocks.release(thread, SCRIPT, *([name_key(name)] if isinstance(name, str) else []))

    # -- births and deaths -----------------------------------------------------------------------------

    def _note_births(self) -> None:
        """Find out which fork made whom, for a child of vfork has ops before the fork has ended."""
        begun: set[int] = set()
        for op in self._history.ops:
            if op.f not in ("fork", "pthread_create"):
                continue
            if op.type is OpType.INVOKE:
                begun.add(op.index)
            elif op.invoked is not None:
                begun.discard(op.invoked)
                child = op.value.get("child", op.result)
                if op.type is OpType.OK and isinstance(child, int):
                    self._children[op.invoked].append(child)
        for index in begun:
            self._endless[self._history.ops[index].pid].append(index)
        for pid, process in self._history.processes.items():
            for index in self._endless.get(process.parent, ()):
                if not any(pid in children for children in self._children.values()):
                    self._children[index].append(pid)

    def _forks(self, op: Op, thread: int) -> None:
        if op.type is not OpType.INVOKE:
            return
        clock = self._clocks.publish(thread)
        for child in self._children.get(op.index, ()):
            self._births[child] = clock

    def _forked(self, op: Op, thread: int) -> None:
        """A parent goes on before its child has done anything, unless it waited for it: vfork."""
        child = op.value.get("child")
        if op.type is OpType.OK and isinstance(child, int):
            self._clocks.follow(thread, child)

    def _execed(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK:
            self._clocks.follow(thread, op.pid)

    def _all_threads(self, op: Op, thread: int) -> None:
        self._clocks.follow(thread, op.pid)

    def _exits(self, op: Op, thread: int) -> None:
        process = self._history.processes.get(op.pid)
        keys: list[tuple[object, ...]] = [EXITS, ("exit", op.pid)]
        if process is not None:
            keys.append(("children of", process.parent))
        self._clocks.release(thread, *keys)

    def _changes(self, op: Op, thread: int) -> None:
        """A stop: the parent may be told by SIGCHLD."""
        process = self._history.processes.get(op.pid)
        if process is not None:
            self._clocks.release(thread, ("children of", process.parent))

    def _waited(self, op: Op, thread: int) -> None:
        child = op.value.get("child")
        if op.type is OpType.OK and isinstance(child, int) and child:
            self._clocks.follow(thread, child)
        elif op.error == "ECHILD":  # they ended, and nobody was left to be waited for
            self._clocks.acquire(thread, ("children of", op.pid))

    def _joined(self, op: Op, thread: int) -> None:
        joined = argument(self._history, op, "thread")
        if op.type is OpType.OK:
            self._clocks.follow(thread, op.pid, joined if isinstance(joined, int) and joined else None)

    def _asked_for_parent(self, op: Op, thread: int) -> None:
        process = self._history.processes.get(op.pid)
        if process is not None and op.result != process.parent:
            self._clocks.acquire(thread, EXITS)

    # -- signals ---------------------------------------------------------------------------------------

    def _kills(self, op: Op, thread: int) -> None:
        target = op.value.get("target")
        who = target if isinstance(target, int) and target > 0 else 0
        self._clocks.release(thread, ("signal", who, op.value.get("signal")), ("signals", who))

    def _killed_nobody(self, op: Op, thread: int) -> None:
        if op.error == "ESRCH":
            self._clocks.acquire(thread, EXITS)

    def _sets_timer(self, op: Op, thread: int) -> None:
        self._clocks.release(thread, ("timer of", op.pid))

    def _delivered(self, op: Op, thread: int) -> None:
        signal, sender = str(op.value.get("signal")), op.value.get("from")
        self._signalled(op, thread, signal)
        if sender == "kernel" and signal != "SIGCHLD" and signal not in _SYNCHRONOUS | _TIMERS:
            self._clocks.follow_all(thread)
        elif isinstance(sender, int) and sender != op.pid:
            told = any(self._clocks.left(("signal", to, signal)) for to in (op.pid, op.tid, 0))
            if not told:
                self._clocks.follow(thread, sender)

    def _continued(self, op: Op, thread: int) -> None:
        self._signalled(op, thread, "SIGCONT")

    def _sigwaited(self, op: Op, thread: int) -> None:
        if op.type is OpType.OK:
            self._signalled(op, thread, str(op.value.get("signal")))
            self._clocks.acquire(thread, ("timer of", op.pid))

    def read_signals(self, op: Op, thread: int) -> None:
        """Let a thread know who sent its process signals of any kind, as a read of a signalfd does."""
        keys = [("signals", op.pid), ("signals", op.tid), ("signals", 0)]
        self._clocks.acquire(thread, *keys, ("children of", op.pid), ("timer of", op.pid), SCRIPT)

    def _signalled(self, op: Op, thread: int, signal: str) -> None:
        keys: list[tuple[object, ...]] = [("signal", to, signal) for to in (op.pid, op.tid, 0)]
        keys.append(SCRIPT)
        if signal == "SIGCHLD":
            keys.append(("children of", op.pid))
        elif signal in _TIMERS or signal.startswith("SIGRT"):
            keys.append(("timer of", op.pid))
        self._clocks.acquire(thread, *keys)

    def _follow_part(self, thread: int, part: str, *, main: bool = False) -> None:
        for pid, process in self._history.processes.items():
            if process.part == part and (process.main or not main):
                self._clocks.follow(thread, pid)


def _words(op: Op, name: str) -> list[str]:
    """Return the parts that an act or a demand names."""
    value = op.value.get(name)
    return [str(word) for word in value] if isinstance(value, list | tuple | dict) else []
