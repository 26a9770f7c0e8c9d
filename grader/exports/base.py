"""What a target is: a system that grades submissions with this grader.

It takes a bundle (`grader export TARGET EX --out DIR`), runs it for each submission, and reads a result
(`grader check EX PATH --format TARGET`). Each module of `targets/` has an attribute `TARGET`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.deciding import exit_status
from grader.model.config import Config
from grader.model.errors import UsageError
from grader.model.exercise import Exercise
from grader.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a bundle.

    Attributes:
        content: its bytes.
        executable: it is run as a program.
    """

    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a bundle is made for.

    Attributes:
        exercises: what is handed in there, in the order of the command line.
        site: all it takes to grade them, by path relative to one folder: see `site.py`.
        config: the site's settings, for targets that need others.
    """

    exercises: tuple[Exercise, ...]
    site: Mapping[str, File]
    config: Config = field(default_factory=Config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a result is made.

    Attributes:
        environment: the variables the system sets.
        folder: the working directory; relative paths begin here.
        exercise: what is graded.
        submission: the student's folder.
        reveal_hidden: show the findings of hidden scenarios too; for teachers only.
    """

    environment: Mapping[str, str]
    folder: Path
    exercise: Exercise
    submission: Path
    reveal_hidden: bool = False

    def variable(self, name: str) -> str:
        """Return a variable the system must have set.

        Raises:
            UsageError: it is missing.
        """
        value = self.environment.get(name, "")
        if not value:
            raise UsageError(
                f"${name} is not set: the system that runs this sets it, elsewhere do it yourself"
            )
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A part of a result.

    Attributes:
        text: what is written.
        path: the file; None: standard output, where nothing else is printed.
        append: add to the file instead of replacing it.
    """

    text: str
    path: Path | None = None
    append: bool = False


def always(status: int) -> Callable[[Verdict], int]:
    """Return a function that gives one exit status whatever became of the submission."""
    return lambda _verdict: status


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a target is told a result.

    Attributes:
        render: make the documents, whatever a program printed. What could not be graded at all has a verdict
            too (`grader.deciding.ungraded`): the system needs a result then as well.
        check: raise UsageError before the work if the surroundings lack something.
        partial: also write the result after each scenario, for systems that kill what takes too long.
        status: the exit status of `grader check`; some systems take any but 0 for a crash.
    """

    render: Callable[[Verdict, Surroundings], Iterable[Document]]
    check: Callable[[Surroundings], None] = field(default=lambda _surroundings: None)
    partial: bool = False
    status: Callable[[Verdict], int] = exit_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A system.

    Attributes:
        title: its name.
        files: make the bundle's files by path below `--out`; None: it needs none.
        result: how it is told a result; None: it reads none of ours.
    """

    title: str
    files: Callable[[Course], Mapping[str, File]] | None = None
    result: Result | None = None
