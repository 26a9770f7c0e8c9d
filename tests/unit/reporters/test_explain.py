"""What all formats share: harmless text, excerpts, wording."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.verdict import Finding, Outcome, Severity, Verdict
from grader.reporters import explain


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (5.0, "5"),
        (2.5, "2.5"),
        (1 / 3, "0.33"),
        (0.1 + 0.2, "0.3"),
        (0.0, "0"),
        (-0.001, "0"),
        (100.0, "100"),
    ],
)
def test_points_have_two_decimals_at_most(points: float, text: str) -> None:
    assert explain.format_points(points) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (12345, "12,345 runs")]
)
def test_counts_agree_with_their_noun(number: int, text: str) -> None:
    assert explain.count(number, "run") == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\n", "two\nlines"),
        ("dos\r\nlines\r\n", "dos\nlines"),
        ("a\tb", "a   b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("over\rwritten\x00", "over\\rwritten\\0"),
        ("\x9b31m", "\\x9b31m"),
        ("right\u202eleft", "right\\u202eleft"),
        ("line\u2028separator", "line separator"),
        ("no\xa0break", "no break"),
        ("\udcff\ud800", "\\xff\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("é 漢 🙂", "é 漢 🙂"),
    ],
)
def test_foreign_text_becomes_harmless(text: str, shown: str) -> None:
    assert explain.harmless(text) == shown


FOREIGN = "aé漢\x1b\r\n\t\udc80\ud800\u202e\x85\u2028\xa0\ufffe\\ "


@given(st.text(FOREIGN, max_size=200))
def test_harmless_text_is_printable_encodable_and_stays_so(text: str) -> None:
    shown = explain.harmless(text)
    assert all(character == "\n" or character.isprintable() for character in shown)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert explain.harmless(shown, length=10_000, lines=100) == shown.rstrip("\n")


def test_long_line_is_cut_in_the_middle_with_a_note() -> None:
    assert (
        explain.harmless("a" * 30 + "z" * 30, length=20)
        == "a" * 15 + " [... 40 more characters ...] " + "z" * 5
    )


def test_many_lines_are_cut_with_a_note() -> None:
    assert explain.harmless("a\nb\nc\nd\n", lines=2) == "a\nb\n[... 2 more lines]"


def test_one_line_shows_newlines_as_escapes() -> None:
    assert explain.one_line("a\nb\n") == "a\\nb"


SOURCES = {"a.c": "one\ntwo\nthree\nfour\nfive\n"}


@pytest.mark.parametrize(
    ("line", "context", "rows"),
    [
        (3, 1, ["  2 | two", "> 3 | three", "  4 | four"]),
        (1, 1, ["> 1 | one", "  2 | two"]),
        (5, 1, ["  4 | four", "> 5 | five"]),
        (2, 0, ["> 2 | two"]),
        (0, 2, []),
        (99, 2, []),
    ],
)
def test_excerpt_shows_the_line_among_its_neighbours(line: int, context: int, rows: list[str]) -> None:
    assert explain.excerpt_rows(explain.excerpt(SOURCES, "a.c", line, context)) == rows


def test_excerpt_of_an_unknown_file_is_empty() -> None:
    assert explain.excerpt(SOURCES, "b.c", 1, 2) == ()
    assert explain.excerpt(SOURCES, "", 1, 2) == ()


def test_excerpt_pads_line_numbers() -> None:
    sources = {"a.c": "\n".join(f"row {number}" for number in range(1, 12))}
    assert explain.excerpt_rows(explain.excerpt(sources, "a.c", 10, 1)) == [
        "   9 | row 9",
        "> 10 | row 10",
        "  11 | row 11",
    ]


@pytest.mark.parametrize(
    ("part", "pid", "file", "line", "text"),
    [
        ("alice", 3, "chat.c", 8, "alice (pid 3), chat.c:8"),
        ("alice", 0, "", 0, "alice"),
        ("", 7, "chat.c", 0, "pid 7, chat.c"),
        ("", 0, "", 0, ""),
    ],
)
def test_place_says_what_is_known(part: str, pid: int, file: str, line: int, text: str) -> None:
    finding = Finding(check="race", message="m", why="w", part=part, pid=pid, file=file, line=line)
    assert explain.place(finding) == text


def test_effects_of_effects_stand_below_the_cause() -> None:
    inner = Finding(check="output", message="nothing printed", why="", part="bob")
    outer = Finding(check="exit-status", message="status 1", why="", effects=(inner,))
    finding = Finding(
        check="crash",
        message="died\nof SIGSEGV",
        why="first\nsecond",
        effects=(outer,),
        severity=Severity.ADVICE,
    )
    assert explain.finding_rows(finding, {}, 2) == [
        "advice (crash): died\nof SIGSEGV",
        "  why   first\n        second",
        "  also  exit-status: status 1",
        "  also  output: nothing printed (bob)",
    ]


def test_commands_quote_the_path(verdict: Verdict) -> None:
    verdict = replace(verdict, run_dir="my runs/")
    assert list(explain.look_again(verdict, verdict.scenarios[1])) == [
        ("trace", "grader trace 'my runs/either-first-2.jsonl'"),
    ]


def test_no_commands_for_a_run_that_was_not_kept(verdict: Verdict) -> None:
    assert list(explain.look_again(replace(verdict, run_dir=""), verdict.scenarios[1])) == []
    assert list(explain.look_again(verdict, verdict.scenarios[0])) == []


def test_summary_counts_every_outcome(verdict: Verdict) -> None:
    assert explain.summary(verdict) == (
        "1 of 6 scenarios passed, 2 failed, 1 inconclusive, 1 skipped, 1 grader error; 5 of 22 points."
    )
    assert explain.summary(replace(verdict, scenarios=())) == "0 of 0 scenarios passed; 0 of 0 points."


def test_undecided_points_wait_for_a_person(verdict: Verdict) -> None:
    assert explain.open_question(verdict) == (
        "2 scenarios could not be decided; this is not held against the submission: "
        "a person has to decide on 2 of the points."
    )
    assert explain.open_question(replace(verdict, scenarios=verdict.scenarios[:2])) == ""


def test_weaker_isolation_is_said_and_full_is_not(verdict: Verdict) -> None:
    assert explain.isolation_warning(verdict) == ""
    assert explain.isolation_warning(replace(verdict, isolation="limits-only")).startswith(
        "isolation is only 'limits-only', not 'full':"
    )


def test_every_outcome_has_a_word() -> None:
    assert set(explain.OUTCOME_WORDS) == set(Outcome)
