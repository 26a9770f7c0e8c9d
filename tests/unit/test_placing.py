"""Where faults strike: at each point of a good run, those at different places first."""

from __future__ import annotations

from typing import Any

from grader import store
from grader.judging import Judged
from grader.model.config import LimitsConfig
from grader.model.exercise import Part, Scenario, Start
from grader.model.fault import (
    FailFault,
    FaultDemand,
    InterruptFault,
    KillFault,
    LoseFault,
    ShortFault,
    StopFault,
    load_fault,
)
from grader.model.history import ObjectKind
from grader.placing import Points, fault_runs
from grader.planning import RunSpec, Script
from tests.unit.checkers.history_builder import Story


def first_run(story: Story, *faults: FaultDemand) -> Judged:
    """The good run of a scenario with these faults."""
    cast = {"alice": Part(role="alice", by="submission")}
    steps = (Start(start=["alice"]),)
    scenario = Scenario(
        id="s", title="", points=1, hint="", cast=cast, steps=list(steps), faults=list(faults)
    )
    spec = RunSpec(
        exercise="e",
        scenario=scenario,
        script=Script(bindings={}, cast=cast, steps=steps),
        script_index=0,
        strategy="fair",
        seed=7,
        limits=LimitsConfig(),
    )
    return Judged(spec=spec, history=store.compress(story.history))


def placed(story: Story, *faults: FaultDemand, most: int = 99) -> list[tuple[str, int, str]]:
    """What is done at which operation, `+` behind it if it sleeps there."""
    points = fault_runs([first_run(story, *faults)], most)
    rows = [spec.fault for spec in points.runs if spec.fault is not None]
    return [(each.act.f, each.act.nth, each.kind + "+" * each.during) for each in rows]


def chat() -> Story:
    """Alice reads, sleeps in a second read, and writes; her child writes once."""
    story = Story("alice")
    pipe = story.object(ObjectKind.PIPE)
    story.call(10, "read", pipe, line=3, result=5)
    story.call(10, "read", pipe, line=3, result=1, blocked=True)
    story.call(10, "write", pipe, line=4, error="EAGAIN")
    story.fork(10, 11)
    story.call(11, "write", pipe, line=9, result=4)
    return story


def test_killed_before_each_operation_and_where_it_sleeps() -> None:
    assert placed(chat(), KillFault(kill="alice")) == [
        ("read", 1, "kill"),
        ("read", 2, "kill+"),
        ("write", 1, "kill"),
        ("fork", 1, "kill"),
        ("write", 1, "kill"),
        ("read", 2, "kill"),
    ]


def test_one_child_only() -> None:
    demand = KillFault.model_validate({"kill": {"part": "alice", "child": 1}})
    (spec,) = fault_runs([first_run(chat(), demand)], 9).runs
    assert spec.fault is not None
    assert (spec.fault.act.name, spec.fault.child, spec.slot, spec.seed) == ("alice/1", 1, 1, 7)
    assert load_fault(spec.fault.dump()) == spec.fault


def test_stopped_and_interrupted_where_it_sleeps() -> None:
    interrupt = InterruptFault.model_validate({"interrupt": {"part": "alice", "signal": "HUP"}})
    assert placed(chat(), StopFault(stop="alice"), interrupt) == [
        ("read", 2, "stop+"),
        ("read", 2, "interrupt+"),
    ]


def test_stopped_for_some_time_and_alone() -> None:
    demand = StopFault.model_validate({"stop": {"part": "alice", "seconds": 2}})
    points = fault_runs([first_run(chat(), demand, StopFault(stop="alice"))], 9)
    assert [(spec.fault.seconds, spec.fault.alone) for spec in points.runs if spec.fault] == [
        (2, True),
        (0, False),
    ]
    assert points.known == {"alice stopped for 2 s at": 1, "alice stopped and continued at": 1}


def test_cut_short_where_several_bytes_came() -> None:
    assert placed(chat(), ShortFault(short="alice")) == [("read", 1, "short")]
    named: dict[str, Any] = {"short": {"part": "alice", "calls": ["write"]}}
    assert placed(chat(), ShortFault.model_validate(named)) == [("write", 1, "short")]


def test_made_to_fail_where_it_succeeded() -> None:
    demand = {"fail": {"part": "alice", "calls": "write", "error": "ENOSPC"}}
    points = fault_runs([first_run(chat(), FailFault.model_validate(demand))], 9)
    assert [spec.fault.detail for spec in points.runs if spec.fault] == [{"error": "ENOSPC"}]
    assert points.known == {"calls of alice made to fail at": 1}


def test_lost_where_something_went_into_a_socket() -> None:
    story = chat()
    story.call(10, "send", story.object(ObjectKind.SOCKET), result=3)
    points = fault_runs([first_run(story, LoseFault(lose="alice"))], 9)
    assert [spec.fault.detail for spec in points.runs if spec.fault] == [{"result": 3}]


def test_a_fault_that_finds_no_point_is_counted_as_such() -> None:
    demand = KillFault.model_validate({"kill": {"part": "alice", "child": 7}})
    assert fault_runs([first_run(chat(), demand)], 9) == Points((), {"child 7 of alice killed at": 0})


def test_a_part_of_the_points_is_spread_evenly() -> None:
    story = Story("alice")
    pipe = story.object(ObjectKind.PIPE)
    for _ in range(9):
        story.call(10, "write", pipe, line=3)
    demand = KillFault(kill="alice")
    assert [row[1] for row in placed(story, demand)] == [1, 2, 6, 4, 8, 3, 7, 5, 9]
    assert [row[1] for row in placed(story, demand, most=4)] == [1, 2, 6, 4]
    assert fault_runs([first_run(story, demand)], 4).known == {"alice killed at": 9}
