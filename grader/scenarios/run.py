"""Performs one run: a script, under one schedule, in one sandbox. Says what happened, never pass or fail.

The script's acts (`start`, `type`, `signal`, ...) are choices of the schedule like the threads' steps. Its
demands (`expect`, `blocked`, `exit`, ...) are decided when nobody can go on; if a demand is not met then, and
somebody only waits for time to pass, time passes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from grader.executors.base import Program
from grader.model.exercise import (
    Absent,
    Advance,
    Blocked,
    Exit,
    Expect,
    Expectation,
    Kill,
    Present,
    Running,
    Step,
    Stopped,
    step_word,
)
from grader.model.history import CastMember, EndReason, History, OpType, RunEnd
from grader.model.history import Process as ProcessRecord
from grader.model.schedule import CLOCK_NAME, SCRIPT_NAME
from grader.planning import RunSpec
from grader.sandbox.box import Box
from grader.scenarios import demands
from grader.scenarios.acts import Acts
from grader.scenarios.disturbing import Disturbance
from grader.scenarios.driver import Channels
from grader.scenarios.ending import locate, open_descriptors, waiting_threads
from grader.scenarios.outputs import Decision, Outputs, decide, text_of, wanted_lines
from grader.scheduling.base import CLOCK, EARLY, SCRIPT, Candidate, Recording
from grader.scheduling.clock import VirtualClock
from grader.scheduling.controller import Controller
from grader.scheduling.limits import LimitReached
from grader.scheduling.patience import patient
from grader.scheduling.progress import FUTILE_HURRY, FUTILE_MAX, Progress
from grader.scheduling.waiter import Waiter
from grader.tracer import filter as seccomp
from grader.tracer.calls import Calls
from grader.tracer.objects import Objects
from grader.tracer.recorder import Recorder
from grader.tracer.task import State, Task

_SLEEPING_CALLS = frozenset({"nanosleep"})
_CONTENT_MAX = 1 << 20
_PATIENCE = 200


def run(
    spec: RunSpec,
    programs: Mapping[str, Program],
    archive: bytes,
    make_box: Callable[[bytes], Box],
) -> History:
    """Perform a run.

    Args:
        spec: what to run.
        programs: for each part, the program that plays it.
        archive: the submission as built, for /submission.
        make_box: opens a sandbox with the filter it is given.

    Returns:
        The history.

    Raises:
        HostError: the machine does not allow it.
        InternalError: the grader failed.
    """
    ends = any(isinstance(step, Kill) and step.child for step in spec.script.steps)
    with Waiter(), make_box(seccomp.program(ends=ends)) as box:
        box.put("/submission", archive)
        with Run(spec, programs, box) as performance:
            return performance.perform()


class Run:
    """The state of one run."""

    def __init__(self, spec: RunSpec, programs: Mapping[str, Program], box: Box) -> None:
        self._spec = spec
        self._programs = programs
        self._box = box
        self._steps = spec.script.steps
        self._position = 0
        self._objects = Objects(work=f"{box.root}/work")
        self._recorder = Recorder()
        self._clock = VirtualClock(spec.seed)
        self._recorder.now = lambda: self._clock.now
        self._outputs = Outputs()
        self._until: int | None = None
        self._progress = Progress()
        self._noted = 0
        self._patience = _PATIENCE
        self._looked = -1, 0, False  # position, lines printed, and whether they were all
        self._scheduler = Recording(patient(spec.strategy, spec.seed, spec.options, self._progress))
        self._controller = Controller(
            Calls(self._objects, self._recorder), self._clock, spec.limits, drain=self._drain_for
        )
        self._acts = Acts(spec.script.cast, programs, box, self._controller, self._objects, umask=spec.umask)
        self._disturbance = Disturbance(spec.fault, self._controller, self._recorder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.release_all()
        self._acts.close()

    def perform(self) -> History:
        """Perform the script to its end, or to the end of what is possible."""
        self._acts.before = self._box.inventory()
        try:
            end = self._loop()
        except LimitReached as reached:
            end = RunEnd(
                reason=EndReason.LIMIT, step=self._step_index(), limit=reached.limit, detail=reached.detail
            )
        self._controller.record_logs()
        with contextlib.suppress(LimitReached):
            self._drain_all()
        after = self._box.inventory()
        waiting = waiting_threads(self._controller, self._objects)
        return self._recorder.history(
            objects=self._objects.known,
            processes={
                pid: ProcessRecord(
                    pid=pid,
                    parent=process.parent.pid if process.parent else 0,
                    part=process.part,
                    main=process.main,
                    orphaned=process.orphaned,
                )
                for pid, process in self._controller.processes.items()
            },
            cast={
                name: CastMember(role=part.role, by=part.by, terminal=bool(part.terminal))
                for name, part in self._spec.script.cast.items()
            },
            before=self._acts.before,
            after=after,
            end=RunEnd(reason=end.reason, step=end.step, limit=end.limit, detail=end.detail, waiting=waiting),
            locate=partial(locate, self._programs),
            aliases=self._objects.aliases,
            schedule=tuple(self._scheduler.switches),
            umask=self._spec.umask,
        )

    # -- the loop --------------------------------------------------------------------------------------

    def _loop(self) -> RunEnd:
        while True:
            self._controller.settle()
            self._drain_all()
            if any(channels.feed() for channels in self._acts.channels.values()):
                continue
            self._watch_progress()
            if self._disturbance.strikes_sleeper() or self._goes_on() or self._disturbance.relieve():
                continue
            step = self._step()
            if step is None:
                if self._unfinished() and self._controller.advance():
                    continue
                return RunEnd(reason=EndReason.FINISHED)
            decision, value, consumed = self._decide(step)
            if decision is Decision.MET:
                value["open"] = open_descriptors(self._controller)
                self._conclude(step, value, consumed)
            elif decision is Decision.NEVER and self._more_may_come(step):
                continue
            elif decision is Decision.NEVER:
                self._record_step(step, OpType.FAIL, value)
                return RunEnd(reason=EndReason.UNMET, step=self._position)
            elif not self._controller.advance(self._until):
                if self._until is not None:
                    continue
                self._record_step(step, OpType.FAIL, value)
                return RunEnd(reason=EndReason.STUCK, step=self._position)

    def _more_may_come(self, step: Step) -> bool:
        """Let sleepers print the rest of what is wrong already: the whole of it tells more than its start."""
        self._patience -= isinstance(step, Expect)
        return isinstance(step, Expect) and self._patience > 0 and self._controller.advance()

    def _candidates(self) -> list[Candidate]:
        step = self._step()
        self._controller.doomed = self._acts.doomed(self._steps, self._position)
        candidates = self._controller.ready()
        if step is not None and self._acts.possible(step):
            candidates.insert(0, self._script(SCRIPT, step))
        if candidates and any(self._sleeps(task) for task in self._controller.sleepers()):
            candidates.append(Candidate(CLOCK, name=CLOCK_NAME))
        if candidates and isinstance(step, Expect) and self._printed(step):
            candidates.append(self._script(EARLY, step))
        return candidates

    def _script(self, key: int, step: Step) -> Candidate:
        return Candidate(key, f=step_word(step), name=SCRIPT_NAME, nth=self._position + 1)

    def _printed(self, step: Expect) -> bool:
        """Whether all that a part is to print is there, though somebody may still go on."""
        demand = step.expect
        if demand.nothing or demand.something or demand.includes or demand.file:
            return False
        unread = self._outputs.unread(demand.part, demand.stream)
        position, lines, printed = self._looked
        if (position, lines) != (self._position, unread.count("\n")):
            lines = unread.count("\n")
            enough = lines >= wanted_lines(demand)
            printed = enough and decide(demand, unread, self._acts.variables())[0] is Decision.MET
            self._looked = self._position, lines, printed
        return printed

    def _sleeps(self, task: Task) -> bool:
        # Time-outs are for what should not happen; a sleep is over when the programmer hopes it is.
        return demands.waiting_in(task, self._recorder)[0] in _SLEEPING_CALLS

    def _goes_on(self) -> bool:
        """Let the chosen one go on; False if nobody can."""
        candidates = self._candidates()
        if not candidates:
            return False
        chosen = candidates[self._scheduler.choose(candidates)]
        step = self._step()
        if chosen.key <= SCRIPT:
            self._controller.record_logs()
        if chosen.key == SCRIPT and step is not None:
            self._record_step(step, OpType.OK, self._acts.told(step))
            self._acts.perform(step)
            self._position += 1
        elif chosen.key == EARLY and step is not None:
            _decision, value, consumed = self._decide(step)
            self._conclude(step, value, consumed)
        elif chosen.key == CLOCK:
            self._controller.advance()
            self._recorder.add("clock", OpType.OK, value={"to_ns": self._clock.now, "late": True})
        elif not self._disturbance.strikes(chosen):
            self._controller.proceed(chosen.key)
        return True

    def _watch_progress(self) -> None:
        for index in range(self._noted, len(self._recorder)):
            self._progress.note(self._recorder.row(index))
        self._noted = len(self._recorder)
        if self._progress.futile > FUTILE_MAX:
            raise LimitReached("events", f"nothing came of the last {FUTILE_MAX} operations")
        if self._progress.futile > FUTILE_HURRY and self._controller.ready():
            self._controller.advance()

    def _step(self) -> Step | None:
        return self._steps[self._position] if self._position < len(self._steps) else None

    def _step_index(self) -> int | None:
        return self._position if self._position < len(self._steps) else None

    def _unfinished(self) -> bool:
        """Whether somebody who should end still may, when time passes."""
        stays = set(self._spec.scenario.stays)
        return any(task.part not in stays for task in self._controller.sleepers()) or (
            bool(self._clock.timers) and any(task.part not in stays for task in self._controller.alive())
        )

    def _record_step(self, step: Step, type_: OpType, value: Mapping[str, Any]) -> None:
        self._recorder.add(step_word(step), type_, value={"step": self._position, **value})
        self._progress.reset()

    def _conclude(self, step: Step, value: dict[str, Any], consumed: int | None) -> None:
        if isinstance(step, Expect) and not step.expect.file:
            part = step.expect.part
            value = {**value, "part": part, "stream": step.expect.stream}
            value["got"] = self._outputs.consume(part, step.expect.stream, consumed)
        self._record_step(step, OpType.OK, value)
        self._position += 1
        self._until = None

    # -- demands ---------------------------------------------------------------------------------------

    def _decide(self, step: Step) -> tuple[Decision, dict[str, Any], int | None]:
        variables = self._acts.variables()
        gone = self._disturbance.gone
        if self._disturbance.waived(step):
            return Decision.MET, {"waived": True}, None
        if isinstance(step, Expect):
            demand = step.expect
            unread = self._text_for(demand)
            decision, consumed = decide(demand, unread, variables)
            return decision, {"part": demand.part, "stream": demand.source, "got": unread}, consumed
        if isinstance(step, Blocked):
            decision, observed = demands.decide_blocked(
                step.blocked, self._controller.tasks, self._recorder, self._objects, variables
            )
            return decision, {"part": step.blocked.part, "observed": observed}, None
        if isinstance(step, Exit):
            seen = {name: demands.how_ended(self._acts.mains.get(name)) for name in step.exit if name != gone}
            decisions = [demands.decide_exit(list(step.exit[name]), seen[name]) for name in seen]
            return _all(decisions), {"observed": seen}, None
        if isinstance(step, Kill):
            return *self._acts.decide_kill(step), None
        if isinstance(step, Running):
            seen = {
                name: demands.how_ended(self._acts.mains.get(name)) for name in step.running if name != gone
            }
            alive = all(state["state"] == "running" for state in seen.values())
            return (Decision.MET if alive else Decision.NEVER), {"observed": seen}, None
        if isinstance(step, Stopped):
            seen = {name: {"state": self._job_state(name)} for name in step.stopped if name != gone}
            stopped = all(state["state"] == "stopped" for state in seen.values())
            return (Decision.MET if stopped else Decision.NOT_YET), {"observed": seen}, None
        if isinstance(step, Present):
            decision, entry = demands.decide_present(
                step.present, self._box.inventory(), self._read, variables
            )
            return decision, {"observed": entry}, None
        if isinstance(step, Absent):
            found = demands.find(self._box.inventory(), step.absent.kind, self._acts.fill(step.absent.name))
            seen_entry = None if found is None else {"kind": found.kind.value, "name": found.name}
            return (Decision.MET if found is None else Decision.NOT_YET), {"observed": seen_entry}, None
        if isinstance(step, Advance):
            if self._until is None:
                self._until = self._clock.now + round(step.advance * 1e9)
            over = self._clock.now >= self._until
            return (Decision.MET if over else Decision.NOT_YET), {}, None
        raise AssertionError(f"not a demand: {step_word(step)}")

    def _text_for(self, demand: Expectation) -> str:
        """Return what a demand is about: what was printed and not yet consumed, or a file."""
        if not demand.file:
            return self._outputs.unread(demand.part, demand.stream)
        return text_of(self._read(self._acts.fill(demand.file)) or b"")

    def _read(self, name: str) -> bytes | None:
        return self._box.read(name if name.startswith("/") else f"/work/{name}", _CONTENT_MAX)

    def _job_state(self, name: str) -> str:
        process = self._acts.mains.get(name)
        if process is not None and any(task.state is State.STOPPED for task in process.tasks):
            return "stopped"
        return str(demands.how_ended(process)["state"])

    # -- output ----------------------------------------------------------------------------------------

    def _drain_for(self, task: Task) -> bool:
        return any(
            self._drain(channels, task.process.pid)
            for channels in self._acts.channels.values()
            if task.target in channels.streams
        )

    def _drain_all(self) -> None:
        for channels in self._acts.channels.values():
            self._drain(channels, 0)

    def _drain(self, channels: Channels, pid: int) -> bool:
        found = False
        for stream, data in channels.drain():
            found = True
            self._outputs.add(channels.part, stream, data)
            self._recorder.add(
                "output",
                OpType.OK,
                part=channels.part,
                pid=pid,
                value={"stream": stream, "data": text_of(data[: 1 << 16])},
            )
        if self._outputs.size(channels.part) > self._spec.limits.output_kib * 1024:
            raise LimitReached(
                "output", f"{channels.part} printed more than {self._spec.limits.output_kib} KiB"
            )
        return found


def _all(decisions: list[Decision]) -> Decision:
    if all(decision is Decision.MET for decision in decisions):
        return Decision.MET
    return Decision.NEVER if Decision.NEVER in decisions else Decision.NOT_YET
