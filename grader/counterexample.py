"""A failing schedule as a file: what `grader replay` runs again.

It holds who goes on when, and by what to know that it is still the same exercise, the same submission and the
same run; not the programs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader import __version__
from grader.executors.tree import SourceTree
from grader.model.errors import UsageError
from grader.model.exercise import Exercise
from grader.model.fault import Fault, load_fault
from grader.model.history import History
from grader.model.schedule import Switch

SCHEMA = "ipc-grader/replay/v1"
SUFFIX = ".replay.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """A schedule under which a scenario fails.

    Attributes:
        exercise, exercise_digest: which exercise it is of, and what it said.
        submission, submission_digest: path as it was graded, and what was in it.
        grader: version that wrote it.
        scenario, script_index, seed, umask: which run.
        check, message: what failed.
        history_digest: of the history; a replay must have the same.
        switches: the schedule.
        plain: it is of the programs without the run-time that announces accesses.
        fault: what disturbs the run; None: nothing.
    """

    exercise: str
    exercise_digest: str
    submission: str
    submission_digest: str
    scenario: str
    script_index: int
    umask: int = 0o022
    seed: int
    check: str
    message: str
    history_digest: str
    switches: tuple[Switch, ...]
    plain: bool = False
    fault: Fault | None = None
    grader: str = __version__

    def dump(self) -> str:
        """Serialise; the inverse of `load`."""
        row = asdict(self)
        row["fault"] = self.fault.dump() if self.fault is not None else None
        row["switches"] = [[switch.after, switch.step, switch.to] for switch in self.switches]
        return json.dumps({"schema": SCHEMA, **row}, indent=1) + "\n"


def load(path: Path) -> Counterexample:
    """Read a counterexample.

    Raises:
        UsageError: there is no such file, or it is none, or one of another version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no {path}") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name a file that ends in {SUFFIX}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        what = f"is of `{schema}`" if schema else "is no counterexample"
        raise UsageError(f"{path} {what}; this grader replays files of `{SCHEMA}`")
    try:
        return _read(document)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is damaged: {error!r}") from error


def _read(document: Mapping[str, Any]) -> Counterexample:
    fields = {"umask": 0o022} | {key: value for key, value in document.items() if key != "schema"}
    switches = tuple(Switch(str(after), int(step), str(to)) for after, step, to in fields.pop("switches"))
    for name, kind in Counterexample.__annotations__.items():
        wanted = {"int": int, "str": str}.get(kind)
        if wanted is not None and not isinstance(fields[name], wanted):
            raise ValueError(f"{name} is {fields[name]!r}")
    fault = fields.pop("fault", None)
    return Counterexample(**fields, switches=switches, fault=load_fault(fault) if fault else None)


def digest_of_exercise(exercise: Exercise) -> str:
    """Return what tells an exercise from any other, and from itself after a change."""
    own = f"\0{exercise.checks}" if exercise.checks else ""
    return _digest(f"{exercise.model_dump_json(by_alias=True)}{own}".encode())


def digest_of_submission(tree: SourceTree) -> str:
    """Return what tells a submission from any other: names and contents of its files."""
    rows = [f"{name}\0{hashlib.sha256(data).hexdigest()}\n" for name, data in sorted(tree.files.items())]
    return _digest("".join(rows).encode("utf-8", "surrogateescape"))


def digest_of_history(history: History) -> str:
    """Return what tells a history from any other."""
    return _digest(history.dump().encode("utf-8", "surrogateescape"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
