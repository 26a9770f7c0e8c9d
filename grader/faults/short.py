"""Short reads and writes: a stream has no messages, and a call may move less than it was asked for."""

from __future__ import annotations

from grader.faults.base import Moment, narrowed, placed
from grader.model.fault import Fault, ShortFault
from grader.model.history import History, ObjectKind
from grader.scheduling.controller import Controller
from grader.tracer.task import Task, Twist

_STREAMS = frozenset({ObjectKind.PIPE, ObjectKind.FIFO, ObjectKind.SOCKET, ObjectKind.TERMINAL})
_USUAL = ("read", "recv")
_COUNT_ARGUMENT = 2
_COUNTING = frozenset({"read", "write", "recvfrom", "sendto"})
"""System calls with a count as their third argument."""


class Short:
    """A call that moves several bytes of a stream moves one."""

    def points(self, demand: ShortFault, history: History) -> list[Fault]:
        """Place it at each call that has moved several bytes."""
        calls = narrowed(demand, _USUAL)

        def moves_several(moment: Moment) -> bool:
            op = moment.deed.op
            stream = op.object in history.objects and history.objects[op.object].kind in _STREAMS
            moved = moment.end.result if moment.end is not None else None
            return op.f in calls and stream and (moved or 0) > 1

        return placed(demand, history, moves_several)

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Have the call ask for one byte."""
        del fault, controller
        if task.name in _COUNTING:
            task.twist = Twist(argument=(_COUNT_ARGUMENT, 1))
        return False


FAULT = Short()
