"""What checks of exercises are made with: look-ups in a history, and findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader.authoring
from grader.authoring import calls, ends, finding, lines, parts, stores
from grader.catalogue.checks import load_checks
from grader.model.history import ObjectKind
from grader.model.verdict import Finding, Severity
from tests.unit.checkers.history_builder import Story

PAGE = Path(__file__).parents[2] / "docs" / "authoring.md"


@pytest.fixture
def story() -> Story:
    """Two submissions and a reference: alice writes twice, bob's read is pending, eve writes as well."""
    s = Story("alice", "bob", "eve_ref")
    fifo = s.object(ObjectKind.FIFO, "a.fifo")
    other = s.object(ObjectKind.FIFO, "b.fifo")
    s.call(10, "write", fifo, data="hi", line=4, result=2)
    s.call(10, "write", other, error="EPIPE", line=5)
    s.call(30, "write", fifo, data="no", line=9)
    s.invoke(20, "read", fifo, fd=3)
    s.prints(10, "one\ntw")
    s.prints(20, "other\n")
    s.prints(10, "o\n")
    s.prints(30, "reference\n")
    s.exits(10, 3)
    return s


def test_parts_are_those_of_the_submission_unless_others_are_asked_for(story: Story) -> None:
    history = story.history
    assert parts(history) == ["alice", "bob"]
    assert parts(history, by="reference") == ["eve_ref"]
    assert parts(history, "bob", by="anybody") == ["bob"]


def test_calls_are_paired_from_beginning_to_end(story: Story) -> None:
    history = story.history
    found = [
        (call.part, call.on, call.ok, call.error, call.result, call.data)
        for call in calls(history, "write", "read")
    ]
    assert found == [
        ("alice", "a.fifo", True, "", 2, "hi"),
        ("alice", "b.fifo", False, "EPIPE", -1, ""),
        ("bob", "a.fifo", False, "", None, ""),
    ]
    (pending,) = calls(history, "read")
    assert (pending.pending, pending.blocked, pending.end, pending.value("fd")) == (True, True, None, 3)


def test_calls_are_chosen_by_part_role_object_and_player(story: Story) -> None:
    history = story.history
    assert [call.start.index for call in calls(history, "write", on="a.fifo", by="anybody")] == [0, 4]
    assert [call.start.index for call in calls(history, role="alice", on="b.fifo")] == [2]
    assert calls(history, part="eve_ref") == []
    assert [call.value("status") for call in ends(history)] == [3]


def test_lines_are_whole_whatever_pieces_they_came_in(story: Story) -> None:
    history = story.history
    found = [(line.part, line.text, line.op.index) for line in lines(history)]
    assert found == [("alice", "one", 7), ("bob", "other", 8), ("alice", "two", 9)]
    assert [line.text for line in lines(history, part="bob")] == ["other"]
    assert [line.text for line in lines(history, by="reference")] == ["reference"]
    assert lines(history, part="nobody") == []


def test_stores_are_what_the_submission_writes_into_shared_memory() -> None:
    s = Story("alice", "eve_ref")
    memory = s.object(ObjectKind.MAPPING)
    s.access(10, "load", memory)
    s.access(10, "store", memory, offset=8)
    s.access(10, "atomic_load", memory)
    s.access(20, "store", memory)
    assert [(touch.op.part, touch.item, touch.start) for touch in stores(s.history)] == [("alice", memory, 8)]
    assert stores(s.history, part="eve") == []


def test_a_finding_shows_the_line_of_its_last_witness(story: Story) -> None:
    history = story.history
    first, second = calls(history, "write")
    assert finding(history, "Twice.", first, second, read="man 2 write") == Finding(
        check="",
        message="Twice.",
        why="",
        read="man 2 write",
        part="alice",
        pid=10,
        ops=(0, 1, 2, 3),
        file="alice.c",
        line=5,
    )


def test_where_a_witness_has_no_line_the_one_before_it_is_shown(story: Story) -> None:
    history = story.history
    found = finding(history, "It ends.", *ends(history), advice=True)
    assert (found.part, found.file, found.line, found.severity) == ("alice", "alice.c", 5, Severity.ADVICE)


def test_who_is_to_blame_can_be_said(story: Story) -> None:
    history = story.history
    (theirs,) = calls(history, "write", by="reference")
    (mine, _) = calls(history, "write")
    found = finding(history, "It did not arrive.", mine, theirs, part="alice")
    assert (found.part, found.pid, found.ops, found.line) == ("alice", 10, (0, 1, 4, 5), 4)
    found = finding(history, "Nothing came.", part="bob")
    assert (found.part, found.pid, found.ops, found.file) == ("bob", 0, (), "")


def test_source_of_the_reference_is_never_shown(story: Story) -> None:
    history = story.history
    found = finding(history, "It did.", *calls(history, "write", by="reference"))
    assert (found.part, found.file, found.line) == ("eve_ref", "", 0)


def test_a_finding_that_blames_nobody_is_refused(story: Story) -> None:
    with pytest.raises(ValueError, match="a finding names an operation of a program, or a part"):
        finding(story.history, "Something is wrong.")


@pytest.fixture(scope="module")
def section() -> str:
    """What the page for authors says of checks."""
    return PAGE.read_text(encoding="utf-8").split("## Checks of your own")[1].split("\n## ")[0]


def test_the_page_for_authors_names_all_there_is(section: str) -> None:
    assert [name for name in grader.authoring.__all__ if not re.search(rf"`{name}\b", section)] == []


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (["1: a\n", "2: b\n", "no number\n", "3: c\n"], []),
        (["1: a\n", "1: b\n"], ['After line 1 comes "1: b".']),
    ],
)
def test_the_check_on_the_page_works(section: str, printed: list[str], said: list[str]) -> None:
    example = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert example
    (check,) = load_checks("log", example[1])
    s = Story("alice", "bob")
    for number, text in enumerate(printed):
        s.prints(10 if number % 2 else 20, text)
    found = check.function(s.history, s.spec)
    assert isinstance(found, list)
    assert [one.message for one in found] == said
