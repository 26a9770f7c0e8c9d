"""What the methods of `ipc` say: the steps of the scenario language."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

from grader.model.errors import UsageError
from grader.pytest_plugin.forms import Process
from grader.pytest_plugin.ipc import Ipc
from grader.pytest_plugin.messages import Allowed, Said
from grader.scenarios.live import Look

A, B = Process("a"), Process("b")


class Notes:
    """Hears what is said, and answers each demand."""

    def __init__(self) -> None:
        self.said: list[Said | Allowed] = []

    def say(self, message: Said | Allowed) -> None:
        self.said.append(message)

    def ask(self, message: Said) -> str:
        self.said.append(message)
        return "an answer"


def steps(notes: Notes) -> list[dict[str, Any]]:
    """Return what was said, as it would stand in YAML."""
    return [
        message.step.model_dump(mode="json", exclude_unset=True)
        for message in notes.said
        if isinstance(message, Said) and not isinstance(message.step, Look)
    ]


@pytest.mark.parametrize(
    ("says", "step"),
    [
        (lambda ipc: ipc.type(A, "one", "two"), {"type": {"a": ["one", "two"]}}),
        (lambda ipc: ipc.send(A, "x\n"), {"send": {"a": "x\n"}}),
        (lambda ipc: ipc.close(A, B), {"close": ["a", "b"]}),
        (lambda ipc: ipc.signal(A, "TERM"), {"signal": {"a": "TERM"}}),
        (lambda ipc: ipc.signal(A, "SIGUSR1"), {"signal": {"a": "USR1"}}),
        (lambda ipc: ipc.signal(A, signal.SIGINT), {"signal": {"a": "INT"}}),
        (lambda ipc: ipc.kill(A), {"kill": ["a"]}),
        (
            lambda ipc: ipc.create("fifo", "f", mode="0600"),
            {"create": {"kind": "fifo", "name": "f", "mode": "0600"}},
        ),
        (lambda ipc: ipc.remove("file", "f"), {"remove": {"kind": "file", "name": "f"}}),
        (lambda ipc: ipc.reboot(), {"reboot": True}),
        (lambda ipc: ipc.advance(2), {"advance": 2.0}),
        (
            lambda ipc: ipc.expect_output(A, "x", re.compile("y+")),
            {"expect": {"part": "a", "lines": ["x", {"regex": "y+"}]}},
        ),
        (
            lambda ipc: ipc.expect_output(A, one_of=[["x"], []], stream="stderr"),
            {"expect": {"part": "a", "one_of": [["x"], []], "stream": "stderr"}},
        ),
        (
            lambda ipc: ipc.expect_blocked(A, "open", "read", on="f"),
            {"blocked": {"part": "a", "call": ["open", "read"], "object": "f", "processes": 1}},
        ),
        (lambda ipc: ipc.expect_running(A), {"running": ["a"]}),
        (lambda ipc: ipc.expect_stopped(A, B), {"stopped": ["a", "b"]}),
        (lambda ipc: ipc.expect_exit(A), {"exit": {"a": [0]}}),
        (lambda ipc: ipc.expect_exit(A, 1, "nonzero"), {"exit": {"a": [1, "nonzero"]}}),
        (lambda ipc: ipc.expect_exit(A, signal="KILL"), {"exit": {"a": [{"signal": "KILL"}]}}),
        (
            lambda ipc: ipc.expect_present("queue", "/q", size=2),
            {"present": {"kind": "queue", "name": "/q", "size": 2}},
        ),
        (lambda ipc: ipc.expect_absent("queue", "/q"), {"absent": {"kind": "queue", "name": "/q"}}),
    ],
)
def test_each_method_says_its_step(says: Callable[[Ipc], object], step: dict[str, Any]) -> None:
    notes = Notes()
    says(Ipc(notes))
    assert steps(notes) == [step]


def test_parts_go_by_their_role_and_a_number() -> None:
    notes = Notes()
    ipc = Ipc(notes)
    first, second = ipc.start("give", "f", 3, by="reference"), ipc.part("give", env={"A": "b"})
    third = ipc.part("take", name="reader", terminal=True)
    assert ipc.start(second, third) == second
    assert (first, second, third) == (Process("give"), Process("give2"), Process("reader"))
    assert steps(notes) == [{"start": ["give"]}, {"start": ["give2", "reader"]}]
    cast = {name: part for said in notes.said if isinstance(said, Said) for name, part in said.parts.items()}
    assert {name: part.model_dump(exclude_defaults=True) for name, part in cast.items()} == {
        "give": {"role": "give", "by": "reference", "args": ["f", "3"]},
        "give2": {"role": "give", "by": "submission", "env": {"A": "b"}},
        "reader": {"role": "take", "by": "submission", "terminal": True},
    }
    assert first.pid == "${give.pid}"


def test_who_looks_demands_nothing() -> None:
    notes = Notes()
    assert Ipc(notes).output(A, "stderr") == "an answer"
    assert notes.said == [Said(Look("a", "stderr"))]


def test_what_is_allowed_is_said() -> None:
    notes = Notes()
    ipc = Ipc(notes)
    ipc.stays(A, B)
    ipc.tolerates("access", "leftovers")
    ipc.leaves("fifo", "f")
    assert [message for message in notes.said if isinstance(message, Allowed) and not message.leaves] == [
        Allowed(stays=("a", "b")),
        Allowed(tolerates=("access", "leftovers")),
    ]
    assert [ref.name for message in notes.said if isinstance(message, Allowed) for ref in message.leaves] == [
        "f"
    ]


@pytest.mark.parametrize(
    ("says", "complaint"),
    [
        (lambda ipc: ipc.send("a", "x"), "'a' is no process; `start` returns one"),
        (lambda ipc: ipc.signal(A, "TURM"), "there is no signal `TURM`"),
        (lambda ipc: ipc.tolerates("acces"), "there is no check `acces`; there are "),
        (lambda ipc: ipc.expect_output(A), "expect_output wants lines, or one form"),
        (lambda ipc: ipc.expect_output(A, "x", nothing=True), "expect_output wants lines, or one form"),
        (lambda ipc: ipc.expect_exit(A, 300), "exit.a"),
        (lambda ipc: ipc.create("fofi", "f"), "create.kind"),
        (lambda ipc: ipc.start(A), "`a` was started before; a part is started once"),
        (lambda ipc: ipc.start(ipc.part("b"), "x"), "a part has its arguments already"),
        (lambda ipc: [ipc.part("b", name="c"), ipc.part("b", name="c")], "there are two parts called `c`"),
    ],
)
def test_what_cannot_be_is_refused(says: Callable[[Ipc], object], complaint: str) -> None:
    notes = Notes()
    with pytest.raises(UsageError, match=re.escape(complaint)):
        says(Ipc(notes))
    assert notes.said == []
