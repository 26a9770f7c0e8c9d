"""Who went on when: the choices of one run, small enough to be read and kept."""

from __future__ import annotations

from dataclasses import dataclass

SCRIPT_NAME = "script"
CLOCK_NAME = "clock"
FORKED = "forked"
"""What a thread is about to do that returns from `fork`, where that is a choice of its own."""
BEYOND_FORK = "beyond fork"
"""What it does first after that, whatever that is."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice that is not the usual one.

    Usually whoever went on last goes on as long as it can, and then the first of those who can. So a schedule
    is told by its exceptions, and a schedule with few of them is one with few context switches.

    Attributes:
        after: name of who went on last; "" at the beginning of a run.
        step: how often it had gone on by then.
        to: name of who goes on instead of the usual one.
    """

    after: str
    step: int
    to: str


@dataclass(frozen=True, slots=True)
class Act:
    """One operation of a thread, told so that it can be found again in another run.

    Attributes:
        name: of the thread: `alice`, `alice/1` for its first child, `alice:1` for its second thread;
            SCRIPT_NAME for the script, CLOCK_NAME for time that passes.
        f: what it does; for the script the step's word.
        nth: how often it has done so by then, from 1; for the script the position of the step.
    """

    name: str
    f: str
    nth: int


def child_name(parent: str, number: int) -> str:
    """Return the name of a process' child; `number` counts its children from 1."""
    return f"{parent}/{number}"


def thread_name(process: str, number: int) -> str:
    """Return the name of a thread; `number` counts those of the process from 0, which is the main thread."""
    return f"{process}:{number}" if number else process
