"""`grader list`, `show` and `start`: what there is to do."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from grader.catalogue.checks import load_checks
from grader.commands import console
from grader.model.errors import UsageError
from grader.model.exercise import Exercise
from grader.reporters.listing import list_exercises, show_exercise


def run(options: argparse.Namespace) -> int:
    """Run one of the three."""
    if options.name == "list":
        catalogue = console.catalogue()
        list_exercises(catalogue.exercises.values(), console.stdout())
        return 0
    exercise = console.exercise(options.exercise)
    folder = console.folder(options.exercise)
    if options.name == "show":
        handout = folder / "handout.md"
        text = handout.read_text(encoding="utf-8") if handout.exists() else ""
        show_exercise(exercise, text, console.stdout(), _rules(exercise))
        return 0
    language = options.language or exercise.languages[0]
    if language not in exercise.languages:
        raise UsageError(f"{exercise.id} is not set in {language}; choose {' or '.join(exercise.languages)}")
    target: Path = options.folder or Path(exercise.id)
    starter = folder / "starter" / language
    if not starter.is_dir():
        raise UsageError(f"{exercise.id} has no starter in {language}")
    _copy(starter, target)
    show = console.stdout()
    show.print(f"{target}/ holds a starter for {exercise.id}:", markup=False)
    for path in sorted(target.iterdir()):
        show.print(f"  {path.name}", markup=False)
    show.print(f"Read the task with `grader show {options.exercise}`;", markup=False)
    show.print(f"grade your work with `grader check {options.exercise} {target}`.", markup=False)
    return 0


def _rules(exercise: Exercise) -> dict[str, str]:
    """Return the rules of an exercise's own checks; one that only hidden scenarios apply stays hidden."""
    open_ = [scenario for scenario in exercise.scenarios if not scenario.hidden]
    return {
        check.id: check.rule
        for check in load_checks(exercise.id, exercise.checks)
        if any(check.id not in (*exercise.tolerates, *scenario.tolerates) for scenario in open_)
    }


def _copy(starter: Path, target: Path) -> None:
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{target} exists and is not empty; name another folder")
        shutil.copytree(starter, target, dirs_exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}") from error
