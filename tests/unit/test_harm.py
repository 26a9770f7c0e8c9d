"""Which runs are tried to see a race do harm."""

from __future__ import annotations

from grader.harm import attempts
from grader.model.config import Config
from grader.model.exercise import Exercise
from grader.model.history import ObjectKind
from grader.model.verdict import Finding
from grader.planning import RunSpec, make_plan

from .checkers.history_builder import Story

MEMORY = "shared-memory:/m"


def spec() -> RunSpec:
    exercise = Exercise.model_validate(
        {
            "id": "demo",
            "title": "Demo",
            "summary": "-",
            "mechanisms": ["fifo"],
            "difficulty": 1,
            "hours": 1,
            "languages": ["c"],
            "roles": {"alice": {"description": "-"}},
            "scenarios": [
                {
                    "id": "first",
                    "title": "First",
                    "points": 1,
                    "hint": "-",
                    "cast": {"alice": {"role": "alice", "by": "submission"}},
                    "steps": [{"start": "alice"}],
                }
            ],
        }
    )
    (planned,) = make_plan(exercise, Config(), schedules=1)
    return planned


def adding() -> tuple[Story, list[int]]:
    """Two children that add to a number, one after the other."""
    s = Story("alice")
    s.object(ObjectKind.SHARED_MEMORY, "/m")
    s.fork(10, 11)
    s.fork(10, 12)
    return s, [s.access(pid, f, MEMORY, line=6) for pid in (11, 12) for f in ("load", "store")]


def tried(s: Story, *ops: int) -> list[tuple[object, object]]:
    race = Finding(check="race", message="-", why="-", ops=ops)
    return [(one.options["hold"], one.options["until"]) for one in attempts(spec(), s.history, race)]


def test_each_is_held_at_its_write_then_at_its_read_until_the_other_has_come() -> None:
    s, (_load, store, load, _store) = adding()
    one, other = ["alice/1", "store", 1], ["alice/2", "store", 1]
    assert tried(s, store, load) == [
        (one, ["alice/2", "load", 1]),
        (one, other),
        (other, one),
        (["alice/2", "load", 1], one),
    ]


def test_accesses_that_no_scheduler_can_choose_are_not_tried() -> None:
    s, _ = adding()
    one = s.access(11, "load", MEMORY, offset=8, line=7, silent=True)
    other = s.access(12, "store", MEMORY, offset=8, line=8, silent=True)
    assert tried(s, one, other) == []


def test_a_race_on_a_file_is_of_calls() -> None:
    s = Story("alice")
    item = s.object(ObjectKind.FILE, "data")
    s.fork(10, 11)
    first = s.invoke(10, "write", item, offset=0)
    s.ok(first, 4)
    second = s.invoke(11, "write", item, offset=0)
    s.ok(second, 4)
    assert tried(s, first, second) == [
        (["alice", "write", 1], ["alice/1", "write", 1]),
        (["alice/1", "write", 1], ["alice", "write", 1]),
    ]
