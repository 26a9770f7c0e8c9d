"""A call that fails: the disk is full, there are no more descriptors, no more processes."""

from __future__ import annotations

import errno

from grader.faults.base import narrowed, placed
from grader.model.fault import FailFault, Fault
from grader.model.history import History, OpType
from grader.scheduling.controller import Controller
from grader.tracer.task import Task, Twist


class Fail:
    """The call is not made, and returns an error."""

    def points(self, demand: FailFault, history: History) -> list[Fault]:
        """Place it at each of the calls that has succeeded."""
        calls = narrowed(demand, ())
        return placed(
            demand,
            history,
            lambda moment: (
                moment.deed.op.f in calls and moment.end is not None and moment.end.type is OpType.OK
            ),
            detail={"error": demand.fail.error},
        )

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Have the call fail."""
        del controller
        task.twist = Twist(result=-int(getattr(errno, fault.detail["error"])))
        return False


FAULT = Fail()
