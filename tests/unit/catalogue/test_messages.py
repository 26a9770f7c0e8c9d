"""Words that many texts share."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.catalogue import messages
from grader.model.exercise import CHECKS, STEP_WORDS, Exercise, Scenario

PAGE = (Path(__file__).parents[3] / "docs" / "authoring.md").read_text(encoding="utf-8")


def test_word_is_printable_and_short() -> None:
    assert messages.word("a\x1b[1m\n") == "`a\\x1b[1m\\n`"
    assert messages.word("x" * 100) == "`" + "x" * 60 + "...`"


@given(st.text())
def test_word_never_breaks_a_line(text: str) -> None:
    assert messages.word(text).isprintable()


def test_words_are_joined_as_prose() -> None:
    assert messages.listed([]) == "nothing"
    assert messages.listed(["a"]) == "`a`"
    assert messages.listed(["a", "b"]) == "`a` or `b`"
    assert messages.listed(["a", "b", "c"], "and") == "`a`, `b` and `c`"


def test_nearest_word_ignores_case_and_may_be_none() -> None:
    assert messages.nearest("START", STEP_WORDS) == "start"
    assert messages.nearest("xyz", STEP_WORDS) is None
    assert messages.nearest("", []) is None


def test_few_words_are_listed_and_many_are_not() -> None:
    assert messages.suggestion("q", ["a", "b"]) == "; known here: `a` and `b`"
    assert messages.suggestion("q", map(str, range(100, 200))) == ""
    assert messages.suggestion("q", []) == ""


def test_text_is_changed_to_fit_a_form_if_it_can_be() -> None:
    fits = {
        ("My Exercise", "^[a-z][a-z0-9-]*$"): "my-exercise",
        ("Part 1", "^[a-z][a-z0-9_]*$"): "part_1",
        ("sigterm", "^[A-Z0-9]+$"): "TERM",
        ("600", "^0[0-7]{3}$"): "0600",
        ("who", r"^\$\{[a-z][a-z0-9_]*\}$"): "${who}",
        ("1", "^[a-z]$"): "",
        ("x", ""): "",
    }
    assert {key: messages.fitted(*key) for key in fits} == fits


def test_numbers_are_described_with_their_bounds() -> None:
    assert messages.number(whole=True, bounds={"ge": 0, "le": 255}) == "a whole number from 0 to 255"
    assert messages.number(whole=False, bounds={"gt": 0}) == "a number above 0"
    assert messages.number(whole=False, bounds={"le": 2000000}) == "a number of at most 2000000"
    assert messages.number(whole=False, bounds={"lt": 1.5}) == "a number below 1.5"
    assert messages.number(whole=True, bounds={}) == "a whole number"


def test_unknown_pattern_is_shown_as_it_is() -> None:
    assert messages.form("^x$") == "a text of the form ^x$"


def test_page_for_authors_explains_every_step_key_and_check() -> None:
    for word in STEP_WORDS:
        assert re.search(rf"^\| `{word}: ", PAGE, re.MULTILINE), word
    for key in (*Exercise.model_fields, *Scenario.model_fields):
        assert f"`{key}" in PAGE, key
    checks = PAGE.partition("The checks are: ")[2].partition(".")[0]
    assert tuple(checks.replace("\n", " ").split(", ")) == CHECKS
