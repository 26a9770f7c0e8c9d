"""Builds what a grading needs: the submission, and the reference's programs that play beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.executors.base import Program
from grader.executors.build import Build, build
from grader.executors.tree import SourceTree, read_tree
from grader.exploration import Cause
from grader.model.config import Config
from grader.model.errors import InternalError
from grader.model.exercise import Exercise
from grader.planning import RunSpec
from grader.sandbox.isolation import own_user
from grader.sandbox.zygote import open_box


def build_all(
    exercise: Exercise,
    reference: Path,
    tree: SourceTree,
    plan: Sequence[RunSpec],
    config: Config,
    isolation: str,
) -> tuple[Build, Cause]:
    """Build the submission, with the run-time and without, and the peers that some run needs, side by side.

    Args:
        exercise: what is graded.
        reference: folder of its reference.
        tree: the submission.
        plan: the runs; if each is the first one of its script, none is of the program without the run-time.
        config: the site's settings.
        isolation: level of the sandbox.

    Returns:
        What became of the submission, and what its runs share.

    Raises:
        InternalError: the reference does not build.
    """
    roles = exercise.written
    wanted = sorted(
        {p.role for spec in plan for p in spec.script.cast.values() if p.by == "reference"},
    )

    def peers() -> Mapping[str, Program]:
        return build_peers(reference, wanted, config, isolation) if wanted else {}

    def submission(*, instrument: bool) -> Build:
        with open_box(isolation, config.limits) as box:
            return build(tree, roles, box, config.build, instrument=instrument, flags=exercise.flags)

    with ThreadPoolExecutor(2) as side:
        of_peers = side.submit(peers)
        of_plain = (
            side.submit(submission, instrument=False)
            if any(spec.slot or spec.plain for spec in plan)
            else None
        )
        built = submission(instrument=True)
        plain = built if of_plain is None else of_plain.result()
    usable = any(program.instrumented for program in built.programs.values()) and (
        plain is not built and plain.programs.keys() == built.programs.keys()
    )
    return built, Cause(
        programs=built.programs,
        peers=of_peers.result(),
        archive=built.archive,
        isolation=isolation,
        tolerates=exercise.tolerates,
        plain_programs=plain.programs if usable else {},
        plain_archive=plain.archive if usable else b"",
    )


_peers_built: dict[tuple[Path, tuple[str, ...]], Mapping[str, Program]] = {}


def build_peers(
    reference: Path, roles: Sequence[str], config: Config, isolation: str
) -> Mapping[str, Program]:
    """Build the reference's programs for roles; C where there is C, for its source stays outside then.

    Raises:
        InternalError: the reference does not build; that is the exercise's fault, not the submission's.
    """
    key = (reference, tuple(roles))
    if key in _peers_built:
        return _peers_built[key]
    missing = list(roles)
    programs: dict[str, Program] = {}
    for language in ("c", "python"):
        folder = reference / "peers" / language
        if missing and folder.is_dir():
            tree = read_tree(folder, config.build)
            with open_box(own_user(isolation), config.limits) as box:
                built = build(tree, missing, box, config.build, instrument=False)
            programs |= {role: _standalone(program, tree) for role, program in built.programs.items()}
            missing = [role for role in missing if role not in programs]
    if missing:
        raise InternalError(
            f"the reference's {', '.join(missing)} cannot be built from {reference / 'peers'}"
        )
    _peers_built[key] = programs
    return programs


def _standalone(program: Program, tree: SourceTree) -> Program:
    """Return a peer whose executable travels with it: no file of it may be seen in the sandbox."""
    if program.binary:
        return program
    return Program(
        role=program.role,
        language=program.language,
        argv=program.argv,
        binary=tree.files[f"{program.role}.py"],
        env=program.env,
    )
