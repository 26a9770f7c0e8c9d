"""The fault of a run: it strikes when its moment has come; of whom it kills nothing is demanded any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.model.exercise import Blocked, Close, Exit, Expect, Running, Send, Signal, Step, Stopped, TypeText
from grader.model.fault import Fault
from grader.model.history import OpType
from grader.registry import load
from grader.scheduling.base import Candidate
from grader.scheduling.controller import Controller
from grader.tracer.recorder import Recorder
from grader.tracer.task import State, Task

_ASLEEP = frozenset({State.BLOCKED, State.HELD, State.SLEEPING})
_KILL = "kill"


class Disturbance:
    """At most one fault of a run.

    Args:
        fault: which one; None: nothing is disturbed.
        controller: who lets threads go on.
        recorder: the history.

    Attributes:
        gone: the part that it has killed, of which nothing is demanded any more; "" if none.
    """

    def __init__(self, fault: Fault | None, controller: Controller, recorder: Recorder) -> None:
        self._fault = fault
        self._strategy = load("grader.faults", "FAULT")[fault.kind] if fault else None
        self._controller = controller
        self._recorder = recorder
        self._struck: Task | None = None
        self._relieved = False
        self._until = 0
        self.gone = ""

    def strikes_sleeper(self) -> bool:
        """Strike if the thread sleeps in its operation; True if so."""
        fault = self._fault
        if fault is None or self._struck is not None or not fault.during:
            return False
        for task in self._controller.tasks:
            index = task.waits_in
            if task.label != fault.act.name or task.state not in _ASLEEP or index is None:
                continue
            if self._recorder.row(index)["f"] == fault.act.f and task.made.get(fault.act.f) == fault.act.nth:
                self._strike(fault, task)
                return True
        return False

    def strikes(self, chosen: Candidate) -> bool:
        """Strike if the thread that goes on next begins its operation; True if its turn is over with it."""
        fault = self._fault
        if fault is None or self._struck is not None or fault.during or chosen.act != fault.act:
            return False
        task = next(task for task in self._controller.alive() if task.ns_tid == chosen.key)
        return self._strike(fault, task)

    def relieve(self) -> bool:
        """End a fault that lasts until nobody can go on; True if it was one, and has not ended before.

        If it lasts for some time, this passes first: one call for each who wakes meanwhile.
        """
        end = getattr(self._strategy, "relieve", None)
        if self._fault is None or self._struck is None or self._relieved or end is None:
            return False
        if self._fault.seconds and self._controller.advance(self._until):
            return True
        self._relieved = True
        end(self._fault, self._struck, self._controller)
        return True

    def _strike(self, fault: Fault, task: Task) -> bool:
        self._controller.record_logs()
        self._struck = task
        self._until = self._controller.clock.now + round(fault.seconds * 1e9)
        self._recorder.add("fault", OpType.OK, value=_told(fault, task))
        if fault.kind == _KILL and not fault.child:
            self.gone = fault.part
        assert self._strategy is not None
        return bool(self._strategy.strike(fault, task, self._controller))

    def waived(self, step: Step) -> bool:
        """Whether a step is only about the part that is gone."""
        if not self.gone:
            return False
        return list(_about(step)) == [self.gone]


def _about(step: Step) -> Sequence[str]:
    """Return the parts that a step demands something of, or feeds."""
    if isinstance(step, Expect):
        return [step.expect.part]
    if isinstance(step, Blocked):
        return [step.blocked.part]
    if isinstance(step, Running):
        return step.running
    if isinstance(step, Stopped):
        return step.stopped
    if isinstance(step, Exit):
        return list(step.exit)
    if isinstance(step, Close):
        return step.close
    if isinstance(step, TypeText):
        return list(step.type)
    if isinstance(step, Send):
        return list(step.send)
    return list(step.signal) if isinstance(step, Signal) else []


def _told(fault: Fault, task: Task) -> dict[str, Any]:
    whom = {"pid": task.process.pid} if fault.alone else {"parts": [fault.part]}
    return {**fault.dump(), **whom}
