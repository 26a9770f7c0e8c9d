"""SIGKILL at every point: what one who dies in the middle leaves to the others."""

from __future__ import annotations

from grader.faults.base import moments, placed, victims
from grader.model.fault import Fault, KillFault
from grader.model.history import History
from grader.scheduling.controller import Controller
from grader.tracer.task import Task


class Kill:
    """All processes of a part, or one child, are killed at once."""

    def points(self, demand: KillFault, history: History) -> list[Fault]:
        """Place it before each operation, and where one sleeps, there too."""
        order = {moment.deed.act: index for index, moment in enumerate(moments(demand, history))}
        before = placed(demand, history, lambda moment: moment.deed.act in order)
        asleep = placed(demand, history, lambda moment: moment.slept, during=True)
        return sorted((*before, *asleep), key=lambda fault: (order[fault.act], fault.during))

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Kill them."""
        for process in victims(fault, task, controller):
            controller.kill(process)
        return True


FAULT = Kill()
