"""Ends that keep others waiting, descriptors that leak, and those that become more and more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grader.checkers import descriptors
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding, Severity

from .history_builder import Story, told

PIPE = ObjectKind.PIPE


def story(**scenario: Any) -> tuple[Story, str]:
    """A part that has made a pipe."""
    s = Story(steps=[{"start": "alice"}, {"exit": {"alice": 0}}], **scenario)
    pipe = s.object(PIPE)
    s.call(10, "pipe", pipe, line=3, ok={"fds": [3, 4]})
    return s, pipe


def stuck(s: Story) -> None:
    s.unmet(1, "exit", {"alice": {"state": "running"}}, EndReason.STUCK)


def errors(findings: Sequence[Finding]) -> list[str]:
    return told([finding for finding in findings if finding.severity is Severity.ERROR])


def advice(findings: Sequence[Finding]) -> list[str]:
    return told([finding for finding in findings if finding.severity is Severity.ADVICE])


# -- ends that somebody waits for --


def test_an_end_that_the_reader_itself_keeps_open() -> None:
    s, pipe = story()
    s.fork(10, 11)
    s.call(10, "write", pipe, fd=4, count=1, data="x")
    s.call(10, "close", pipe, fd=4)
    s.call(11, "read", pipe, fd=3, count=1, ok={"data": "x"})
    read = s.invoke(11, "read", pipe, line=8, fd=3, count=1)
    wait = s.invoke(10, "wait", pid=-1)
    s.asleep(11, read, (3, pipe, "r"), (4, pipe, "w"))
    s.asleep(10, wait, (3, pipe, "r"))
    stuck(s)
    assert descriptors.check(s.history, s.spec) == [
        Finding(
            check="descriptors",
            message="alice (pid 11) waits in read on pipe:1 at alice.c:8 and gets no end of file: it keeps "
            "a write end open itself (descriptor 4, inherited) that it does not use; "
            "the pipe was made at alice.c:3.",
            why=descriptors.RULE,
            read="man 7 pipe",
            part="alice",
            pid=11,
            ops=(0, read),
            file="alice.c",
            line=3,
        )
    ]


def pipeline(*, uses: bool = False, parent_in: str = "wait") -> Story:
    """A reader and a writer that has ended; the parent has kept a write end."""
    s, pipe = story()
    s.fork(10, 11)
    s.fork(10, 12)
    s.call(11, "write", pipe, fd=4, count=1, data="x")
    s.exits(11)
    if uses:
        s.call(10, "write", pipe, fd=4, count=1, data="x")
    read = s.invoke(12, "read", pipe, fd=3, count=1)
    other = s.object(PIPE)
    wait = s.invoke(10, parent_in, "" if parent_in == "wait" else other)
    s.asleep(12, read, (3, pipe, "r"))
    s.asleep(10, wait, (3, pipe, "r"), (4, pipe, "w"))
    stuck(s)
    return s


def test_an_end_that_the_parent_keeps_open_though_only_its_child_writes() -> None:
    s = pipeline()
    assert errors(descriptors.check(s.history, s.spec)) == [
        "alice (pid 12) waits in read on pipe:1 and gets no end of file: alice keeps a write end open "
        "(descriptor 4) that it does not use; the pipe was made at alice.c:3."
    ]


@pytest.mark.parametrize("s", [pipeline(uses=True), pipeline(parent_in="read"), pipeline(parent_in="semop")])
def test_an_end_that_may_be_used_again_is_no_leak(s: Story) -> None:
    assert descriptors.check(s.history, s.spec) == []


def test_both_who_read_first_are_only_deadlocked() -> None:
    s, there = story()
    back = s.object(PIPE)
    s.call(10, "pipe", back, ok={"fds": [5, 6]})
    s.fork(10, 11)
    one = s.invoke(10, "read", back, fd=5, count=4)
    other = s.invoke(11, "read", there, fd=3, count=4)
    s.asleep(10, one, (4, there, "w"), (5, back, "r"), (6, back, "w"))
    s.asleep(11, other, (3, there, "r"), (4, there, "w"), (6, back, "w"))
    stuck(s)
    assert descriptors.check(s.history, s.spec) == []


def test_nobody_reads_what_a_writer_writes_but_its_parent_could() -> None:
    s, pipe = story()
    s.fork(10, 11)
    s.fork(10, 12)
    s.exec(12, "head", ok={"holds": [[0, pipe, "r"]]})
    s.exits(12)
    write = s.invoke(11, "write", pipe, fd=4, count=9)
    wait = s.invoke(10, "wait", pid=-1)
    s.asleep(11, write, (4, pipe, "w"))
    s.asleep(10, wait, (3, pipe, "r"))
    stuck(s)
    assert errors(descriptors.check(s.history, s.spec)) == [
        "alice (pid 11) waits in write on pipe:1 and gets no SIGPIPE: alice keeps a read end open "
        "(descriptor 3) that it does not use; the pipe was made at alice.c:3."
    ]


def test_an_end_that_came_to_a_program_that_knows_nothing_of_it() -> None:
    s, pipe = story()
    s.fork(10, 11)
    s.fork(10, 12)
    s.exec(12, "cat", ok={"holds": [[4, pipe, "w"]]})
    read = s.invoke(11, "read", pipe, fd=3, count=1)
    next_one = s.object(PIPE)
    stdin = s.invoke(12, "read", next_one, fd=0, count=1)
    wait = s.invoke(10, "wait", pid=-1)
    s.asleep(11, read, (1, next_one, "w"), (3, pipe, "r"))
    s.asleep(12, stdin, (4, pipe, "w"))
    s.asleep(10, wait)
    stuck(s)
    assert errors(descriptors.check(s.history, s.spec)) == [
        "alice (pid 11) waits in read on pipe:1 and gets no end of file: alice (pid 12) keeps "
        "a write end open (descriptor 4, inherited) that it does not use; the pipe was made at alice.c:3."
    ]


# -- descriptors that leak into other programs --


def started(path: str, *, closes: bool = False, fd: int = 4) -> Story:
    s, pipe = story(**({"closes_on_exec": ["alice"]} if closes else {}))
    s.fork(10, 11)
    s.exec(11, path, line=7, ok={"holds": [[0, pipe, "r"], [fd, pipe, "w"]]})
    return s


def test_what_a_program_is_started_with_is_an_error_where_the_exercise_says_so() -> None:
    message = (
        "alice (pid 11) starts cat with descriptor 4 (the write end of pipe:1) open; "
        "the pipe was made at alice.c:3."
    )
    strict, lenient = started("cat", closes=True), started("cat")
    assert errors(descriptors.check(strict.history, strict.spec)) == [message]
    assert advice(descriptors.check(lenient.history, lenient.spec)) == [message]


@pytest.mark.parametrize(
    "s",
    [
        started("/submission/helper", closes=True),
        started("cat", closes=True, fd=1),
        started("/opt/python -c from multiprocessing.resource_tracker import main", closes=True),
    ],
)
def test_own_programs_and_standard_streams_are_no_leaks(s: Story) -> None:
    assert descriptors.check(s.history, s.spec) == []


def test_what_a_shell_starts_is_its_own_affair() -> None:
    s = started("sh", closes=True)
    s.fork(11, 12)
    s.exec(12, "cat", ok={"holds": [[4, "pipe:1", "w"]]})
    assert len(descriptors.check(s.history, s.spec)) == 1


# -- ends that harm nobody --


def unused(*, slept: bool = True, others: bool = True, own: bool = False) -> Story:
    s, pipe = story()
    s.fork(10, 11)
    if others:
        s.call(10, "write", pipe, fd=4, count=1, data="x")
    if own:
        s.call(11, "write", pipe, fd=4, count=1, data="x")
    s.call(11, "read", pipe, fd=3, count=1, blocked=slept)
    s.exits(11, holds=[[3, pipe, "r"], [4, pipe, "w"]])
    return s


def test_an_end_that_nobody_misses_is_advice() -> None:
    s = unused()
    assert [(f.message, f.severity) for f in descriptors.check(s.history, s.spec)] == [
        (
            "alice (pid 11) has a write end of pipe:1 open (descriptor 4) until it ends, and never uses it; "
            "the pipe was made at alice.c:3.",
            Severity.ADVICE,
        )
    ]


@pytest.mark.parametrize("s", [unused(slept=False), unused(others=False), unused(own=True)])
def test_an_end_that_is_used_or_soon_gone_is_nothing(s: Story) -> None:
    assert descriptors.check(s.history, s.spec) == []


# -- more with each request --


def serving(
    counts: Sequence[int], *, clients: Sequence[int] = (), kind: str = "same", closes: bool = False
) -> Story:
    """A server at rest after each request; `kind` says what it opens for one."""
    s = Story("server", "bob_ref", steps=[{"start": ["server"]}])
    known = {"same": ObjectKind.FILE, "socket": ObjectKind.SOCKET, "files": ObjectKind.FILE}.get(
        kind, ObjectKind.FIFO
    )
    item = s.object(known, "log" if kind == "same" else "")
    for number, count in enumerate(counts):
        others = {"20": clients[number]} if clients else {}
        s.performs(0, "running", observed={}, open={"10": count, **others})
        if kind != "same":
            item = s.object(known, "" if kind == "socket" else f"reply.{number}")
        f = "accept" if kind == "socket" else "open"
        s.call(10, f, item, line=30, path="x", ok={"fd": 5 + number})
        if kind == "removed":
            s.call(10, "unlink", item, path="x")
        if closes:
            s.call(10, "close", item, fd=5 + number)
    return s


GROWN = (
    "server has 7 descriptors open where it had 4 before, with the same processes around it: "
    "what {} opens at server.c:30 is never closed ({})."
)


@pytest.mark.parametrize(
    ("kind", "call", "names"),
    [
        ("same", "open", "log"),
        ("socket", "accept", "socket:2, socket:3, socket:4"),
        ("removed", "open", "reply.0, reply.1, reply.2"),
    ],
)
def test_what_is_opened_for_each_request_and_never_closed(kind: str, call: str, names: str) -> None:
    s = serving([4, 5, 6, 7], kind=kind)
    assert told(descriptors.check(s.history, s.spec)) == [GROWN.format(call, names)]


def test_moments_without_a_request_between_them_are_no_exception() -> None:
    s = serving([4, 4, 5, 5, 6, 7])
    assert len(descriptors.check(s.history, s.spec)) == 1


@pytest.mark.parametrize(
    "s",
    [
        serving([4, 5, 6]),
        serving([4, 5, 6, 5, 7]),
        serving([4, 5, 6, 7], closes=True),
        serving([4, 5, 6, 7], clients=[3, 4, 5, 6], kind="socket"),
        serving([4, 5, 6, 7], kind="files"),
        serving([4, 5, 6, 7], kind="named"),
    ],
)
def test_too_few_moments_a_few_less_others_who_have_more_and_what_may_be_wanted_again(s: Story) -> None:
    assert descriptors.check(s.history, s.spec) == []
