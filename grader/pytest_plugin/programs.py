"""What the test functions of a session share: the programs, built once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.building import build_peers
from grader.catalogue.load import load_exercise
from grader.config import reference_of
from grader.executors.base import Program
from grader.executors.build import Build, build
from grader.executors.tree import read_tree
from grader.model.config import Config
from grader.model.errors import HostError
from grader.model.exercise import Exercise
from grader.pytest_plugin.messages import FunctionsTask, placeholder
from grader.pytest_plugin.settings import settings
from grader.sandbox.doctor import choose_isolation
from grader.sandbox.isolation import FULL
from grader.sandbox.zygote import open_box
from grader.store import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What all functions share.

    Attributes:
        exercise: its roles, limits and checks.
        submission: the student's folder.
        config: the site's settings.
        built, plain: the submission, with the run-time that announces accesses and without.
        usable: whether there are runs of the one without.
        peers: the reference's programs; without those that it does not have.
        folder: where histories are stored; None: nowhere.
    """

    exercise: Exercise
    submission: Path
    config: Config
    built: Build
    plain: Build
    usable: bool
    peers: dict[str, Program]
    folder: RunFolder | None


def prepare(task: FunctionsTask) -> Programs:
    """Build all there is.

    Raises:
        GraderError: it cannot be.
    """
    if task.exercise is not None:
        exercise, config = load_exercise(task.exercise), settings(task.exercise)
        reference = reference_of(task.exercise.parent)
    else:
        exercise, config = _bare(task.roles), Config()
        reference = None
    if choose_isolation(config.isolation) != FULL:
        raise HostError("test functions need the full sandbox; `grader doctor` says what is missing here")
    tree = read_tree(task.submission, config.build)
    both = []
    for instrument in (True, False):
        with open_box(FULL, config.limits) as box:
            both.append(build(tree, exercise.written, box, config.build, instrument=instrument))
    built, plain = both
    announced = any(program.instrumented for program in built.programs.values())
    return Programs(
        exercise=exercise,
        submission=task.submission,
        config=config,
        built=built,
        plain=plain,
        usable=announced and built.programs.keys() == plain.programs.keys(),
        peers={} if reference is None else dict(_peers(reference, exercise, config)),
        folder=RunFolder.create(Path(config.reports.runs), exercise.id, config.reports.keep),
    )


def _bare(roles: Sequence[str]) -> Exercise:
    """Return an exercise that is nothing but its roles."""
    return Exercise.model_validate(
        {
            "id": "functions",
            "title": "Test functions",
            "summary": "",
            "mechanisms": ["any"],
            "difficulty": 1,
            "hours": 1,
            "roles": {role: {} for role in roles},
            "scenarios": [{"id": "any", "title": "", "hint": "", **placeholder(roles[0])}],
        }
    )


def _peers(reference: Path, exercise: Exercise, config: Config) -> Iterator[tuple[str, Program]]:
    """Yield what the reference has; not every exercise needs it for every role."""
    for role in exercise.roles:
        names = {f"{role}.c", f"{role}.py", "Makefile"}
        if any(path.name in names for path in (reference / "peers").glob("*/*")):
            yield role, build_peers(reference, [role], config, FULL)[role]
