"""Stopped and continued: SIGSTOP does more than to delay, for some calls do not survive it.

semop, epoll_wait, sigtimedwait and a few more fail with EINTR after SIGCONT, even without a handler: see
signal(7), "Interruption of system calls and library functions by stop signals".
"""

from __future__ import annotations

import contextlib
import os
import signal

from grader.faults.base import placed, victims
from grader.model.fault import Fault, Halt, StopFault, victim_of
from grader.model.history import History
from grader.scheduling.controller import Controller
from grader.tracer.task import Task


class Stop:
    """A part is stopped in a call it sleeps in; continued when nobody else can go on, or later."""

    def points(self, demand: StopFault, history: History) -> list[Fault]:
        """Place it in each operation that sleeps."""
        victim = victim_of(demand)
        detail = {"seconds": victim.seconds} if isinstance(victim, Halt) and victim.seconds else {}
        return placed(demand, history, lambda moment: moment.slept, during=True, detail=detail)

    def strike(self, fault: Fault, task: Task, controller: Controller) -> bool:
        """Stop them."""
        self._send(fault, task, controller, signal.SIGSTOP)
        return True

    def relieve(self, fault: Fault, task: Task, controller: Controller) -> None:
        """Continue them."""
        self._send(fault, task, controller, signal.SIGCONT)

    def _send(self, fault: Fault, task: Task, controller: Controller, number: int) -> None:
        for process in victims(fault, task, controller):
            if not process.dead:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.host, number)
        controller.expect_signals()


FAULT = Stop()
