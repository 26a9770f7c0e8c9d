"""`grader list` and `grader show`, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from grader.model.exercise import Exercise
from grader.reporters.listing import list_exercises, show_exercise

Screen = Callable[..., Console]
Shown = Callable[[Console], str]

HANDOUT = "# The task\n\nWrite `chat ME PEER`:\n\n- a *line* goes to the peer\n"


def exercise(*, hidden: bool = True) -> Exercise:
    cast = {"alice": {"role": "chat", "by": "submission"}}
    scenario = {"hint": "h", "cast": cast, "steps": [{"start": "alice"}]}
    return Exercise.model_validate(
        {
            "id": "fifo-chat",
            "title": "Chat over two FIFOs",
            "summary": "Two programs talk, full duplex.",
            "mechanisms": ["fifo", "poll"],
            "difficulty": 3,
            "hours": 4.5,
            "roles": {"chat": {"terminal": True}, "nosy": {"helper": True}},
            "reading": ["fifo(7)"],
            "prerequisites": ["pipeline"],
            "scenarios": [
                {"id": "talk", "title": "A line reaches the peer", "points": 5.0, **scenario},
                {"id": "killed", "title": "A secret title", "points": 2.5, "hidden": hidden, **scenario},
            ],
        }
    )


def test_list_is_a_table(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    list_exercises([exercise()], console)
    assert shown(console) == (
        "exercise    title                 mechanisms   level   hours   points\n"
        "─────────────────────────────────────────────────────────────────────\n"
        "fifo-chat   Chat over two FIFOs   fifo, poll       3     4.5      7.5\n"
    )


def test_list_on_a_narrow_terminal_is_no_table(screen: Screen, shown: Shown) -> None:
    console = screen(40, encoding="ascii")
    list_exercises([exercise()], console)
    assert shown(console) == (
        "fifo-chat: Chat over two FIFOs\n  fifo, poll\n  3 of 5, about 4.5 h, 7.5 points\n"
    )


def test_empty_catalogue_says_so(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    list_exercises([], console)
    assert shown(console) == "No exercises.\n"


def test_show_renders_the_handout_and_only_counts_hidden_scenarios(screen: Screen, shown: Shown) -> None:
    console = screen(60)
    show_exercise(exercise(), HANDOUT, console)
    text = shown(console)
    assert " • a line goes to the peer" in text
    assert "secret" not in text
    assert text.startswith(
        "Chat over two FIFOs (fifo-chat)\n"
        "Two programs talk, full duplex.\n"
        "level 3 of 5, about 4.5 h, 7.5 points\n"
        "means fifo, poll\n"
        "lang  c, python\n"
        "roles chat\n"
        "read  fifo(7)\n"
        "after pipeline\n"
    )
    assert text.endswith(
        "scenario                        points\n"
        "──────────────────────────────────────\n"
        "talk: A line reaches the peer        5\n"
        "and 1 hidden scenario, 2.5 points\n"
        "7.5 points in all\n"
    )


def test_show_on_a_narrow_ascii_terminal_is_plain(screen: Screen, shown: Shown) -> None:
    console = screen(40, encoding="ascii")
    show_exercise(exercise(hidden=False), HANDOUT, console)
    assert shown(console) == (
        "Chat over two FIFOs (fifo-chat)\n"
        "Two programs talk, full duplex.\n"
        "level 3 of 5, about 4.5 h, 7.5 points\n"
        "means fifo, poll\n"
        "lang  c, python\n"
        "roles chat\n"
        "read  fifo(7)\n"
        "after pipeline\n"
        "\n"
        "# The task\n"
        "\n"
        "Write `chat ME PEER`:\n"
        "\n"
        "- a *line* goes to the peer\n"
        "\n"
        "talk: A line reaches the peer\n"
        "  5 points\n"
        "killed: A secret title\n"
        "  2.5 points\n"
        "7.5 points in all\n"
    )


def test_show_without_a_handout_goes_straight_to_the_scenarios(screen: Screen, shown: Shown) -> None:
    console = screen(60)
    show_exercise(exercise(), "", console)
    assert "after pipeline\n\nscenario " in shown(console)


def test_show_tells_the_rules_of_the_exercises_own_checks(screen: Screen, shown: Shown) -> None:
    console = screen()
    show_exercise(exercise(), "", console, {"one-write": "Write a line with one call.", "ends": "End.\x1b"})
    assert """
Besides what is checked in every exercise:
  one-write: Write a line with one call.
  ends: End.\\x1b

""" in shown(console)
