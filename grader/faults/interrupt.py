"""A handled signal in every call that sleeps: SA_RESTART does not help all of them (signal(7))."""

from __future__ import annotations

import contextlib
import os
import signal

from grader.faults.base import placed
from grader.model.fault import Fault, InterruptFault
from grader.model.history import History
from grader.scheduling.controller import Controller
from grader.tracer.task import Task


class Interrupt:
    """The process that sleeps gets a signal."""

    def points(self, demand: InterruptFault, history: History) -> list[Fault]:
        """Place it in each operation that sleeps."""
        signalled = {"signal": demand.interrupt.signal}
        return placed(demand, history, lambda moment: moment.slept, during=True, detail=signalled)

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Send it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(task.process.host, signal.Signals[f"SIG{fault.detail['signal']}"])
        controller.expect_signals()
        return True


FAULT = Interrupt()
