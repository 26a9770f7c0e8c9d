"""The search for an overlap: which runs are made for it, and what they prove."""

from __future__ import annotations

from typing import Any

from grader.judging import Judged, Way
from grader.model.config import LimitsConfig
from grader.model.exercise import Scenario
from grader.model.schedule import Act
from grader.model.verdict import Finding
from grader.overlapping import attempt, blamed, missing, proof, unproven
from grader.planning import TOGETHER, RunSpec, Script

PROOF = Finding(check="overlap", message="m", why="w", read="r", file="p.c", line=3)


def way(name: str, enter: int = 1, leave: int = 2) -> Way:
    return Act(name, "write", enter), Act(name, "write", leave)


def plan(count: int = 6, *, strategy: str = "default", scripts: int = 1, **section: Any) -> list[RunSpec]:
    plain = {
        "id": "turns",
        "title": "Turns",
        "points": 4,
        "hint": "h",
        "cast": {"p": {"role": "abc", "by": "submission"}},
        "steps": [{"start": "p"}],
        "overlap": {"enter": "in", "leave": "out", **section},
    }
    return [
        RunSpec(
            exercise="abc",
            scenario=Scenario.model_validate(plain),
            script=Script(bindings={}, cast={}, steps=()),
            script_index=index,
            strategy=strategy if slot else "fair",
            seed=7 + slot,
            limits=LimitsConfig(),
            slot=slot,
        )
        for index in range(scripts)
        for slot in range(count)
    ]


def judged(spec: RunSpec | None, *ways: Way, inside: int = 1, **more: Any) -> Judged:
    assert spec is not None
    return Judged(spec=spec, ways=ways, inside=inside, **more)


def test_a_run_is_made_that_holds_all_where_they_were_inside() -> None:
    slots = plan()
    first = judged(slots[0], way("p/1"), way("p/2"), strangers=("p/3",))
    spec = attempt(slots, [first])
    assert spec is not None
    assert (spec.slot, spec.strategy, spec.seed) == (1, TOGETHER, 7)
    assert spec.options == {
        "stretches": [[["p/1", "write", 1], ["p/1", "write", 2]], [["p/2", "write", 1], ["p/2", "write", 2]]],
        "strangers": ["p/3"],
        "least": 2,
    }


def test_who_was_found_elsewhere_is_held_there_in_the_next_one() -> None:
    slots = plan()
    made = [judged(slots[0], way("p/1"), way("p/2"))]
    made.append(judged(attempt(slots, made), way("p/2", 3, 4)))
    spec = attempt(slots, made)
    assert spec is not None
    assert spec.slot == 2
    assert spec.options["stretches"][1] == [["p/2", "write", 3], ["p/2", "write", 4]]


def test_nothing_more_is_tried_when_it_was_reached_or_proven_or_would_be_the_same_again() -> None:
    slots = plan()
    first = judged(slots[0], way("p/1"))
    held = attempt(slots, [first])
    assert attempt(slots, [judged(slots[0], way("p/1"), inside=2)]) is None
    assert attempt(slots, [first, judged(held, way("p/1"), kept_out=PROOF)]) is None
    assert attempt(slots, [first, judged(held, way("p/1"))]) is None
    assert attempt(slots, [judged(slots[0])]) is None


def test_it_has_its_share_of_the_schedules_only() -> None:
    slots = plan(9)
    made = [judged(slots[0], way("p/1"))]
    for number in range(9):
        spec = attempt(slots, made)
        if spec is not None:
            made.append(judged(spec, way("p/1", number + 3, number + 4)))
    assert len(made) == 5
    assert attempt(plan(1), [judged(plan(1)[0], way("p/1"))]) is None
    chosen = plan(strategy="random")
    assert attempt(chosen, [judged(chosen[0], way("p/1"))]) is None


def test_each_script_is_tried() -> None:
    slots = plan(scripts=2)
    made = [judged(slots[0]), judged(slots[6], way("p/1"))]
    spec = attempt(slots, made)
    assert spec is not None
    assert (spec.script_index, spec.slot) == (1, 1)


def test_one_is_held_after_the_other_to_see_who_passes() -> None:
    slots = plan(leave="", past_waiting=True)
    made = [judged(slots[0], way("p/1", 1, 1), way("p/2", 1, 1))]
    for name in ("p/1", "p/2"):
        spec = attempt(slots, made)
        assert spec is not None
        assert spec.options["stretches"] == [[[name, "write", 1], [name, "write", 1]]]
        made.append(judged(spec, way("p/9")))
    assert attempt(slots, made) is None


def test_only_a_run_that_looked_for_it_proves_anything_and_only_if_none_came_to_it() -> None:
    slots = plan()
    first = judged(slots[0], way("p/1"), kept_out=PROOF)
    held = judged(attempt(slots, [first]), way("p/1"), kept_out=PROOF)
    assert proof([first]) is None
    shown = proof([first, held])
    assert shown is not None
    assert (shown.spec, shown.findings) == (held.spec, (PROOF,))
    assert proof([first, held, judged(slots[2], inside=2)]) is None


def test_a_smaller_schedule_must_show_the_same_wait() -> None:
    slots = plan()
    like = blamed(judged(slots[1], kept_out=PROOF))
    other = Finding(check="overlap", message="m", why="w", read="other", file="p.c", line=3)
    assert blamed(judged(slots[2], kept_out=PROOF), like).failed
    assert not blamed(judged(slots[2], kept_out=other), like).failed
    assert not blamed(judged(slots[2]), like).failed


def test_what_was_not_proven_is_told_with_what_was_seen() -> None:
    slots = plan()
    text = (
        "2 must be able to be inside at once; in 1 schedule there were never more than 1, and nothing proves"
    )
    assert unproven([judged(slots[0], way("p/1"))]) == f"{text} that they keep each other out"
    at_once = unproven([judged(slots[0], way("p/1", 1, 1))])
    assert at_once.endswith(
        "; the lines of entering and leaving are written at once, so nobody can be seen between them"
    )
    assert missing([judged(slots[0])])
    assert not missing([])
