"""What is written down when a run rests or is over: what is open, who has not ended, where calls were."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from grader.executors.base import Program
from grader.model.history import Waiting
from grader.scheduling.controller import Controller
from grader.tracer import proc
from grader.tracer.objects import Objects
from grader.tracer.source import Lines
from grader.tracer.task import State

_STATES = {
    State.BLOCKED: "blocked",
    State.HELD: "blocked",
    State.SLEEPING: "blocked",
    State.VFORK: "blocked",
    State.STOPPED: "stopped",
}


def waiting_threads(controller: Controller, objects: Objects) -> tuple[Waiting, ...]:
    """Return all threads that have not ended, and the zombies."""
    found = [
        Waiting(
            part=task.part,
            pid=task.process.pid,
            tid=task.ns_tid,
            state=_STATES.get(task.state, "running"),
            op=task.waits_in,
            holds=tuple(objects.held(task.tid)),
        )
        for task in controller.alive()
    ]
    for process in controller.processes.values():
        parent = process.parent
        if process.dead and not process.waited and parent is not None and not parent.dead:
            found.append(Waiting(part=process.part, pid=process.pid, tid=process.pid, state="zombie"))
    return tuple(sorted(found, key=lambda waiting: waiting.tid))


def open_descriptors(controller: Controller) -> dict[str, int]:
    """Return how many descriptors each living process has open, by its pid."""
    living = (process for process in controller.processes.values() if not process.dead)
    return {str(process.pid): proc.count_descriptors(process.host) for process in living}


def locate(programs: Mapping[str, Program], program: str, address: int) -> tuple[str, int]:
    """Return source file and line of an address in a program; ("", 0) if unknown."""
    for built in programs.values():
        if built.argv and built.argv[0] == program and built.binary:
            return _lines(built.binary).find(address)
    return "", 0


@lru_cache(maxsize=64)
def _lines(binary: bytes) -> Lines:
    return Lines(binary)
