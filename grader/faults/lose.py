"""A datagram that gets lost: on a network nobody promises that it arrives (udp(7))."""

from __future__ import annotations

from grader.faults.base import datagrams
from grader.model.fault import Fault, LoseFault
from grader.model.history import History
from grader.scheduling.controller import Controller
from grader.tracer.task import Task, Twist


class Lose:
    """The call says that all was sent, and nothing was."""

    def points(self, demand: LoseFault, history: History) -> list[Fault]:
        """Place it at each call that has sent something into a socket."""
        return datagrams(demand, history)

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Have the call return without effect."""
        del controller
        task.twist = Twist(result=int(fault.detail["result"]))
        return False


FAULT = Lose()
