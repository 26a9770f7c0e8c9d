"""A script that is written while it is performed is performed as one that was written before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader.executors.base import Program
from grader.model.exercise import Step
from grader.model.history import History
from grader.planning import RunSpec, Script
from grader.sandbox import archives
from grader.sandbox.box import Box
from grader.sandbox.isolation import FULL
from grader.scenarios.live import Look, run_live
from grader.scenarios.run import run
from tests.system.run_program import c_source, spec_of

pytestmark = pytest.mark.system

ECHO = r"""
int main(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        printf("got %s", line);
        fflush(stdout);
    }
    printf("no newline");
    return 3;
}
"""
STEPS = """
- start: [one, two]
- send: {one: "a\\n"}
- expect: {part: one, lines: got a}
- blocked: {part: two, call: read}
- send: {two: "b\\nc\\n"}
- close: two
- signal: {one: TERM}
- exit: {one: {signal: TERM}, two: 3}
"""


class Reader:
    """Reads a script out, step by step."""

    def __init__(self, script: Sequence[Step | Look]) -> None:
        self._rest = list(script)
        self.printed: list[str] = []

    def next(self) -> Step | Look | None:
        return self._rest.pop(0) if self._rest else None

    def met(self, printed: str) -> None:
        self.printed.append(printed)


def made(spec: RunSpec) -> tuple[dict[str, Program], bytes]:
    program = c_source(ECHO)
    name = program.argv[0].rpartition("/")[2]
    return dict.fromkeys(spec.script.cast, program), archives.of_mapping(
        {name: program.binary}, {name: 0o755}
    )


def live(spec: RunSpec, author: Reader) -> tuple[History, RunSpec]:
    unwritten = replace(spec, script=Script(bindings={}, cast=dict(spec.script.cast), steps=()))
    programs, archive = made(spec)
    return run_live(unwritten, programs, archive, lambda rules: Box(FULL, spec.limits, rules), author)


@pytest.mark.parametrize(("strategy", "seed"), [("fair", 0), ("random", 1), ("random", 7)])
def test_the_same_steps_under_the_same_schedule_give_the_same_history(strategy: str, seed: int) -> None:
    spec = spec_of(STEPS, {"one": {}, "two": {}}, strategy=strategy, seed=seed)
    programs, archive = made(spec)
    written = run(spec, programs, archive, lambda rules: Box(FULL, spec.limits, rules))
    author = Reader(spec.script.steps)
    history, performed = live(spec, author)
    assert history == written
    assert performed.script.steps == spec.script.steps
    assert author.printed == ["got a\n", "", ""]


def test_who_looks_gets_what_was_printed_and_the_script_demands_it() -> None:
    spec = spec_of(STEPS, {"one": {}})
    steps = spec_of(
        '[start: one, send: {one: "$x\\n"}, close: one, exit: {one: 3}]', {"one": {}}
    ).script.steps
    author = Reader([*steps[:2], Look("one"), Look("one"), *steps[2:3], Look("one"), *steps[3:]])
    history, performed = live(spec, author)
    assert author.printed == ["got $x\n", "", "no newline", ""]
    said = [step.model_dump(exclude_defaults=True) for step in performed.script.steps]
    assert [step["expect"] for step in said if "expect" in step] == [
        {"part": "one", "lines": ["got $$x"]},
        {"part": "one", "nothing": True},
        {"part": "one", "lines": ["no newline"]},
    ]
    assert history.end.reason.value == "finished"


def test_a_demand_that_is_not_met_ends_the_run_and_nothing_more_is_asked() -> None:
    spec = spec_of(STEPS, {"one": {}})
    steps = spec_of("[start: one, exit: {one: 0}, signal: {one: TERM}]", {"one": {}}).script.steps
    author = Reader(steps)
    history, performed = live(spec, author)
    assert (history.end.reason.value, history.end.step) == ("stuck", 1)
    assert performed.script.steps == steps[:2]
    assert author.printed == []
