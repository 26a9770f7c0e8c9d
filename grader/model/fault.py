"""Deliberate disturbances: what an exercise asks for, and one that is placed in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from grader.model.schedule import Act
from grader.model.strict import PartName, SignalName, Strict, Text, as_list

_CALLS = "Operations by their names in a history, as `read` or `mq_open`; empty: all that it can befall."


class Victim(Strict):
    """Whom a fault befalls: all processes of a part, or one child of its main process."""

    part: PartName
    child: int | None = Field(default=None, ge=1, description="Its number in the order of birth, from 1.")


class Interruption(Victim):
    """Whom a signal interrupts, and which one."""

    signal: SignalName


class Halt(Victim):
    """Who is stopped, and for how long."""

    seconds: float = Field(
        default=0,
        ge=0,
        description="Virtual time in which he alone stands still and the time-outs of others expire; "
        "0: all processes, until nobody else can go on.",
    )


class Narrowed(Victim):
    """Whom a fault befalls, in some of his calls."""

    calls: Annotated[list[Text], BeforeValidator(as_list)] = Field(default=[], description=_CALLS)


class Failure(Narrowed):
    """Whose calls fail, which ones, and how."""

    calls: Annotated[list[Text], BeforeValidator(as_list), Field(min_length=1, description=_CALLS)]
    error: Annotated[str, Field(pattern=r"^E[A-Z0-9]+$", description="As errno(3) names it: ENOSPC.")]


class KillFault(Strict):
    """Killed by SIGKILL before each of its operations, and asleep in each that waits."""

    kill: PartName | Victim


class StopFault(Strict):
    """Stopped in each call it sleeps in, until nobody else can go on, or for some time, and continued."""

    stop: PartName | Halt


class InterruptFault(Strict):
    """A signal that it handles arrives in each call it sleeps in."""

    interrupt: Interruption


class ShortFault(Strict):
    """Each call that moves several bytes of a stream moves one of them only."""

    short: PartName | Narrowed


class FailFault(Strict):
    """Each call fails."""

    fail: Failure


class LoseFault(Strict):
    """Each datagram it sends is lost."""

    lose: PartName | Narrowed


class DoubleFault(Strict):
    """Each datagram it sends comes twice."""

    double: PartName | Narrowed


FaultDemand = KillFault | StopFault | InterruptFault | ShortFault | FailFault | LoseFault | DoubleFault
"""What a scenario says of one kind of fault: a mapping of one key."""


def word_of(demand: Strict) -> str:
    """Return the word a fault is written with, e.g. `kill`: the name of its strategy."""
    return next(iter(type(demand).model_fields))


def victim_of(demand: Strict) -> Victim:
    """Return whom it befalls, however short that is written."""
    victim = getattr(demand, word_of(demand))
    return victim if isinstance(victim, Victim) else Victim(part=victim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A disturbance at one point of a run.

    Attributes:
        kind: name of the strategy.
        part: whom it befalls.
        child: the one child of the part's main process that it befalls; 0: all processes of the part.
        act: the operation at which it strikes.
        during: it strikes when the thread sleeps in that operation; else when it is about to begin.
        detail: what else the strategy is told, as JSON has it.
    """

    kind: str
    part: str
    act: Act
    child: int = 0
    during: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether it befalls only the process that is at its point."""
        return bool(self.child or self.seconds)

    @property
    def seconds(self) -> float:
        """For how long it lasts, in virtual time; 0: until nobody else can go on, or it does not last."""
        return float(self.detail.get("seconds", 0))

    def dump(self) -> dict[str, Any]:
        """Return it as JSON has it; the inverse of `load_fault`."""
        return {
            "kind": self.kind,
            "part": self.part,
            "child": self.child,
            "act": [self.act.name, self.act.f, self.act.nth],
            "during": self.during,
            "detail": dict(self.detail),
        }


def load_fault(row: Mapping[str, Any]) -> Fault:
    """Read what `Fault.dump` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    name, f, nth = row["act"]
    return Fault(
        kind=str(row["kind"]),
        part=str(row["part"]),
        child=int(row["child"]),
        act=Act(str(name), str(f), int(nth)),
        during=bool(row["during"]),
        detail=dict(row["detail"]),
    )
