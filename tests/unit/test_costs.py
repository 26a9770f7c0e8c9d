"""What a run costs, whatever the machine does besides."""

from __future__ import annotations

import pytest

from grader.costs import cost_of
from grader.model.history import ObjectKind
from tests.unit.checkers.history_builder import Story


def run(program: str, writes: int = 0, children: int = 0) -> float:
    story = Story("alice")
    story.event(10, "exec", argv=[program, "chat"])
    for number in range(children):
        story.fork(10, 11 + number)
    pipe = story.object(ObjectKind.PIPE)
    for _ in range(writes):
        story.call(10, "write", pipe, result=1)
    return cost_of(story.history)


def test_each_operation_costs_the_same() -> None:
    assert run("chat", writes=20) - run("chat", writes=10) == pytest.approx(
        run("chat", writes=10) - run("chat")
    )


def test_a_process_costs_more_than_an_operation_and_an_interpreter_more_than_a_process() -> None:
    operation = run("chat", writes=1) - run("chat")
    process = run("chat", children=1) - run("chat")
    interpreter = run("/usr/bin/python3.11") - run("chat")
    assert operation < process < interpreter
