"""The self-test's table: what is wrong stands out, and is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from grader.reporters.selftest import SelftestRow, render_catalogue, render_selftest

Screen = Callable[..., Console]
Shown = Callable[[Console], str]

REFERENCE = SelftestRow(
    exercise="abc",
    kind="reference",
    name="c",
    language="c",
    expected="passed",
    got="passed",
    seconds=1.25,
    ok=True,
)
CAUGHT = SelftestRow(
    exercise="abc",
    kind="mutant",
    name="all-start-at-1",
    language="c",
    expected="ordering",
    got="ordering",
    seconds=0.5,
    ok=True,
)
MISSED = SelftestRow(
    exercise="volley",
    kind="mutant",
    name="pause",
    language="python",
    expected="lost-wakeup",
    got="passed",
    seconds=10.0,
    ok=False,
)


def test_table_repeats_what_is_wrong(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    render_selftest([REFERENCE, CAUGHT, MISSED], console)
    assert [row.rstrip() for row in shown(console).split("\n")] == [
        "        exercise   solution                    result                    seconds",
        "────────────────────────────────────────────────────────────────────────────────",
        "ok      abc        reference (c)               passed                        1.2",
        "ok                 mutant all-start-at-1 (c)   ordering                      0.5",
        "WRONG   volley     mutant pause (python)       passed, not lost-wakeup      10.0",
        "",
        "not as expected:",
        "WRONG volley mutant pause (python)",
        "      passed, not lost-wakeup, 10.0 s",
        "",
        "2 of 3 as expected: 1 of 1 right solution passed, 1 of 2 mutants caught by their",
        "check; 11.8 s.",
        "",
    ]


def test_narrow_terminal_gets_a_list(screen: Screen, shown: Shown) -> None:
    console = screen(40, encoding="ascii")
    render_selftest([REFERENCE, CAUGHT], console)
    assert shown(console) == (
        "ok abc reference (c)\n"
        "      passed, 1.2 s\n"
        "ok abc mutant all-start-at-1 (c)\n"
        "      ordering, 0.5 s\n"
        "\n"
        "2 of 2 as expected: 1 of 1 right\n"
        "solution passed, 1 of 1 mutant caught by\n"
        "their check; 1.8 s.\n"
    )


def test_catalogue_has_a_row_for_each_exercise_and_shows_what_is_wrong(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    other = replace(CAUGHT, name="b-and-c-unordered")
    late = replace(CAUGHT, name="not-flushed", expected="output", got="output")
    accepted = replace(REFERENCE, exercise="volley", kind="accepted")
    render_catalogue([REFERENCE, CAUGHT, other, late, accepted, MISSED], console)
    assert [row.rstrip() for row in shown(console).split("\n")] == [
        "        exercise   references   accepted   mutants   checks   seconds",
        "─────────────────────────────────────────────────────────────────────",
        "ok      abc            1 of 1          -    3 of 3   2 of 2       2.8",
        "WRONG   volley              -     1 of 1    0 of 1   0 of 1      11.2",
        "",
        "not as expected:",
        "WRONG volley mutant pause (python)",
        "      passed, not lost-wakeup, 10.0 s",
        "",
        "5 of 6 as expected: 2 of 2 right solutions passed, 3 of 4 mutants caught by",
        "their check; 14.0 s.",
        "",
    ]


def test_catalogue_on_a_narrow_terminal_is_a_list(screen: Screen, shown: Shown) -> None:
    console = screen(40, encoding="ascii")
    render_catalogue([REFERENCE, CAUGHT, MISSED], console)
    assert shown(console) == (
        "ok abc\n"
        "      reference 1 of 1, accepted -,\n"
        "      mutant 1 of 1; 1.8 s\n"
        "WRONG volley\n"
        "      reference -, accepted -, mutant 0\n"
        "      of 1; 10.0 s\n"
        "\n"
        "not as expected:\n"
        "WRONG volley mutant pause (python)\n"
        "      passed, not lost-wakeup, 10.0 s\n"
        "\n"
        "2 of 3 as expected: 1 of 1 right\n"
        "solution passed, 1 of 2 mutants caught\n"
        "by their check; 11.8 s.\n"
    )


def test_nothing_to_test_is_counted_as_nothing(screen: Screen, shown: Shown) -> None:
    console = screen(40)
    render_selftest([], console)
    assert shown(console) == (
        "\n"
        "0 of 0 as expected: 0 of 0 right\n"
        "solutions passed, 0 of 0 mutants caught\n"
        "by their check; 0.0 s.\n"
    )
