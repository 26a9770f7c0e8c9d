"""What a fault has brought about is put under the check that speaks of it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers._faults import blame
from grader.model.history import ObjectKind
from grader.model.verdict import Finding, Severity
from tests.unit.checkers.history_builder import Story

LOST = Finding(check="output", message="reader printed nothing.", why="", part="reader", ops=(9,))
LEFT = Finding(check="leftovers", message="x was left behind.", why="", part="victim")
WRITE = "write on data at victim.c:4"
RACE = Finding(check="race", message="Two writes.", why="", part="victim")


def disturbed(kind: str, *, during: bool = False, reader_first: bool = False, **value: Any) -> Story:
    """A run in which a victim has written once when a fault strikes at its second write."""
    story = Story("victim", "reader", "peer_ref")
    file = story.object(ObjectKind.FILE, "data")
    if reader_first:
        story.event(20, "exec")
    story.call(10, "write", file, line=3)
    if during:
        story.invoke(10, "write", file, line=4)
    told = {"kind": kind, "part": "victim", "child": 0, "act": ["victim", "write", 2], "during": during}
    story.event(0, "fault", **{**told, "detail": {}, **value})
    if not during:
        story.call(10, "write", file, line=4)
    return story


def words(story: Story, *findings: Finding) -> list[tuple[str, str, list[str]]]:
    found = blame(list(findings), story.history)
    return [(each.check, each.message, [effect.check for effect in each.effects]) for each in found]


def test_who_comes_after_the_dead_one_suffers_from_what_it_left() -> None:
    assert words(disturbed("kill"), LOST, LEFT) == [
        (
            "crash-safety",
            "victim was killed after write on data at victim.c:3, and then: reader printed nothing.",
            ["output", "leftovers"],
        )
    ]


def test_who_was_there_before_has_not_noticed_the_death() -> None:
    ((check, _, _),) = words(disturbed("kill", reader_first=True), LOST)
    assert check == "peer-death"


def test_a_program_without_known_lines_was_killed_before_a_call() -> None:
    story = Story("victim")
    story.call(10, "write", story.object(ObjectKind.FILE, "data"))
    story.event(0, "fault", kind="kill", part="victim", child=0, act=["victim", "write", 2], during=False)
    ((_, message, _),) = words(story, LOST)
    assert message == "victim was killed before its write number 2, and then: reader printed nothing."


def test_the_death_of_the_reference_is_that_of_a_peer() -> None:
    story = disturbed("kill", part="peer_ref", act=["peer_ref", "write", 1])
    assert words(story, LOST) == [
        (
            "peer-death",
            "peer_ref (played by the reference) was killed at its beginning, and then: "
            "reader printed nothing.",
            ["output"],
        )
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "check", "told"),
    [
        ("stop", {}, "interruption", f"victim was stopped and continued while it slept in {WRITE}"),
        ("stop", {"seconds": 2}, "interruption", f"victim was stopped for 2 s while it slept in {WRITE}"),
        ("interrupt", {"signal": "HUP"}, "interruption", f"SIGHUP came to victim while it slept in {WRITE}"),
        ("short", {}, "partial-io", f"{WRITE} of victim moved one byte only"),
        ("fail", {"error": "ENOSPC"}, "output", f"{WRITE} of victim failed with ENOSPC"),
        ("lose", {}, "output", f"what victim sent with {WRITE} was lost"),
    ],
)
def test_every_fault_has_its_words(kind: str, detail: dict[str, Any], check: str, told: str) -> None:
    story = disturbed(kind, during=kind in ("stop", "interrupt"), detail=detail)
    ((found, message, _),) = words(story, LOST)
    assert (found, message) == (check, f"{told}, and then: reader printed nothing.")


def test_others_who_go_on_while_one_is_stopped_do_so_by_themselves() -> None:
    story = disturbed("stop", during=True, detail={"seconds": 2})
    story.time_ns += 1_000_000_000
    story.prints(20, "gone on\n")
    story.event(10, "continue")
    told = f"victim was stopped for 2 s while it slept in {WRITE}, and then: reader printed nothing."
    assert words(story, LOST) == [("output", told, [])]


def test_what_is_wrong_in_itself_stays_beside_it() -> None:
    assert [row[0] for row in words(disturbed("kill"), RACE, LOST)] == ["crash-safety", "race"]
    assert [row[0] for row in words(disturbed("kill"), RACE)] == ["race"]


def test_advice_and_runs_without_a_fault_are_left_alone() -> None:
    advice = Finding(check="output", message="Flush.", why="", severity=Severity.ADVICE)
    assert blame([advice], disturbed("kill").history) == [advice]
    assert blame([LOST], Story("reader").history) == [LOST]
