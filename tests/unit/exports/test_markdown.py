"""Markdown that nobody's text breaks out of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exports.markdown import escaped, fenced, page
from tests.unit.exports.verdicts import failed, finding, verdict


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Ping-pong, over 2.", "Ping-pong, over 2."),
        ("a|b", "a\\|b"),
        ("<b>&amp;", "\\<b\\>\\&amp\\;"),
        ("[x](y) `z` *a* _b_ #c", "\\[x\\]\\(y\\) \\`z\\` \\*a\\* \\_b\\_ \\#c"),
        ("two\nlines", "two\\\\nlines"),
    ],
)
def test_nothing_in_escaped_text_is_markup(text: str, markdown: str) -> None:
    assert escaped(text) == markdown


@given(st.text(alphabet="`~ \na", max_size=60))
def test_no_line_of_a_text_ends_its_code_block(text: str) -> None:
    first, *inside, last, end = fenced(text).split("\n")

    assert (first, end) == (f"{last}text", "")
    assert "\n".join(inside) == text
    assert all(last not in line for line in inside)


def test_a_page_says_what_there_is_to_say() -> None:
    told = verdict(failed("one", finding("it waits"), hint="pour"), failed("two", hidden=True))

    assert page(told, size=10_000) == (
        "## Tea for two: 0 of 2 points\n\n"
        "0 of 2 scenarios passed, 2 failed; 0 of 2 points.\n\n"
        "| Scenario | Outcome | Points |\n|---|---|---|\n"
        "| one: One | failed | 0 of 1 |\n| two: Two (hidden) | failed | 0 of 1 |\n\n"
        "### one: One\n\n```text\noutput: it waits\n  hint  pour\n```\n\n"
    )


def test_sections_that_are_too_much_are_left_out_with_a_note() -> None:
    told = verdict(*(failed(f"s{number}", finding("x" * 300)) for number in range(5)))

    text = page(told, size=1500)

    assert len(text.encode()) <= 1500
    assert text.count("### ") == 3
    assert text.endswith(
        "2 sections left out: the page would be larger than 1,500 bytes. The table has all scenarios.\n"
    )
