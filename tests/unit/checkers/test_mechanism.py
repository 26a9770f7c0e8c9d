"""By which means it was done."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import mechanism
from grader.model.history import ObjectKind, OpType

from .history_builder import Story, told


def test_starting_the_references_program_is_not_the_submissions_work() -> None:
    s = Story()
    s.exec(10, "/proc/30/exe", "chat", reference=True)
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice started the reference's program (/proc/30/exe)."
    ]


def test_starting_another_program_is() -> None:
    s = Story()
    s.exec(10, "/bin/cat", reference=False)
    s.call(10, "open", path="x", flags=["O_RDONLY"])
    assert mechanism.check(s.history, s.spec) == []


def two_writers(**scenario: Any) -> Story:
    """Two processes of alice write to a pipe each; the script demands nothing in vain."""
    s = Story("alice", **scenario)
    s.object(ObjectKind.PIPE, "stdout of alice")
    s.fork(10, 11)
    for pid in (10, 11):
        s.call(pid, "write", "pipe:stdout of alice")
    return s


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ({"calls": "write"}, []),
        ({"calls": ["send", "write"], "object": "stdout of alice", "processes": 2, "times": 2}, []),
        (
            {"calls": ["kill", "sigqueue"], "because": "Turns are told by signals."},
            ["alice prints what it should, but never uses `kill` or `sigqueue`. Turns are told by signals."],
        ),
        (
            {"calls": "write", "object": "a.fifo"},
            ["alice prints what it should, but never uses `write` on a.fifo."],
        ),
        (
            {"calls": "write", "processes": 3},
            ["alice prints what it should, but `write` is to be used by 3 of its processes: 2 did."],
        ),
        (
            {"calls": "fork", "times": 4},
            ["alice prints what it should, but `fork` is to be used by it 4 times: 1 came."],
        ),
    ],
)
def test_means_that_are_required_must_be_used(means: dict[str, Any], said: list[str]) -> None:
    s = two_writers(requires=[{"part": "alice", **means}])
    assert told(mechanism.check(s.history, s.spec)) == said


def test_whoever_did_not_get_that_far_is_not_asked_for_his_means() -> None:
    s = two_writers(requires=[{"part": "alice", "calls": "kill"}])
    s._add(0, OpType.FAIL, "expect")
    assert mechanism.check(s.history, s.spec) == []


def test_the_reference_may_use_what_it_likes() -> None:
    s = Story("bob_ref", requires=[{"part": "bob_ref", "calls": "kill"}])
    assert mechanism.check(s.history, s.spec) == []


def test_forbidden_means_are_told_with_their_place() -> None:
    s = two_writers(forbids=[{"part": "alice", "calls": ["pipe", "socketpair"], "because": "Use signals."}])
    s.call(10, "pipe", error="EMFILE")
    s.call(10, "pipe", line=7)
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice uses pipe at alice.c:7, which this exercise forbids. Use signals."
    ]
