"""What must go through the means that an exercise is about: bytes seen on an object."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import mechanism
from grader.model.history import ObjectKind

from .history_builder import Story, told


def writer(text: str, *pieces: int, **scenario: Any) -> Story:
    """Alice writes a text into a.fifo in pieces, and `secret` into a file."""
    s = Story(**scenario)
    fifo, file = s.object(ObjectKind.FIFO, "a.fifo"), s.object(ObjectKind.FILE, "a.txt")
    out = s.object(ObjectKind.PIPE, "stdout of alice")
    pipe = s.object(ObjectKind.PIPE)
    for piece in pieces or (len(text),):
        s.call(10, "write", fifo, result=piece, line=5, fd=3, count=len(text), data=text)
        text = text[piece:]
    s.call(10, "write", file, result=6, line=9, fd=4, count=6, data="secret")
    s.call(10, "write", out, result=8, fd=1, count=8, data="in sight")
    s.call(10, "write", pipe, result=2, fd=5, count=2, data="ab")
    return s


FIFO = {"part": "alice", "calls": "write", "object": "a.fifo"}


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ({"data": "hello"}, ""),
        ({"data": {"regex": "h.l+o$"}}, ""),
        ({"bytes": 5}, ""),
        ({"bytes": 6}, "`write` on a.fifo is to carry 6 bytes, and carried 5."),
        ({"data": "good bye"}, '"good bye" does not go by `write` on a.fifo.'),
        ({"data": {"regex": "^ello"}}, "/^ello/ does not go by `write` on a.fifo."),
        (
            {"data": "secret"},
            '"secret" does not go by `write` on a.fifo. It goes by `write` on a.txt at alice.c:9.',
        ),
        ({"data": "in sight"}, '"in sight" does not go by `write` on a.fifo.'),
    ],
)
@pytest.mark.parametrize("pieces", [(), (2, 3)])
def test_data_must_be_seen_on_the_object(means: dict[str, Any], said: str, pieces: tuple[int, ...]) -> None:
    s = writer("hello", *pieces, requires=[{**FIFO, **means}])
    wanted = [f"alice prints what it should, but {said}"] if said else []
    assert told(mechanism.check(s.history, s.spec)) == wanted


def test_what_was_not_taken_of_a_write_did_not_go_through() -> None:
    s = writer("hello", 2, requires=[{**FIFO, "data": "hello"}])
    assert told(mechanism.check(s.history, s.spec)) == [
        'alice prints what it should, but "hello" does not go by `write` on a.fifo.'
    ]


def test_the_line_is_that_of_what_carried_the_data_instead() -> None:
    s = writer("hello", requires=[{**FIFO, "data": "secret"}])
    assert [(f.line, f.ops) for f in mechanism.check(s.history, s.spec)] == [(9, (1, 3))]


def test_a_kind_means_those_of_the_programs_and_not_their_standard_streams() -> None:
    pipes = {"part": "alice", "calls": "write", "kind": "pipe"}
    s = writer("hello", requires=[{**pipes, "bytes": 3}])
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice prints what it should, but `write` on a pipe is to carry 3 bytes, and carried 2."
    ]


def test_a_kind_can_be_forbidden() -> None:
    s = writer("hello", forbids=[{"part": "alice", "calls": "write", "kind": "file"}])
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice uses write on a.txt at alice.c:9, which this exercise forbids."
    ]


def test_of_long_data_of_which_only_the_beginning_is_known_nothing_is_said() -> None:
    s = Story(requires=[{**FIFO, "data": "end"}])
    fifo = s.object(ObjectKind.FIFO, "a.fifo")
    s.call(10, "write", fifo, result=9000, fd=3, count=9000, data="x" * 4096)
    assert mechanism.check(s.history, s.spec) == []


def test_text_is_compared_as_the_bytes_it_is_sent_as() -> None:
    s = Story(requires=[{"part": "alice", "calls": "mq_send", "data": "naïve"}])
    queue = s.object(ObjectKind.QUEUE, "/jobs")
    s.call(10, "mq_send", queue, fd=3, count=6, data="naïve".encode().decode("latin-1"))
    assert mechanism.check(s.history, s.spec) == []


@pytest.mark.parametrize(
    ("flags", "used"),
    [
        ("O_APPEND", ["open with O_APPEND"]),
        (["O_WRONLY", "O_APPEND"], ["open with O_WRONLY and O_APPEND"]),
        ("O_TRUNC", []),
        (["O_APPEND", "O_TRUNC"], []),
    ],
)
def test_calls_can_be_meant_by_their_flags_all_of_them(flags: str | list[str], used: list[str]) -> None:
    s = Story(forbids=[{"part": "alice", "calls": "open", "object": "a.txt", "flags": flags}])
    file = s.object(ObjectKind.FILE, "a.txt")
    s.call(10, "open", file, result=3, line=3, path="a.txt", flags=["O_WRONLY", "O_APPEND"])
    assert told(mechanism.check(s.history, s.spec)) == [
        f"alice uses {what} on a.txt at alice.c:3, which this exercise forbids." for what in used
    ]


def test_a_call_that_is_required_with_a_flag_was_not_used_without_it() -> None:
    s = Story(requires=[{"part": "alice", "calls": "open", "object": "a.txt", "flags": "O_EXCL"}])
    file = s.object(ObjectKind.FILE, "a.txt")
    s.call(10, "open", file, result=3, line=3, path="a.txt", flags=["O_WRONLY", "O_CREAT"])
    assert told(mechanism.check(s.history, s.spec)) == [
        "alice prints what it should, but never uses `open` with O_EXCL on a.txt."
    ]
