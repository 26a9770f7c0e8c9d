"""The terminal report: whole screens are kept in `expected/`; what a terminal lacks is never sent to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model.history import EndReason, History, Op, OpType, RunEnd
from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict
from grader.reporters import terminal

EXPECTED = Path(__file__).parent / "expected"

Screen = Callable[..., Console]
Shown = Callable[[Console], str]


@pytest.mark.parametrize(
    ("name", "width", "encoding"),
    [
        ("verdict", 80, "utf-8"),
        ("verdict", 40, "ascii"),
        ("broken_build", 80, "ascii"),
        ("broken_build", 40, "utf-8"),
        ("hostile", 80, "ascii"),
    ],
)
def test_screen_is_the_expected_one(
    name: str, width: int, encoding: str, request: pytest.FixtureRequest, screen: Screen, shown: Shown
) -> None:
    console = screen(width, encoding=encoding)
    terminal.render(request.getfixturevalue(name), console)
    expected = (EXPECTED / f"{name}_{width}_{encoding}.txt").read_text(encoding="utf-8")
    assert shown(console) == expected


@pytest.mark.parametrize("name", ["verdict", "broken_build", "hostile"])
@pytest.mark.parametrize("width", [25, 40, 59, 60, 80, 200])
def test_no_line_but_commands_is_wider_than_the_terminal(
    name: str, width: int, request: pytest.FixtureRequest, screen: Screen, shown: Shown
) -> None:
    console = screen(width)
    terminal.render(request.getfixturevalue(name), console, verbose=True)
    wide = [row for row in shown(console).split("\n") if cell_len(row) > width]
    assert [row for row in wide if not row.startswith(("  trace ", "  again "))] == []


def test_hostile_output_sends_no_control_character_but_our_colours(
    hostile: Verdict, screen: Screen, shown: Shown
) -> None:
    console = screen(80, terminal=True)
    terminal.render(hostile, console, verbose=True)
    text = shown(console)
    assert "[red]rich[/red]" in text
    assert "\\x1b[31mred\\x1b[0m" in text
    assert "\x1b[31mred\x1b[0m" not in text
    assert not set(text) & set("\x00\x07\x08\r\u202e\ud800\ufffe\x9b")


def test_code_is_coloured_on_a_terminal_only(verdict: Verdict, screen: Screen, shown: Shown) -> None:
    coloured, plain = screen(80, terminal=True), screen(80)
    terminal.render(verdict, coloured)
    terminal.render(verdict, plain)
    assert "\x1b[2m/* waits for" in shown(coloured)
    assert "\x1b" not in shown(plain)


def test_hidden_scenario_shows_title_and_points_only(verdict: Verdict, screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(verdict, console, verbose=True)
    text = shown(console)
    assert "A peer that is killed (hidden)" in text
    assert "secret" not in text
    assert "killed-1" not in text


def test_teacher_may_see_hidden_findings(verdict: Verdict, screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(verdict, console, reveal_hidden=True)
    assert "a secret message" in shown(console)


def test_context_lines_are_as_many_as_asked(verdict: Verdict, screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(verdict, console, context_lines=0)
    rows = [row for row in shown(console).split("\n") if " | " in row]
    assert [row.split("|")[0].split() for row in rows] == [[">", "9"], [">", "8"]]


def one_scenario(scenario: ScenarioResult) -> Verdict:
    return Verdict(
        exercise="abc", title="In turn", submission="ada", isolation="full", seed=1, scenarios=(scenario,)
    )


PASSED = ScenarioResult(
    id="turns",
    title="A, B, C",
    outcome=Outcome.PASSED,
    points=1,
    points_max=1,
    schedules=5,
    explored="5 random",
)
MANY = replace(
    PASSED,
    outcome=Outcome.FAILED,
    points=0,
    findings=tuple(Finding(check="output", message=f"wrong line {number}", why="") for number in range(8)),
)


def test_passed_submission_is_told_briefly(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(one_scenario(PASSED), console)
    assert shown(console) == (
        "In turn (abc)\n"
        "submission ada\n"
        "isolation full, seed 1\n"
        "\n"
        "scenario         outcome   points   schedules\n"
        "─────────────────────────────────────────────\n"
        "turns: A, B, C   passed     1 / 1           5\n"
        "\n"
        "PASSED: 1 of 1 scenario passed; 1 of 1 point.\n"
    )


def test_verbose_tells_what_was_tried_of_passed_scenarios_too(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(one_scenario(PASSED), console, verbose=True)
    assert "PASSED turns: A, B, C\n  tried 5 random\n" in shown(console)


def test_verbose_lists_what_is_left(screen: Screen, shown: Shown) -> None:
    kept = replace(PASSED, left=("message queue /q (mode 0600), made by post", "file a\x07"))
    brief, whole = screen(80), screen(80)
    terminal.render(one_scenario(kept), brief)
    terminal.render(one_scenario(kept), whole, verbose=True)
    assert "left" not in shown(brief)
    assert "  left  message queue /q (mode 0600), made by post\n  left  file a\\x07\n" in shown(whole)


def test_many_findings_are_cut_unless_verbose(screen: Screen, shown: Shown) -> None:
    brief, whole = screen(80), screen(80)
    terminal.render(one_scenario(MANY), brief)
    terminal.render(one_scenario(MANY), whole, verbose=True)
    assert "wrong line 5" not in shown(brief)
    assert "and 3 more findings; --verbose shows them" in shown(brief)
    assert "wrong line 7" in shown(whole)


def test_verbose_shows_the_kept_history_with_its_witnesses_marked(screen: Screen, shown: Shown) -> None:
    op = Op(index=0, time_ns=0, part="alice", pid=3, tid=3, type=OpType.OK, f="spin")
    end = RunEnd(reason=EndReason.FINISHED)
    history = History(ops=(op,), objects={}, processes={}, cast={}, before=(), after=(), end=end)
    finding = Finding(check="polling", message="it spins", why="", ops=(0,))
    verdict = one_scenario(replace(MANY, findings=(finding,)))
    brief, whole = screen(80), screen(80)
    terminal.render(verdict, brief, histories={"turns": history})
    terminal.render(verdict, whole, verbose=True, histories={"turns": history})
    assert "#0" not in shown(brief)
    assert ">#0  0.000000  alice(3)  --- uses the CPU" in shown(whole)


def test_hidden_scenario_shows_no_history(screen: Screen, shown: Shown) -> None:
    end = RunEnd(reason=EndReason.FINISHED)
    history = History(ops=(), objects={}, processes={}, cast={}, before=(), after=(), end=end)
    console = screen(80)
    hidden = one_scenario(replace(MANY, hidden=True))
    terminal.render(hidden, console, verbose=True, histories={"turns": history})
    assert "the script is done" not in shown(console)


def test_build_advice_is_shown_although_it_builds(screen: Screen, shown: Shown) -> None:
    advice = Finding(check="build", severity=Severity.ADVICE, message="2 warnings", why="")
    console = screen(80)
    terminal.render(replace(one_scenario(PASSED), build=(advice,), build_log="w1\nw2\n"), console)
    assert "BUILD: it builds, but:\n advice (build)\n  2 warnings\n compiler log:\n    w1\n    w2\n" in shown(
        console
    )


def test_verdict_without_scenarios_says_so(screen: Screen, shown: Shown) -> None:
    console = screen(80)
    terminal.render(replace(one_scenario(PASSED), scenarios=()), console)
    assert "No scenario was run." in shown(console)


def test_text_is_the_screen_of_80_columns(verdict: Verdict) -> None:
    expected = (EXPECTED / "verdict_80_utf-8.txt").read_text(encoding="utf-8")
    assert terminal.to_text(verdict) == "\n".join(row.rstrip() for row in expected.split("\n"))
