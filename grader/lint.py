"""Check exercises and settings without running anything: what `grader lint` says.

An exercise is more than its `exercise.yaml`: a handout, starters, the reference's processes, right solutions
and wrong ones that say which check must catch them. Whether those pass and fail as they should is for
`grader selftest` to find out; here it is only seen that they are there, in the right place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from grader.catalogue.checks import names_of
from grader.catalogue.load import FILE_NAME, load_catalogue, load_exercise
from grader.catalogue.messages import did_you_mean, listed, nearest, unknown, word
from grader.config import CONFIG_NAME, EXERCISES_NAME, REFERENCE_NAME, load_config, reference_of
from grader.executors.build import executors
from grader.executors.tree import SourceTree, read_tree
from grader.model.config import BuildConfig
from grader.model.errors import CatalogueError, Problem, SubmissionError
from grader.model.exercise import CHECKS, Exercise
from grader.reporters.explain import count

HANDOUT_NAME: Final = "handout.md"
STARTER_NAME: Final = "starter"
ACCEPTED_MIN: Final = 2
"""Right solutions a language, so that no check knows one way of doing it only."""
MUTANTS_MIN: Final = 4
"""Wrong solutions an exercise."""
SHEET_MIN: Final = 1
"""Right solutions a language, and wrong ones, of an exercise that is no site's."""

HANDOUT_SECTIONS: Final = ("The contract", "What is graded")
"""What every handout has a section on; more are welcome."""

_REFERENCE_PARTS: Final = ("peers", "accepted", "rejected", "later")  # later: mutants no check catches yet
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SUFFIXES: Final = {"c": (".c",), "python": (".py",)}
_UNBUILDABLE: Final = frozenset({"build"})  # whose mutants may lack what others must have
_LEFT_ALONE: Final = (".", "_")


def lint_paths(paths: Sequence[Path]) -> list[Problem]:
    """Check files and folders.

    Args:
        paths: each an exercise's folder or its `exercise.yaml`, its folder below `reference/`, a folder of
            exercises, a `config.yaml`, or a site (a folder with `exercises/` and perhaps `config.yaml`).

    Returns:
        All problems, by file; none twice.
    """
    found: dict[Problem, None] = {}
    for path in paths:
        # The folders above an exercise's count: for `.` they have to be known.
        known = path if len(path.parts) > 1 and ".." not in path.parts else path.resolve()
        found.update(dict.fromkeys(_lint(known)))
    return list(found)


def _lint(path: Path) -> Iterator[Problem]:
    if path.is_file():
        if path.name == FILE_NAME:
            yield from _exercise(path.parent)
        else:
            yield from _config(path)
    elif (path / FILE_NAME).exists():
        yield from _exercise(path)
    elif (path / EXERCISES_NAME).is_dir():
        yield from _site(path)
    elif any(path.glob(f"*/{FILE_NAME}")):
        yield from _catalogue(path)
    elif path.parent.name == REFERENCE_NAME and (beside := _beside(path)).is_dir():
        yield from _exercise(beside)
    else:
        expected = f"expected an {FILE_NAME}, a folder of exercises, or a {CONFIG_NAME}"
        yield _whole(path, f"there is nothing here to check; {expected}")


def _beside(reference: Path) -> Path:
    """Return the folder of the exercise that a reference belongs to."""
    return reference.parent.parent / EXERCISES_NAME / reference.name


def _site(root: Path) -> Iterator[Problem]:
    config = root / CONFIG_NAME
    if config.exists():
        yield from _config(config)
    yield from _catalogue(root / EXERCISES_NAME)
    exercises = {folder.name for folder in _folders(root / EXERCISES_NAME)}
    for folder in _folders(root / REFERENCE_NAME):
        if folder.name not in exercises:
            yield _whole(folder, unknown("exercise", folder.name, exercises))


def _config(path: Path) -> Iterator[Problem]:
    try:
        load_config(path)
    except CatalogueError as error:
        yield from error.problems


def _catalogue(root: Path) -> Iterator[Problem]:
    try:
        load_catalogue(root)
    except CatalogueError as error:
        yield from error.problems
    for folder in _folders(root):
        if (folder / FILE_NAME).is_file():
            yield from _files(folder)


def _exercise(folder: Path) -> Iterator[Problem]:
    try:
        load_exercise(folder / FILE_NAME)
        load_catalogue(folder.parent)
    except CatalogueError as error:
        # Of the neighbours only their names count: as prerequisites.
        yield from (problem for problem in error.problems if Path(problem.file).parent == folder)
    yield from _files(folder)


def _files(folder: Path) -> Iterator[Problem]:
    """Check what stands around an `exercise.yaml`; nothing if that cannot be read."""
    try:
        exercise = load_exercise(folder / FILE_NAME)
    except CatalogueError:
        return
    yield from _handout(folder / HANDOUT_NAME, exercise)
    if (folder / REFERENCE_NAME).is_dir():
        yield from _sheet(folder, exercise)
        return
    yield from _by_language(folder / STARTER_NAME, exercise, "starter")
    if not reference_of(folder).is_dir():
        yield _whole(folder, f"it has no reference: there is no folder {REFERENCE_NAME}/{exercise.id}")
        yield from _empty(folder)
        return
    shown = folder.parent.parent / REFERENCE_NAME / exercise.id
    yield from _parts(shown)
    yield from _by_language(shown / "peers", exercise, "reference")
    yield from _helpers(shown / "peers", exercise)
    yield from _accepted(shown / "accepted", exercise, ACCEPTED_MIN)
    yield from _rejected(shown / "rejected", exercise, MUTANTS_MIN)
    yield from _rejected(shown / "later", exercise, 0)
    yield from _empty(folder)
    yield from _empty(shown)


def _sheet(folder: Path, exercise: Exercise) -> Iterator[Problem]:
    """Check an exercise that is no site's, with its reference in its own folder: little is needed there."""
    own = folder / REFERENCE_NAME
    yield from _parts(own)
    played = any(part.by != "submission" for scene in exercise.scenarios for part in scene.cast.values())
    if played and not (own / "peers").is_dir():
        yield _whole(own, "there are no peers/LANGUAGE/, the programs that the reference plays with")
    for place in _folders(own / "peers"):
        yield from _programs(place, exercise, "reference")
    yield from _helpers(own / "peers", exercise)
    yield from _accepted(own / "accepted", exercise, 0 if (own / "peers").is_dir() else SHEET_MIN)
    yield from _rejected(own / "rejected", exercise, SHEET_MIN)
    yield from _empty(folder)


def _parts(shown: Path) -> Iterator[Problem]:
    for part in _folders(shown):
        if part.name not in _REFERENCE_PARTS:
            near = nearest(part.name, _REFERENCE_PARTS) or ""
            yield _whole(part, f"{listed(_REFERENCE_PARTS)} is expected here{did_you_mean(near)}")


def _handout(path: Path, exercise: Exercise) -> Iterator[Problem]:
    if not path.is_file():
        yield _whole(path, "there is no handout: what a student reads before beginning")
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    first = lines[0] if lines else ""
    if first != f"# {exercise.title}":
        yield Problem(str(path), 1, 1, f"expected the exercise's title: {word(f'# {exercise.title}')}", first)
    for section in HANDOUT_SECTIONS:
        if f"## {section}" not in lines:
            yield _whole(path, f"it has no section {word(f'## {section}')}")
    for role in exercise.written:
        if not re.search(rf"\b{re.escape(role)}\b", text):
            yield _whole(path, f"it does not mention the role {word(role)}")


def _by_language(folder: Path, exercise: Exercise, what: str) -> Iterator[Problem]:
    """Check a folder with a folder for each language that has a program for each role."""
    for language in exercise.languages:
        place = folder / language
        if not place.is_dir():
            yield _whole(place, f"there is no {what} in {language}, which is one of the exercise's languages")
            continue
        yield from _programs(place, exercise, what)
        files = _tree(place).files
        if files and not any(name.endswith(_SUFFIXES[language]) for name in files):
            yield _whole(place, f"there is no file of this language ({' '.join(_SUFFIXES[language])}) in it")
    for place in _folders(folder):
        if place.name not in exercise.languages:
            languages = listed(exercise.languages)
            yield _whole(place, f"{word(place.name)} is not among the exercise's languages ({languages})")


def _accepted(folder: Path, exercise: Exercise, least: int) -> Iterator[Problem]:
    variants = list(_folders(folder))
    for variant in variants:
        yield from _named(variant, "a right solution")
        yield from _programs(variant, exercise, "right solution")
    for language in exercise.languages:
        found = sum(language in _languages(variant) for variant in variants)
        if found < least:
            yield _whole(folder, f"{found} in {language}: expected at least {count(least, 'right solution')}")
    yield from _stray(folder, "right solutions are folders: accepted/NAME/")


def _rejected(folder: Path, exercise: Exercise, least: int) -> Iterator[Problem]:
    found, own = 0, names_of(exercise.checks)
    for check in _folders(folder):
        if check.name not in (*CHECKS, *own):
            yield _whole(check, unknown("check", check.name, (*CHECKS, *own)))
        for mutant in _folders(check):
            found += 1
            yield from _named(mutant, "a wrong solution")
            if check.name not in _UNBUILDABLE:
                yield from _programs(mutant, exercise, "wrong solution")
        yield from _stray(check, f"wrong solutions are folders: {folder.name}/CHECK/NAME/")
    for name in own if least else ():
        if not (folder / name).is_dir():
            yield _whole(folder, f"no wrong solution proves that the check {word(name)} works: {name}/NAME/")
    if found < least:
        yield _whole(folder, f"{found}: expected at least {count(least, 'wrong solution')}")
    yield from _stray(folder, f"wrong solutions are folders: {folder.name}/CHECK/NAME/")


def _programs(folder: Path, exercise: Exercise, what: str) -> Iterator[Problem]:
    """Check that some executor would build from a folder every role a student writes."""
    tree = _tree(folder)
    if not tree.files:
        return  # said by _empty
    for role in exercise.written:
        if not _buildable(tree, role):
            yield _whole(folder, f"the {what} has no program for the role {word(role)}")


def _helpers(folder: Path, exercise: Exercise) -> Iterator[Problem]:
    """Check that the reference has each helper, in one of the languages."""
    trees = [_tree(place) for place in _folders(folder)]
    for role in exercise.roles:
        if role not in exercise.written and not any(_buildable(tree, role) for tree in trees):
            yield _whole(folder, f"the reference has no program for the helper {word(role)} in any language")


def _buildable(tree: SourceTree, role: str) -> bool:
    return any(executor.roles(tree, [role]) for executor in executors())


def _tree(folder: Path) -> SourceTree:
    try:
        return read_tree(folder, BuildConfig())
    except SubmissionError:
        return SourceTree(files={}, modes={})


def _languages(folder: Path) -> set[str]:
    """Return the languages a solution is written in."""
    files = _tree(folder).files
    return {name for name, suffixes in _SUFFIXES.items() if any(file.endswith(suffixes) for file in files)}


def _named(folder: Path, what: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(folder.name):
        yield _whole(folder, f"the name of {what} is lower-case letters, digits and `-`")


def _stray(folder: Path, expected: str) -> Iterator[Problem]:
    for path in sorted(folder.glob("*")):
        if not path.is_dir() and not path.name.startswith(_LEFT_ALONE):
            yield _whole(path, f"a file in the wrong place; {expected}")


def _empty(folder: Path) -> Iterator[Problem]:
    for path in sorted([folder, *folder.rglob("*")]):
        if path.is_dir() and not path.name.startswith(_LEFT_ALONE) and not any(path.iterdir()):
            yield _whole(path, "the folder is empty")


def _folders(root: Path) -> Iterable[Path]:
    if not root.is_dir():
        return []
    return [
        path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(_LEFT_ALONE)
    ]


def _whole(path: Path, message: str) -> Problem:
    return Problem(str(path), 0, 0, message)
