"""From what the methods of `ipc` are given to the steps of a scenario."""

from __future__ import annotations

import re
import signal as signals
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from grader.model.errors import UsageError
from grader.model.strict import Strict

Model = TypeVar("Model", bound=Strict)


@dataclass(frozen=True, slots=True)
class Process:
    """A program of the cast; in histories and reports it goes by its name."""

    name: str

    @property
    def pid(self) -> str:
        """A text that stands for its process id: in arguments, lines and names, once it was started."""
        return f"${{{self.name}.pid}}"

    def __str__(self) -> str:
        return self.name


def made(model: type[Model], what: object) -> Model:
    """Make a model of what a method was given.

    Raises:
        UsageError: it is not as it must be.
    """
    try:
        return model.model_validate(what)
    except ValidationError as error:
        _complain(error)


def _complain(error: ValidationError) -> NoReturn:
    first = error.errors()[0]
    where = ".".join(str(word) for word in first["loc"])
    raise UsageError(f"{where}: {first['msg']}, not {first['input']!r}") from None


def plain(value: Any) -> Any:
    """Write compiled regular expressions as scenarios do."""
    if isinstance(value, re.Pattern):
        return {"regex": value.pattern}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def name_of(process: object) -> str:
    """Return how a process goes by.

    Raises:
        UsageError: it is none.
    """
    if isinstance(process, Process):
        return process.name
    raise UsageError(f"{process!r} is no process; `start` returns one")


def names_of(processes: Sequence[object]) -> list[str]:
    """Return how processes go by."""
    return [name_of(process) for process in processes]


def signal_of(signal: str | signals.Signals) -> str:
    """Return a signal's name as scenarios have it.

    Raises:
        UsageError: there is no such signal.
    """
    name = signal.name if isinstance(signal, signals.Signals) else signal
    word = name.removeprefix("SIG")
    if f"SIG{word}" not in signals.Signals.__members__:
        raise UsageError(f"there is no signal `{signal}`")
    return word
