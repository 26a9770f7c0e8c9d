"""Whether a run proves that who is inside a marked stretch keeps others out of it.

Theory of operation. That several were never inside at once proves nothing: it may be chance. It is proven by
the moment at which the first one leaves, if fewer were inside until then than must be able to be, nobody else
could go on, and

- somebody had been asleep in one call since before the last of them entered, was woken by nobody but them
  after one had left, and the next thing he printed was that he entered; or
- somebody had slept, was woken like that, and only then made the process or thread that entered next; or
- the one who left entered next himself, as somebody else.

Nobody else may have had a say, as a writer that waits may have in what readers may do: all others who slept
then have slept on until that one entered, or were about to enter too, or waited for their children. And a
lock that is held for printing only is given back before the line of leaving is printed: who waited for it is
woken by then, if whoever can go on does so before those inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from grader.checkers._pages import page
from grader.checkers._sections import WRITES, stretches
from grader.checkers.base import at, located, named, who
from grader.model.history import History, Op, OpType
from grader.model.section import Overlap
from grader.model.verdict import Finding

RULE = "Who does not touch the same thing must not wait for one another."

_CHILDREN = frozenset({"wait", "pthread_join"})

Thread: TypeAlias = tuple[int, int]


def kept_out(history: History, section: Overlap) -> Finding | None:
    """Return the proof that who is inside a section keeps the others out; None if the run proves nothing."""
    if not section.leave or section.past_waiting:
        return None
    ways = [_Way(way.key, way.enter, way.leave) for way in stretches(history, section) if way.enter]
    left = [way for way in ways if way.leave is not None]
    if not left:
        return None
    first = min(left, key=_leaving)
    inside = [way for way in ways if way.enter.index < _leaving(first)]
    if len(inside) >= section.least or not inside:
        return None
    moment = _Moment(history, ways, inside, first)
    proof = moment.proof()
    if proof is None:
        return None
    message, kept, ops = proof
    accused = next((op for op in (kept, first.enter) if history.submitted(op.part)), None)
    if accused is None:
        return None
    return Finding(
        check="overlap",
        message=f"{message}; {section.least} must be able to be inside at once.",
        why=RULE,
        read="man 2 fork" if kept.f in WRITES else page(history, kept),
        part=accused.part,
        pid=accused.pid,
        ops=ops,
        **located(kept),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """Somebody's way through the section, by the calls that printed its lines."""

    key: tuple[object, ...]
    enter: Op
    leave: Op | None


def _leaving(way: _Way) -> int:
    return way.leave.index if way.leave is not None else way.enter.index


def _thread(op: Op) -> Thread:
    return op.pid, op.tid


Proof: TypeAlias = tuple[str, Op, tuple[int, ...]]
"""A sentence, the call of him who is kept out, and the ops that prove it; by the last of them he enters."""


@dataclass(frozen=True)
class _Moment:
    """The first moment at which somebody leaves.

    Attributes:
        history: the run.
        ways: all ways through the section.
        inside: those of who is inside.
        first: that of the one who leaves.
    """

    history: History
    ways: Sequence[_Way]
    inside: Sequence[_Way]
    first: _Way

    @property
    def index(self) -> int:
        """Where in the history it is."""
        return _leaving(self.first)

    @cached_property
    def insiders(self) -> set[Thread]:
        """The threads inside."""
        return {_thread(way.enter) for way in self.inside}

    @cached_property
    def asleep(self) -> Mapping[Thread, Op]:
        """The call in which each thread sleeps that does."""
        pending: dict[Thread, Op] = {}
        for op in self.history.ops[: self.index]:
            if op.type is OpType.INVOKE:
                pending[_thread(op)] = op
            elif op.invoked is not None:
                pending.pop(_thread(op), None)
            elif op.f == "exit":
                pending = {thread: call for thread, call in pending.items() if thread[0] != op.pid}
        return {thread: call for thread, call in pending.items() if self._slept(call)}

    def _slept(self, call: Op) -> bool:
        end = self.end(call)
        return call.f != "nanosleep" and (end is None or end.blocked)

    def end(self, call: Op) -> Op | None:
        """Return the end of a call."""
        return next((op for op in self.history.ops[call.index :] if op.invoked == call.index), None)

    def proof(self) -> Proof | None:
        """Return how it is proven that others are kept out, if it is."""
        proofs = self._proofs() if self._nobody_else_goes_on() else ()
        return next((found for found in proofs if self._nobody_else_has_a_say(found[2][-1])), None)

    def _nobody_else_goes_on(self) -> bool:
        """Whether all others are asleep; of who is inside too, or about to leave."""
        following: dict[Thread, Op] = {}
        for op in self.history.ops[self.index :]:
            if op.tid and op.f != "output":
                following.setdefault(_thread(op), op)
        leaving = {_thread(way.leave): way.leave for way in self.inside if way.leave is not None}
        born = self._born_by(self.index)
        for thread, op in following.items():
            if thread not in self.asleep and thread in born and leaving.get(thread) is not op:
                return False
        known = {(thread.pid, thread.tid) for thread in self.history.end.waiting if thread.state == "running"}
        return not (known & born) - following.keys() - self.asleep.keys()

    def _born_by(self, index: int) -> set[Thread]:
        """Return the threads that exist at an op: who has done anything, and who was made."""
        born: set[Thread] = set()
        for op in self.history.ops[:index]:
            child = op.value.get("child")
            if op.tid:
                born.add(_thread(op))
            if op.f == "fork" and isinstance(child, int):
                born.add((child, child))
            elif op.f == "pthread_create" and isinstance(child, int):
                born.add((op.pid, child))
        return born

    def _nobody_else_has_a_say(self, index: int) -> bool:
        """Whether no sleeper can be why others wait: he sleeps on until an op, or is about to enter too."""
        for thread, call in self.asleep.items():
            end = self.end(call)
            has = end is not None and end.index < index and call.f not in _CHILDREN
            if has and thread not in self.insiders and self.next_way(thread) is None:
                return False
        return True

    def next_way(self, thread: Thread) -> _Way | None:
        """Return how a thread enters, if that is what it prints next."""
        own = (op for op in self.history.ops[self.index :] if _thread(op) == thread)
        wrote = next((op for op in own if op.type is OpType.INVOKE and self._prints(op)), None)
        return next((way for way in self.ways if way.enter is wrote), None)

    def _prints(self, op: Op) -> bool:
        known = self.history.objects.get(op.object)
        names = (f"stdout of {op.part}", f"terminal of {op.part}")
        return op.f in WRITES and known is not None and known.name in names

    def _proofs(self) -> Iterator[Proof]:
        last = max(way.enter.index for way in self.inside)
        following = next((way for way in self.ways if way.enter.index > self.index), None)
        if following is None:
            return
        for thread, call in self.asleep.items():
            end = self.end(call)
            if thread in self.insiders or end is None or not self._only_insiders_until(end.index):
                continue
            way = self.next_way(thread)
            if way is not None and call.index < last:
                yield self._waited(call, way)
            elif call.pid in self._ancestors(following.enter.pid) and self._new(following, end.index):
                yield self._made_next(call, end, following)
        if self._goes_on_as(following) and self._only_insiders_until(following.enter.index):
            yield self._as_another(following)

    def _only_insiders_until(self, index: int) -> bool:
        """Whether nobody but who was inside has done anything since, the script neither."""
        pids = {pid for pid, _ in self.insiders}
        return all(
            op.f == "output"
            or (op.invoked is not None and op.pid)
            or (op.f == "deliver" and op.value.get("from") != "script")
            or _thread(op) in self.insiders
            or (op.f == "exit" and op.pid in pids)
            for op in self.history.ops[self.index : index]
        )

    def _new(self, way: _Way, index: int) -> bool:
        """Whether the one who enters came into being after an op."""
        return way.enter.index > index and _thread(way.enter) not in self._born_by(index)

    def _goes_on_as(self, way: _Way) -> bool:
        """Whether the one who left enters as somebody else."""
        same = _thread(way.enter) == _thread(self.first.enter)
        return same and way.key != self.first.key and len(self.inside) == 1

    def _ancestors(self, pid: int) -> set[int]:
        found: set[int] = set()
        while pid in self.history.processes and pid not in found:
            found.add(pid)
            pid = self.history.processes[pid].parent
        return found

    def _waited(self, call: Op, way: _Way) -> Proof:
        on = f" on {named(self.history, call.object)}" if call.object else ""
        name, inside = self._name(call), sorted({self._name(one.enter) for one in self.inside})
        told = ["another one" if one == name else one for one in inside]
        are = f"{told[0]} is" if len(self.inside) == 1 else f"{' and '.join(told)} are"
        message = (
            f"{name} waits in {call.f}{on}{at(call)} all the time that {are} inside, and enters afterwards"
        )
        return message, call, (call.index, *self._shown(), way.enter.index)

    def _made_next(self, call: Op, end: Op, way: _Way) -> Proof:
        message = (
            f"{self._name(call)} waits in {call.f}{at(call)} until {self._name(self.first.enter)} has left, "
            f"and only then starts the next one that enters"
        )
        return message, call, (call.index, *self._shown(), end.index, way.enter.index)

    def _as_another(self, way: _Way) -> Proof:
        message = f"{self._name(way.enter)} does one after the other: it enters again when it has left"
        return message, way.enter, (*self._shown(), way.enter.index)

    def _name(self, op: Op) -> str:
        name = who(self.history, op.part, op.pid)
        return name if op.tid == op.pid else f"a thread of {name}"

    def _shown(self) -> tuple[int, ...]:
        return (*(way.enter.index for way in self.inside), self.index)
