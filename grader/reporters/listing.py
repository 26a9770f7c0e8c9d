"""The catalogue on a terminal: `grader list` and `grader show`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rich.console import Console
from rich.markdown import Markdown

from grader.model.exercise import Exercise
from grader.reporters import explain
from grader.reporters._page import CODE_THEME, Page
from grader.reporters.base import Reporter

REPORTER: Final[Reporter | None] = None  # shows exercises, not a verdict

_TABLE_WIDTH_MIN: Final = 76
_SCENARIOS_WIDTH_MIN: Final = 50
_HANDOUT_LINES_MAX: Final = 5000


def list_exercises(exercises: Iterable[Exercise], console: Console) -> None:
    """Print one row an exercise: id, title, mechanisms, difficulty, hours, points.

    Args:
        exercises: in the order they shall have.
        console: its width, encoding and colours are respected.
    """
    page = Page(console)
    shown = list(exercises)
    if not shown:
        page.say(page.text("No exercises."))
    elif page.fits(_TABLE_WIDTH_MIN):
        table = page.table(
            "exercise", "title", "mechanisms", "level", "hours", "points", right=("level", "hours", "points")
        )
        table.columns[0].no_wrap = True
        for exercise in shown:
            table.add_row(
                page.name(exercise.id, "bold"),
                page.name(exercise.title),
                page.name(", ".join(exercise.mechanisms)),
                page.text(str(exercise.difficulty)),
                page.text(explain.format_points(exercise.hours)),
                page.text(explain.format_points(_points(exercise))),
            )
        console.print(table)
    else:
        for exercise in shown:
            page.say(page.name(exercise.id, "bold"), page.text(": "), page.name(exercise.title))
            page.say(page.name(", ".join(exercise.mechanisms)), indent=2)
            page.say(page.text(_effort(exercise)), indent=2)


def show_exercise(
    exercise: Exercise, handout: str, console: Console, rules: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Print an exercise's handout and what its scenarios are worth; hidden ones are only counted.

    Args:
        exercise: what to show.
        handout: its handout, Markdown; empty if there is none.
        console: its width, encoding and colours are respected.
        rules: of the exercise's own checks, by their ids.
    """
    page = Page(console)
    page.say(page.name(exercise.title, "bold"), page.text(" ("), page.name(exercise.id), page.text(")"))
    page.say(page.name(exercise.summary))
    facts = [("level", _effort(exercise)), ("means", ", ".join(exercise.mechanisms))]
    facts.append(("lang", ", ".join(exercise.languages)))
    facts.append(("roles", ", ".join(exercise.written)))
    facts.extend(("read", ", ".join(entries)) for entries in [exercise.reading] if entries)
    facts.extend(("after", ", ".join(entries)) for entries in [exercise.prerequisites] if entries)
    page.labelled(((label, explain.harmless(text)) for label, text in facts), indent=0)
    page.blank()
    if handout.strip():
        _handout(page, handout)
        page.blank()
    if rules:
        page.say(page.text("Besides what is checked in every exercise:"))
        for name, rule in rules.items():
            page.say(page.name(f"{name}: ", "bold"), page.text(explain.harmless(rule)), indent=2)
        page.blank()
    _scenarios(page, exercise)


def _handout(page: Page, handout: str) -> None:
    text = explain.harmless(handout, length=10_000, lines=_HANDOUT_LINES_MAX)
    if page.console.options.ascii_only:
        page.say(page.text(text))  # rich draws bullets and rules that this terminal cannot show
    else:
        page.console.print(Markdown(text, code_theme=CODE_THEME, hyperlinks=False))


def _scenarios(page: Page, exercise: Exercise) -> None:
    visible = [scenario for scenario in exercise.scenarios if not scenario.hidden]
    hidden = [scenario for scenario in exercise.scenarios if scenario.hidden]
    if page.fits(_SCENARIOS_WIDTH_MIN):
        table = page.table("scenario", "points", right=("points",))
        for scenario in visible:
            table.add_row(
                page.name(f"{scenario.id}: {scenario.title}"),
                page.text(explain.format_points(scenario.points)),
            )
        page.console.print(table)
    else:
        for scenario in visible:
            page.say(page.name(f"{scenario.id}: {scenario.title}"))
            page.say(page.text(f"{explain.format_points(scenario.points)} points"), indent=2)
    if hidden:
        points = explain.format_points(sum(scenario.points for scenario in hidden))
        page.say(page.text(f"and {explain.count(len(hidden), 'hidden scenario')}, {points} points"))
    page.say(page.text(f"{explain.format_points(_points(exercise))} points in all", "bold"))


def _points(exercise: Exercise) -> float:
    return sum(scenario.points for scenario in exercise.scenarios)


def _effort(exercise: Exercise) -> str:
    hours = explain.format_points(exercise.hours)
    points = explain.format_points(_points(exercise))
    return f"{exercise.difficulty} of 5, about {hours} h, {points} points"
