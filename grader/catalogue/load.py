"""From the folder of exercises to the catalogue."""

from __future__ import annotations

import graphlib
from dataclasses import dataclass
from pathlib import Path

from grader.catalogue import messages, messages_meaning
from grader.catalogue.checks import names_of, read_checks
from grader.catalogue.meaning import check_exercise
from grader.catalogue.nodes import read_file
from grader.catalogue.tree import Document, ScalarNode, at, members
from grader.catalogue.validate import in_order, validate
from grader.model.errors import CatalogueError, Problem, UsageError
from grader.model.exercise import CHECKS, Exercise

FILE_NAME = "exercise.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All exercises of a site.

    Attributes:
        root: the folder they are in.
        exercises: by id, in the order of the ids.
    """

    root: Path
    exercises: dict[str, Exercise]

    def get(self, exercise_id: str) -> Exercise:
        """Return an exercise.

        Raises:
            UsageError: there is none of this id; the text names the nearest.
        """
        if exercise_id not in self.exercises:
            raise UsageError(messages.unknown("exercise", exercise_id, self.exercises))
        return self.exercises[exercise_id]

    def folder(self, exercise_id: str) -> Path:
        """Return the folder of an exercise: its handout and its starters.

        Raises:
            UsageError: there is none of this id.
        """
        return self.root / self.get(exercise_id).id


def load_exercise(path: Path) -> Exercise:
    """Load one exercise; that its prerequisites exist is not checked.

    Args:
        path: its `exercise.yaml`.

    Returns:
        The exercise.

    Raises:
        CatalogueError: with all problems of the file, and of the `checks.py` beside it.
    """
    exercise, _, problems = _read(path)
    if exercise is None or problems:
        raise CatalogueError(problems)
    return exercise


def load_catalogue(root: Path) -> Catalogue:
    """Load all exercises of a folder.

    Args:
        root: a folder with one folder for each exercise; files in it, and folders whose names begin with
            `.` or `_`, are left alone.

    Returns:
        The catalogue.

    Raises:
        UsageError: there is no such folder.
        CatalogueError: with all problems of all files.
    """
    if not root.is_dir():
        raise UsageError(messages_meaning.no_catalogue(str(root)))
    exercises: dict[str, Exercise] = {}
    documents: dict[str, Document] = {}
    known: list[str] = []
    problems: list[Problem] = []
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or folder.name.startswith((".", "_")):
            continue
        path = folder / FILE_NAME
        if not path.exists():
            problems.append(Problem(str(folder), 0, 0, messages_meaning.NO_EXERCISE_FILE))
            continue
        known.append(folder.name)
        exercise, document, found = _read(path)
        problems += found
        if document is not None:
            documents[folder.name] = document
        if exercise is not None:
            exercises[exercise.id] = exercise
    problems += _prerequisites(documents, known)
    if problems:
        raise CatalogueError(problems)
    return Catalogue(root=root, exercises=exercises)


def _read(path: Path) -> tuple[Exercise | None, Document | None, list[Problem]]:
    """Read a file as far as that goes, with all its problems."""
    try:
        document = read_file(path)
    except CatalogueError as error:
        return None, None, error.problems
    exercise, problems = validate(document, Exercise)
    folder = path.resolve().parent.name
    checks, wrong = read_checks(path.parent)
    known = (*CHECKS, *names_of(checks))
    problems = in_order([*problems, *check_exercise(document.root, document.source, folder, known)])
    return exercise and exercise.with_checks(checks), document, [*problems, *wrong]


def _prerequisites(documents: dict[str, Document], known: list[str]) -> list[Problem]:
    """Check that prerequisites exist and do not go round in a circle.

    Args:
        documents: the files that could be read, by their folder's name.
        known: the names of all folders.

    Returns:
        The problems found.
    """
    problems = []
    graph: dict[str, list[str]] = {}
    for name, document in documents.items():
        for node in members(at(document.root, "prerequisites")):
            if not isinstance(node, ScalarNode) or not isinstance(node.value, str) or node.text == name:
                continue
            graph.setdefault(name, []).append(node.text)
            if node.text not in known:
                message = messages.unknown("exercise", node.text, known)
                problems.append(document.source.at(node, message))
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle = list(reversed(error.args[1]))
        first = documents[circle[0]]
        node = at(first.root, "prerequisites") or first.root
        problems.append(first.source.at(node, messages_meaning.circular(circle)))
    return problems
