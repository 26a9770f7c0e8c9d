"""A datagram that gets lost: on a network nobody promises that it arrives (udp(7))."""

from __future__ import annotations

from dataclasses import replace

from grader.faults.base import Moment, narrowed, placed
from grader.model.fault import Fault, LoseFault
from grader.model.history import History, ObjectKind
from grader.scheduling.controller import Controller
from grader.tracer.task import Task, Twist

_USUAL = ("send", "write")


class Lose:
    """The call says that all was sent, and nothing was."""

    def points(self, demand: LoseFault, history: History) -> list[Fault]:
        """Place it at each call that has sent something into a socket."""
        calls = narrowed(demand, _USUAL)

        sent: list[int] = []

        def sends(moment: Moment) -> bool:
            known = history.objects.get(moment.deed.op.object)
            size = (moment.end.result if moment.end is not None else None) or 0
            if (
                moment.deed.op.f not in calls
                or known is None
                or known.kind is not ObjectKind.SOCKET
                or size < 1
            ):
                return False
            sent.append(size)
            return True

        faults = placed(demand, history, sends)
        return [replace(fault, detail={"result": size}) for fault, size in zip(faults, sent, strict=True)]

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Have the call return without effect."""
        del controller
        task.twist = Twist(result=int(fault.detail["result"]))
        return False


FAULT = Lose()
