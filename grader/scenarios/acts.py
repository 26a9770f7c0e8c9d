"""Performs the acts of a script: parts are started, fed, signalled and killed, objects made and removed."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Mapping, Sequence
from typing import Any

from grader.executors.base import Program
from grader.model.exercise import (
    Close,
    Create,
    Fill,
    Kill,
    Part,
    Reboot,
    Remove,
    Send,
    Signal,
    Start,
    Step,
    TypeText,
)
from grader.model.history import Entry
from grader.sandbox.box import Box, BoxError, Started
from grader.sandbox.gate import SOURCE_FD, is_source, script_at
from grader.scenarios import demands
from grader.scenarios.driver import Channels
from grader.scenarios.outputs import Decision, fill
from grader.scheduling.controller import Controller
from grader.tracer import connections
from grader.tracer import filter as seccomp
from grader.tracer.objects import Objects
from grader.tracer.prelude import Prelude
from grader.tracer.task import Process

ACTS = (Start, TypeText, Send, Close, Signal, Kill, Create, Remove, Reboot, Fill)


class Acts:
    """What a script has done so far.

    Args:
        cast: who is who.
        programs: for each part, the program that plays it.
        box: where they are started.
        controller: who lets them go on.
        objects: the objects of the run.
        umask: that all parts begin with.

    Attributes:
        mains: the main process of each part that was started.
        channels: the grader's ends of their streams.
        before: what existed before the parts came, and what the script made.
    """

    def __init__(
        self,
        cast: Mapping[str, Part],
        programs: Mapping[str, Program],
        box: Box,
        controller: Controller,
        objects: Objects,
        *,
        umask: int,
    ) -> None:
        self._cast = cast
        self._programs = programs
        self._box = box
        self._controller = controller
        self._objects = objects
        self._umask = umask
        self._started: list[Started] = []
        self.mains: dict[str, Process] = {}
        self.channels: dict[str, Channels] = {}
        self.before: tuple[Entry, ...] = ()

    def close(self) -> None:
        """Close the streams of all parts."""
        for started in self._started:
            started.close()

    def variables(self) -> dict[str, str]:
        """Return what the texts of steps may refer to when they are performed."""
        return {f"{name}.pid": str(process.pid) for name, process in self.mains.items()}

    def fill(self, text: str) -> str:
        """Insert the values of variables."""
        return fill(text, self.variables())

    def possible(self, step: Step | None) -> bool:
        """Whether a step is an act, and can be performed now: a child can be killed while it lives."""
        if not isinstance(step, ACTS):
            return False
        if not isinstance(step, Kill) or step.child is None:
            return True
        child = self.child_to_kill(step)
        return child is not None and not child.dead

    def doomed(self, steps: Sequence[Step], position: int) -> frozenset[Process]:
        """Return the children that are held, and those to be killed before anything is demanded again."""
        ahead = [steps[index] for index in range(position, len(steps))]
        acts = itertools.takewhile(lambda step: isinstance(step, ACTS), ahead)
        held = (step for step in ahead if isinstance(step, Kill) and step.child and step.child.held)
        children = (self.child_to_kill(step) for step in (*acts, *held))
        return frozenset(child for child in children if child is not None)

    def child_to_kill(self, step: Step | None) -> Process | None:
        """Return the child process that a step kills, as soon as there has been one."""
        if not isinstance(step, Kill) or step.child is None or step.child.part not in self.mains:
            return None
        children = self.mains[step.child.part].children
        return children[step.child.child - 1] if len(children) >= step.child.child else None

    def decide_kill(self, step: Kill) -> tuple[Decision, dict[str, Any]]:
        """Decide about a child that cannot be killed: it may still be born, or it never can be."""
        assert step.child is not None
        child, main = self.child_to_kill(step), self.mains.get(step.child.part)
        count = len(main.children) if main is not None else 0
        hopeless = child is not None or main is None or main.dead
        seen = {"children": count, **({"pid": child.pid} if child else {}), **demands.how_ended(child)}
        return (Decision.NEVER if hopeless else Decision.NOT_YET), {**_named(step), "observed": seen}

    def told(self, step: Step) -> dict[str, Any]:
        """Return what the history says of an act."""
        if isinstance(step, Start):
            return {"parts": step.start}
        if isinstance(step, Signal):
            return {"signals": dict(step.signal)}
        if isinstance(step, Kill):
            child = self.child_to_kill(step)
            return {"parts": step.parts} if child is None else {**_named(step), "pid": child.pid}
        if isinstance(step, Reboot):
            living = {process.part for process in self._controller.processes.values() if not process.dead}
            return {"parts": [name for name in self.mains if name in living]}
        if isinstance(step, Close | Fill):
            return {"parts": step.close if isinstance(step, Close) else step.fill}
        if isinstance(step, TypeText):
            return {"text": {name: list(lines) for name, lines in step.type.items()}}
        if isinstance(step, Send):
            return {"text": dict(step.send)}
        assert isinstance(step, Create | Remove)
        what = step.create if isinstance(step, Create) else step.remove
        return {"kind": what.kind.value, "name": self.fill(what.name)}

    def perform(self, step: Step) -> None:
        """Perform an act."""
        if isinstance(step, Start):
            for name in step.start:
                self._start(name)
        elif isinstance(step, TypeText | Send | Close):
            self._feed(step)
        elif isinstance(step, Signal):
            for name, word in step.signal.items():
                self._signal(name, word)
        elif isinstance(step, Kill | Reboot):
            self._kill(step)
        elif isinstance(step, Fill):
            self._fill(step)
        elif isinstance(step, Create):
            self._create(step)
        elif isinstance(step, Remove):
            with contextlib.suppress(BoxError):
                self._box.remove(step.remove.kind, self.fill(step.remove.name))

    def _start(self, name: str) -> None:
        part, program = self._cast[name], self._programs[name]
        arguments = [self.fill(argument) for argument in part.args]
        binary = program.binary if part.by == "reference" else None
        prelude, filter_program = self._prelude(program, binary)
        started = self._box.start(
            [*program.argv, *arguments],
            env={**program.env, **{key: self.fill(text) for key, text in part.env.items()}},
            terminal=bool(part.terminal),
            executable=binary,
            umask=self._umask,
            filter_program=filter_program,
        )
        self._started.append(started)
        self.channels[name] = Channels(name, started, self._objects, terminal=bool(part.terminal))
        process = self._controller.attach(started.pid, started.sandbox_pid, name, program.argv[0])
        process.prelude = prelude
        self.mains[name] = process
        started.release()
        self._controller.begin(process)

    def _prelude(self, program: Program, source: bytes | None) -> tuple[Prelude | None, bytes]:
        """Return what comes before a program in Python, and the filter for that; nothing for others."""
        if program.language != "python" or not self._box.filter_program:
            return None, b""
        if is_source(source):
            return Prelude(self._box.filter_program, ""), seccomp.of_prelude(SOURCE_FD)
        script = program.argv[script_at(program.argv)]
        return Prelude(self._box.filter_program, f"{self._box.root}{script}"), seccomp.of_prelude(-1)

    def _feed(self, step: TypeText | Send | Close) -> None:
        if isinstance(step, TypeText):
            for name, lines in step.type.items():
                for line in lines:
                    self.channels[name].send(self.fill(line).encode() + b"\n")
            self._controller.expect_signals()
        elif isinstance(step, Send):
            for name, text in step.send.items():
                self.channels[name].send(self.fill(text).encode())
        else:
            for name in step.close:
                self.channels[name].close_input()

    def _signal(self, name: str, word: str) -> None:
        process = self.mains.get(name)
        if process is not None and not process.dead:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.host, demands.signal_number(word))
        self._controller.expect_signals()

    def _kill(self, step: Kill | Reboot) -> None:
        child = self.child_to_kill(step)
        parts = list(self.mains) if isinstance(step, Reboot) else step.parts
        for process in list(self._controller.processes.values()):
            if process is child or process.part in parts:
                self._controller.kill(process)
        if isinstance(step, Reboot):
            self._box.reboot()

    def _fill(self, step: Fill) -> None:
        living = [process for process in self._controller.processes.values() if not process.dead]
        readers = [process.host for process in living if process.part in step.fill]
        connections.fill(readers, [process.host for process in living])

    def _create(self, step: Create) -> None:
        what = step.create
        name = self.fill(what.name)
        content = self.fill(what.content).encode()
        with contextlib.suppress(BoxError):
            self._box.create(
                what.kind, name, content, int(what.mode, 8), size=what.size or 0, values=what.counts
            )
        made = demands.find(self._box.inventory(), what.kind, name)
        if made is not None:
            self.before = (*self.before, made)


def _named(step: Kill) -> dict[str, Any]:
    return {"part": step.child.part, "child": step.child.child} if step.child else {}
