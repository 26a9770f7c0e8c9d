"""The fixture `ipc`: the steps of a scenario as methods.

Nothing is run here. A method says a step to the process that grades; one that demands something waits until
it is met, and ends the test if it never can be.
"""

from __future__ import annotations

import re
import signal as signals
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from grader.model.errors import UsageError
from grader.model.exercise import (
    CHECKS,
    Absent,
    Advance,
    Blocked,
    Close,
    Create,
    Exit,
    Expect,
    Kill,
    Part,
    Present,
    Reboot,
    Remove,
    Running,
    Send,
    Signal,
    Start,
    Stopped,
    TypeText,
)
from grader.model.object import ObjectRef
from grader.pytest_plugin.forms import Process, made, name_of, names_of, plain, signal_of
from grader.pytest_plugin.messages import Allowed, Said
from grader.scenarios.live import Look

Line = str | re.Pattern[str]
Status = int | Literal["nonzero"]
Kind = (
    type[Start] | type[TypeText] | type[Send] | type[Close] | type[Signal] | type[Kill] | type[Create]
    | type[Remove] | type[Reboot] | type[Expect] | type[Blocked] | type[Running] | type[Stopped] | type[Exit]
    | type[Present] | type[Absent] | type[Advance]
)  # fmt: skip


class Wire(Protocol):
    """Who passes on what is said."""

    def say(self, message: Said | Allowed) -> None:
        """Say something that is not answered."""

    def ask(self, message: Said) -> str:
        """Say a demand, and return what came of it when it is met. Does not return if it never is."""


class Ipc:
    """Starts programs of a submission, and demands what must be so. As in a scenario nothing waits for time.

    What is done (`start`, `send`, ...) happens some time before the next demand is decided: when, is up to
    the schedule. What is demanded (`expect_...`) is decided when nobody can go on; if it is not met then, and
    never can be, the test ends there and its report says why.

    Args:
        wire: to the process that grades.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._names: list[str] = []
        self._new: dict[str, Part] = {}

    # -- what is done ----------------------------------------------------------------------------------

    def part(
        self,
        role: str,
        *args: object,
        by: Literal["submission", "reference"] = "submission",
        name: str = "",
        env: Mapping[str, str] | None = None,
        terminal: bool | None = None,
    ) -> Process:
        """Take a program into the cast; `ipc.start(one, another)` then starts several together.

        Args:
            role: the program.
            args: its arguments; numbers become text.
            by: who wrote it.
            name: how it goes by; the role's name, with a number from the second one on.
            env: more environment variables.
            terminal: its standard input and output are a terminal; None: as the exercise says.

        Raises:
            UsageError: the name is taken, or no name.
        """
        count = sum(re.fullmatch(rf"{re.escape(role)}\d*", known) is not None for known in self._names)
        chosen = name or (f"{role}{count + 1}" if count else role)
        if chosen in self._names:
            raise UsageError(f"there are two parts called `{chosen}`")
        texts = [str(argument) for argument in args]
        what = {"role": role, "by": by, "args": texts, "env": dict(env or {}), "terminal": terminal}
        self._new[chosen] = made(Part, what)
        self._names.append(chosen)
        return Process(chosen)

    def start(self, role: str | Process, *args: object, **more: Any) -> Process:
        """Start a program, or several parts together.

        Args:
            role: the program; or a part that was not started yet.
            args: its arguments; or more parts, which start together with the first: who is first, is up to
                the schedule.
            more: as for `part`.

        Returns:
            The process; the first one of several.

        Raises:
            UsageError: it is no such program, or no such part.
        """
        first = role if isinstance(role, Process) else self.part(role, *args, **more)
        others = [one for one in args if isinstance(one, Process)] if isinstance(role, Process) else []
        names = [one.name for one in (first, *others)]
        if isinstance(role, Process) and (more or len(others) != len(args)):
            raise UsageError("a part has its arguments already; start(one, another) starts several parts")
        if started := [name for name in names if name not in self._new]:
            raise UsageError(f"`{started[0]}` was started before; a part is started once")
        self._say(Start, {"start": names}, {name: self._new.pop(name) for name in names})
        return first

    def type(self, process: Process, *lines: str) -> None:
        """Type lines at a terminal, each with Return."""
        self._say(TypeText, {"type": {name_of(process): list(lines)}})

    def send(self, process: Process, text: str) -> None:
        r"""Write to standard input, exactly as it stands: with its `\n`."""
        self._say(Send, {"send": {name_of(process): text}})

    def close(self, *processes: Process) -> None:
        """End the standard input (Ctrl-D on a terminal)."""
        self._say(Close, {"close": names_of(processes)})

    def signal(self, process: Process, signal: str | signals.Signals) -> None:
        """Send a signal to the main process: `TERM`, `SIGTERM` or `signal.SIGTERM`."""
        self._say(Signal, {"signal": {name_of(process): signal_of(signal)}})

    def kill(self, *processes: Process) -> None:
        """Kill all processes of parts by SIGKILL; how they end is not judged."""
        self._say(Kill, {"kill": names_of(processes)})

    def create(self, kind: str, name: str, **more: Any) -> None:
        """Make an object, with the keys of the step `create`: `content`, `mode`, `size`, ..."""
        self._say(Create, {"create": {"kind": kind, "name": name, **more}})

    def remove(self, kind: str, name: str) -> None:
        """Remove an object."""
        self._say(Remove, {"remove": {"kind": kind, "name": name}})

    def reboot(self) -> None:
        """Kill everybody and boot anew: only the files of the working directory stay."""
        self._say(Reboot, {"reboot": True})

    # -- what is demanded ------------------------------------------------------------------------------

    def expect_output(self, process: Process, *lines: Line, **form: Any) -> str:
        """Demand what was printed since the last demand of this kind.

        Args:
            process: who printed it.
            lines: these lines and no others, in this order; a compiled expression matches a whole one.
            form: instead of lines one of the forms of `expect` (`any_order`, `interleaved`, `one_of`,
                `includes`, `nothing=True`, `something=True`); and `stream="stderr"`, `file`, `numbered`.

        Returns:
            The text that met it.

        Raises:
            UsageError: not exactly one form was given.
        """
        given = {key: value for key, value in form.items() if key not in ("stream", "file", "numbered")}
        if bool(lines) + len(given) != 1:
            raise UsageError("expect_output wants lines, or one form as any_order=[...] or nothing=True")
        what = {"part": name_of(process), **form} | ({"lines": list(lines)} if lines else {})
        return self._ask(Expect, {"expect": plain(what)})

    def output(self, process: Process, stream: Literal["stdout", "stderr"] = "stdout") -> str:
        """Return what was printed since the last demand on it, when nobody can go on; no time passes."""
        return self._wire.ask(Said(Look(name_of(process), stream)))

    def expect_blocked(self, process: Process, *calls: str, on: str = "", processes: int = 1) -> None:
        """Demand that a part is asleep in a call.

        Args:
            process: at least `processes` of the part's processes.
            calls: any of these; none: any call but a sleep.
            on: the object, as the student calls it.
            processes: how many.
        """
        what = {"part": name_of(process), "call": list(calls), "object": on, "processes": processes}
        self._ask(Blocked, {"blocked": what})

    def expect_running(self, *processes: Process) -> None:
        """Demand that parts have not ended."""
        self._ask(Running, {"running": names_of(processes)})

    def expect_stopped(self, *processes: Process) -> None:
        """Demand that parts are stopped by job control."""
        self._ask(Stopped, {"stopped": names_of(processes)})

    def expect_exit(
        self, process: Process, *statuses: Status, signal: str | signals.Signals | None = None
    ) -> None:
        """Demand that a main process has ended.

        Args:
            process: whose.
            statuses: with any of these, or `nonzero`; none: 0.
            signal: died of this signal.
        """
        wanted: list[object] = [*statuses] if signal is None else [*statuses, {"signal": signal_of(signal)}]
        self._ask(Exit, {"exit": {name_of(process): wanted or [0]}})

    def expect_present(self, kind: str, name: str, **more: Any) -> None:
        """Demand that an object exists, perhaps with `mode`, `size` or `content`."""
        self._ask(Present, {"present": plain({"kind": kind, "name": name, **more})})

    def expect_absent(self, kind: str, name: str) -> None:
        """Demand that an object does not exist."""
        self._ask(Absent, {"absent": {"kind": kind, "name": name}})

    def advance(self, seconds: float) -> None:
        """Let virtual time pass; it costs no real time."""
        self._ask(Advance, {"advance": float(seconds)})

    # -- what is right here ----------------------------------------------------------------------------

    def leaves(self, kind: str, name: str) -> None:
        """Say that an object may be left at the end."""
        self._wire.say(Allowed(leaves=(made(ObjectRef, {"kind": kind, "name": name}),)))

    def stays(self, *processes: Process) -> None:
        """Say that parts may still run at the end."""
        self._wire.say(Allowed(stays=tuple(names_of(processes))))

    def tolerates(self, *checks: str) -> None:
        """Say that checks do not apply."""
        if unknown := [check for check in checks if check not in CHECKS]:
            raise UsageError(f"there is no check `{unknown[0]}`; there are {', '.join(CHECKS)}")
        self._wire.say(Allowed(tolerates=checks))

    # --------------------------------------------------------------------------------------------------

    def _say(self, step: Kind, what: object, parts: Mapping[str, Part] | None = None) -> None:
        self._wire.say(Said(made(step, what), parts or {}))

    def _ask(self, step: Kind, what: object) -> str:
        return self._wire.ask(Said(made(step, what)))
