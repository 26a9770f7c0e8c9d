"""What a fault strategy is, and what all of them share: where in a good run there are points for a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from grader.model.fault import Fault, Narrowed, victim_of, word_of
from grader.model.history import History, ObjectKind, Op, OpType
from grader.model.schedule import child_name
from grader.model.strict import Strict
from grader.scheduling.controller import Controller
from grader.scheduling.deeds import Deed, deeds_of
from grader.tracer.task import Process, Task


class Strategy(Protocol):
    """What a file of `faults/` offers under the name FAULT."""

    def points(self, demand: Any, history: History) -> list[Fault]:
        """Place the fault at each point of a good run.

        Args:
            demand: what the scenario says.
            history: of a run without faults.

        Returns:
            One fault for each point, in the order of the run.
        """

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Do it.

        Args:
            fault: at which point.
            task: the thread that is there.
            controller: who lets threads go on.

        Returns:
            Whether the thread's turn is over with it; else it goes on with its operation, disturbed.
        """


class Moment:
    """An operation of the victim in a good run: how it began, and how it ended."""

    def __init__(self, deed: Deed, end: Op | None) -> None:
        self.deed = deed
        self.end = end

    @property
    def slept(self) -> bool:
        """Whether the thread slept in it."""
        return self.deed.op.type is OpType.INVOKE and (self.end is None or self.end.blocked)


def moments(demand: Strict, history: History) -> Iterator[Moment]:
    """Yield the operations of whom a fault befalls, in order."""
    victim = victim_of(demand)
    only = child_name(victim.part, victim.child) if victim.child else ""
    ends = {op.invoked: op for op in history.ops if op.invoked is not None and op.type is not OpType.INFO}
    for deed in deeds_of(history):
        process = deed.act.name.partition(":")[0]
        if deed.op.part == victim.part and (not only or process == only):
            yield Moment(deed, ends.get(deed.op.index))


def narrowed(demand: Strict, usual: Sequence[str]) -> frozenset[str]:
    """Return the calls a fault is narrowed to: those that are named, else the usual ones."""
    victim = victim_of(demand)
    return frozenset((victim.calls if isinstance(victim, Narrowed) else []) or usual)


def placed(
    demand: Strict,
    history: History,
    wanted: Callable[[Moment], bool],
    *,
    during: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> list[Fault]:
    """Return a fault for each operation that is wanted; `detail` says what it is told beyond that."""
    victim = victim_of(demand)
    return [
        Fault(
            kind=word_of(demand),
            part=victim.part,
            child=victim.child or 0,
            act=moment.deed.act,
            during=during,
            detail=detail or {},
        )
        for moment in moments(demand, history)
        if wanted(moment)
    ]


def datagrams(demand: Strict, history: History) -> list[Fault]:
    """Return a fault for each call that has sent something into a socket, with how much it has sent."""
    calls = narrowed(demand, ("send", "write"))
    sent: list[int] = []

    def sends(moment: Moment) -> bool:
        known = history.objects.get(moment.deed.op.object)
        size = (moment.end.result if moment.end is not None else None) or 0
        if moment.deed.op.f not in calls or known is None or known.kind is not ObjectKind.SOCKET or size < 1:
            return False
        sent.append(size)
        return True

    faults = placed(demand, history, sends)
    return [replace(fault, detail={"result": size}) for fault, size in zip(faults, sent, strict=True)]


def victims(fault: Fault, task: Task, controller: Controller) -> list[Process]:
    """Return the processes that a fault befalls: the thread's own, or all of the part."""
    if fault.alone:
        return [task.process]
    return [process for process in controller.processes.values() if process.part == fault.part]
