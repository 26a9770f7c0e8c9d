"""A script that is written while it is performed: what is done next may follow from what came of it.

Theory of operation. A run needs the next step before anybody may go on, for an act of the script is a choice
of the schedule like any other. So the run asks its author for a step when it has none, and stands still until
the author says one, or that there is no more. Acts are not answered: when they happen is up to the schedule.
A demand is answered when it is met; if it never is, the run ends. Hence a script that is written so is
performed as one that was written before: the same steps under the same schedule give the same history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from grader.executors.base import Program
from grader.model.exercise import Expect, Step
from grader.model.expectation import Expectation
from grader.model.history import History
from grader.planning import RunSpec
from grader.sandbox.box import Box
from grader.scenarios.outputs import Decision
from grader.scenarios.run import Run
from grader.scheduling.waiter import Waiter
from grader.tracer import filter as seccomp


@dataclass(frozen=True, slots=True)
class Look:
    """What a part has printed and nothing demanded yet, when nobody can go on: an `expect` of just that.

    Attributes:
        part: the part's name.
        stream: which of its streams.
    """

    part: str
    stream: Literal["stdout", "stderr"] = "stdout"


class Author(Protocol):
    """Who writes the script. A part that is started for the first time must be in the cast by then."""

    def next(self) -> Step | Look | None:
        """Return what comes next; None if nothing more does."""

    def met(self, printed: str) -> None:
        """A demand is met; of an `expect`, by this text."""


def run_live(
    spec: RunSpec,
    programs: dict[str, Program],
    archive: bytes,
    make_box: Callable[[bytes], Box],
    author: Author,
) -> tuple[History, RunSpec]:
    """Perform a run of a script that is not written yet.

    Args:
        spec: what to run; its cast may grow while it runs, its script has no steps.
        programs: for each part, the program that plays it; grows with the cast.
        archive: the submission as built, for /submission.
        make_box: opens a sandbox with the filter it is given.
        author: says the steps.

    Returns:
        The history, and the run with the steps that were said.

    Raises:
        HostError: the machine does not allow it.
        InternalError: the grader failed.
    """
    with Waiter(), make_box(seccomp.program()) as box:
        box.put("/submission", archive)
        with LiveRun(spec, programs, box, author) as performance:
            history = performance.perform()
            return history, replace(spec, script=replace(spec.script, steps=performance.steps))


class LiveRun(Run):
    """The state of such a run."""

    def __init__(self, spec: RunSpec, programs: dict[str, Program], box: Box, author: Author) -> None:
        super().__init__(spec, programs, box)
        self._author = author
        self._over = False
        self._look: Look | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that were said by now."""
        return self._steps

    def _step(self) -> Step | None:
        if self._position == len(self._steps) and not self._over:
            with self._controller.untimed():
                said = self._author.next()
            if said is None:
                self._over = True
            elif isinstance(said, Look):
                self._look = said
                something = Expectation(part=said.part, stream=said.stream, something=True)
                self._steps = (*self._steps, Expect(expect=something))
            else:
                self._steps = (*self._steps, said)
        return super()._step()

    def _decide(self, step: Step) -> tuple[Decision, dict[str, Any], int | None]:
        if self._look is None:
            return super()._decide(step)
        part, stream = self._look.part, self._look.stream
        printed = self._outputs.unread(part, stream)
        self._steps = (*self._steps[:-1], Expect(expect=_just(part, stream, printed)))
        return Decision.MET, {"part": part, "stream": stream, "got": printed}, None

    def _conclude(self, step: Step, value: dict[str, Any], consumed: int | None) -> None:
        super()._conclude(step, value, consumed)
        self._look = None
        self._author.met(str(self._recorder.row(len(self._recorder) - 1)["value"].get("got", "")))


def _just(part: str, stream: Literal["stdout", "stderr"], printed: str) -> Expectation:
    """Return the expectation of a text that was printed."""
    if not printed:
        return Expectation(part=part, stream=stream, nothing=True)
    lines = printed.removesuffix("\n").replace("$", "$$").split("\n")
    return Expectation(part=part, stream=stream, lines=list(lines))
