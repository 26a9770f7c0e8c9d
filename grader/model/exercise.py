"""An exercise: roles, scenarios, steps. What `exercise.yaml` says, validated and typed.

Texts may contain `${name}`: bound by `repeat` and `each` when the script is expanded, and `${part.pid}`
(the process id of a started part) when the step is performed. `$$` is a dollar sign.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PrivateAttr, Tag

from grader.model.checks import CHECKS as CHECKS
from grader.model.checks import CheckId
from grader.model.expectation import Expectation as Expectation
from grader.model.expectation import Line as Line
from grader.model.expectation import Pattern as Pattern
from grader.model.expectation import Repeated as Repeated
from grader.model.fault import FaultDemand
from grader.model.limits import Limits
from grader.model.means import Forbidden, Required
from grader.model.object import NewObject, ObjectRef
from grader.model.section import Exclusive, Overlap
from grader.model.strict import Id, Mask, Mode, PartName, PartNames, SignalName, Strict, Text, as_list


class Blockage(Strict):
    """A part must be asleep in a call. `part` counts as blocked if any of its processes is."""

    part: PartName
    call: Annotated[list[str], BeforeValidator(as_list)] = Field(
        default=[],
        description="POSIX names; any one of them. Empty: any call but a sleep.",
    )
    object: Text = Field(default="", description="The name the student knows; empty: on any object.")
    processes: int = Field(default=1, ge=1, description="At least so many processes of the part.")


class ObjectState(ObjectRef):
    """An object that must exist, and what it must be like."""

    mode: Mode | None = None
    content: Text | Pattern | None = Field(default=None, description="Of a file: its whole content.")
    size: int | None = Field(default=None, ge=0, description="Bytes; messages in a queue; members of a set.")


class ExitSignal(Strict):
    """Died of a signal."""

    signal: SignalName


ExitStatus = Annotated[int, Field(ge=0, le=255)] | ExitSignal | Literal["nonzero"]


class Start(Strict):
    """Start parts; several in one step start together, and the schedule decides who is first."""

    start: PartNames


class TypeText(Strict):
    """Type a line (or several) at a part's terminal, each followed by Return."""

    type: dict[PartName, Annotated[list[Text], BeforeValidator(as_list)]] = Field(min_length=1)


class Send(Strict):
    """Write text to a part's standard input, exactly as it stands."""

    send: dict[PartName, Text] = Field(min_length=1)


class Close(Strict):
    """End a part's standard input (Ctrl-D on a terminal)."""

    close: PartNames


class Expect(Strict):
    """Demand output."""

    expect: Expectation


class Blocked(Strict):
    """Demand that a part is asleep in a call."""

    blocked: Blockage


class Running(Strict):
    """Demand that parts have not ended."""

    running: PartNames


class Stopped(Strict):
    """Demand that parts are stopped by job control."""

    stopped: PartNames


class Signal(Strict):
    """Send a signal to a part's main process."""

    signal: dict[PartName, SignalName] = Field(min_length=1)


class Child(Strict):
    """One child process of a part's main process."""

    part: PartName
    child: int = Field(ge=1, description="Its number in the order of birth, from 1.")
    held: bool = Field(
        default=False, description="It does not end by itself while the steps before are done, either."
    )


class Kill(Strict):
    """Kill all processes of parts, or one child process, with SIGKILL; how they end is not judged."""

    kill: PartNames | Child

    @property
    def parts(self) -> list[str]:
        """The parts of which all processes are killed."""
        return [] if isinstance(self.kill, Child) else self.kill

    @property
    def child(self) -> Child | None:
        """The one process that is killed, if it is one."""
        return self.kill if isinstance(self.kill, Child) else None


class Reboot(Strict):
    """End all processes and boot anew: only the files of the working directory are left."""

    reboot: Literal[True]


class Fill(Strict):
    """Fill the TCP connections of parts that read nothing: nobody can send them any more."""

    fill: PartNames


class Exit(Strict):
    """Demand that parts' main processes have ended, and how."""

    exit: dict[PartName, Annotated[list[ExitStatus], BeforeValidator(as_list)]] = Field(min_length=1)


class Present(Strict):
    """Demand that an object exists."""

    present: ObjectState


class Absent(Strict):
    """Demand that an object does not exist."""

    absent: ObjectRef


class Create(Strict):
    """Make an object."""

    create: NewObject


class Remove(Strict):
    """Remove an object."""

    remove: ObjectRef


class Advance(Strict):
    """Let virtual time pass."""

    advance: float = Field(gt=0, description="Seconds.")


class Loop(Strict):
    """The body of `repeat`."""

    over: list[Text | int] = Field(min_length=1)
    as_: Annotated[str, Field(alias="as", pattern=r"^[a-z][a-z0-9_]*$")]
    steps: list[Step] = Field(min_length=1)


class Repeat(Strict):
    """Perform steps once for each value of a list."""

    repeat: Loop


_STEPS: tuple[type[Strict], ...] = (
    Start, TypeText, Send, Close, Expect, Blocked, Running, Stopped, Signal, Kill, Exit, Present, Absent,
    Create, Remove, Reboot, Fill, Advance, Repeat,
)  # fmt: skip
STEP_WORDS: tuple[str, ...] = tuple(next(iter(step.model_fields)) for step in _STEPS)
"""The words of the language of steps, one for each kind."""


def _step_word(value: Any) -> str | None:
    if isinstance(value, dict):
        words = [key for key in value if key in STEP_WORDS]
        return words[0] if len(words) == 1 else None
    return step_word(value) if isinstance(value, Strict) else None


def step_word(step: Strict) -> str:
    """Return the word a step is written with, e.g. `start`."""
    return next(iter(type(step).model_fields))


Step = Annotated[
    Annotated[Start, Tag("start")]
    | Annotated[TypeText, Tag("type")]
    | Annotated[Send, Tag("send")]
    | Annotated[Close, Tag("close")]
    | Annotated[Expect, Tag("expect")]
    | Annotated[Blocked, Tag("blocked")]
    | Annotated[Running, Tag("running")]
    | Annotated[Stopped, Tag("stopped")]
    | Annotated[Signal, Tag("signal")]
    | Annotated[Kill, Tag("kill")]
    | Annotated[Exit, Tag("exit")]
    | Annotated[Present, Tag("present")]
    | Annotated[Absent, Tag("absent")]
    | Annotated[Create, Tag("create")]
    | Annotated[Remove, Tag("remove")]
    | Annotated[Reboot, Tag("reboot")]
    | Annotated[Fill, Tag("fill")]
    | Annotated[Advance, Tag("advance")]
    | Annotated[Repeat, Tag("repeat")],
    Discriminator(_step_word),
]


class Part(Strict):
    """One entry of the cast: a role, who plays it, and its arguments."""

    role: PartName
    by: Literal["submission", "reference"] | Annotated[str, Field(pattern=r"^\$\{[a-z][a-z0-9_]*\}$")] = (
        Field(description="Who plays it; `${name}` when `each` decides.")
    )
    args: list[Text] = Field(default=[], description="Quote numbers: all arguments are text.")
    env: dict[str, Text] = Field(default={})
    terminal: bool | None = Field(default=None, description="Overrides the role's.")


class Role(Strict):
    """A program the student writes, unless it is a helper."""

    description: str = ""
    terminal: bool = Field(default=False, description="Its stdin and stdout are a terminal.")
    helper: bool = Field(default=False, description="Only the reference plays it; no student writes it.")


UMASKS: tuple[str, ...] = ("022", "000", "077")
"""What umasks programs are run under, in turn, where the scenario does not say otherwise."""


class Scenario(Strict):
    """A scripted run, and what it is worth."""

    id: Id
    title: str
    points: float = Field(ge=0, allow_inf_nan=False)
    hint: str = Field(description="Shown to the student when the scenario fails.")
    hidden: bool = Field(default=False, description="Only its title and points are shown to students.")
    cast: dict[PartName, Part] = Field(min_length=1)
    each: list[dict[PartName, Text]] = Field(
        default=[], description="Bindings of `${name}`; the scenario runs once for each, and all must pass."
    )
    steps: list[Step] = Field(min_length=1)
    leaves: list[ObjectRef] = Field(default=[], description="Objects that may be left at the end.")
    stays: list[PartName] = Field(default=[], description="Parts that may still run at the end.")
    tolerates: list[CheckId] = Field(default=[], description="Checks that do not apply here.")
    shows: list[CheckId] = Field(
        default=[], description="Checks one of which must find something in some schedule; no fault here."
    )
    umask: Annotated[list[Mask], BeforeValidator(as_list)] = Field(
        default=list(UMASKS), min_length=1, description="Umasks of the programs: one a schedule, in turn."
    )
    depends_on: list[Id] = Field(default=[], description="Skipped unless these scenarios passed.")
    overlap: Overlap | None = Field(default=None, description="What must be possible at the same time.")
    exclusive: Annotated[list[Exclusive], BeforeValidator(as_list)] = Field(
        default=[], description="What must never be at the same time."
    )
    unnamed: list[PartName] = Field(default=[], description="Parts whose objects only relatives may reach.")
    closes_on_exec: list[PartName] = Field(
        default=[], description="Parts that start programs with no descriptor but 0, 1 and 2."
    )
    requires: list[Required] = Field(default=[], description="By what means the work is done.")
    forbids: list[Forbidden] = Field(default=[], description="By what means it is not.")
    overtaken: int | None = Field(
        default=None, ge=1, description="So often others may be served first while one waits, in a fair run."
    )
    faults: list[FaultDemand] = Field(
        default=[], description="What befalls parts, each at every point of a good run, one point a run."
    )


class Exercise(Strict):
    """One assignment of the catalogue."""

    id: Id
    title: str
    summary: str = Field(description="One sentence for `grader list`.")
    mechanisms: list[str] = Field(min_length=1)
    difficulty: int = Field(ge=1, le=5)
    hours: float = Field(gt=0, description="Estimated hours for a student.")
    goals: list[str] = Field(default=[])
    prerequisites: list[Id] = Field(default=[])
    reading: list[str] = Field(default=[], description="Man pages, e.g. `fifo(7)`.")
    languages: list[Literal["c", "python"]] = Field(default=["c", "python"])
    roles: dict[PartName, Role] = Field(min_length=1)
    flags: list[Annotated[Text, Field(pattern=r"^-[A-Za-z]\S*$")]] = Field(
        default=[], description="Each C file must compile with these flags of gcc, as `-Wall` `-Werror`."
    )
    limits: Limits = Limits()
    schedules: int | None = Field(default=None, ge=1, description="Schedules a scenario; else the site's.")
    tolerates: list[CheckId] = Field(default=[])
    scenarios: list[Scenario] = Field(min_length=1)
    _checks: str = PrivateAttr(default="")

    @property
    def checks(self) -> str:
        """The text of its own checks, `checks.py`; empty if it has none."""
        return self._checks

    def with_checks(self, text: str) -> Exercise:
        """Return the exercise with checks of its own."""
        changed = self.model_copy()
        changed._checks = text  # noqa: SLF001 - its own copy
        return changed

    @property
    def written(self) -> list[str]:
        """The roles that a student writes: all but the helpers."""
        return [name for name, role in self.roles.items() if not role.helper]

    def scenario(self, scenario_id: str) -> Scenario | None:
        """Return the scenario with this id, or None."""
        return next((s for s in self.scenarios if s.id == scenario_id), None)


Loop.model_rebuild()
