"""A datagram that comes twice: on a network nobody promises that it does not (udp(7))."""

from __future__ import annotations

from grader.faults.base import datagrams
from grader.model.fault import DoubleFault, Fault
from grader.model.history import History
from grader.scheduling.controller import Controller
from grader.tracer.task import Task, Twist


class Double:
    """The call that sends it is made twice, and the program is told of one."""

    def points(self, demand: DoubleFault, history: History) -> list[Fault]:
        """Place it at each call that has sent something into a socket."""
        return datagrams(demand, history)

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Have the call made twice."""
        del fault, controller
        task.twist = Twist(twice=True)
        return False


FAULT = Double()
