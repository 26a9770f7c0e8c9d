"""What in a history could have come in another order."""

from __future__ import annotations

from dataclasses import replace

from grader.model.history import (
    CastMember,
    EndReason,
    History,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    RunEnd,
)
from grader.model.schedule import Act
from grader.scheduling.conflicts import Pair, acts, contention, turned

A, B = 4, 6


class Told:
    """A history of parts `a` and `b`, and of `r`, which the reference plays."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.processes = {
            A: Process(pid=A, parent=0, part="a", main=True),
            B: Process(pid=B, parent=0, part="b", main=True),
            8: Process(pid=8, parent=0, part="r", main=True),
            9: Process(pid=9, parent=0, part="r2", main=True),
        }

    def op(self, pid: int, f: str, object_id: str = "", *, line: int = 0, **value: object) -> None:
        part = self.processes[pid].part if pid else ""
        self.ops.append(
            Op(
                index=len(self.ops),
                time_ns=0,
                part=part,
                pid=pid,
                tid=pid,
                type=OpType.INVOKE if pid else OpType.OK,
                f=f,
                object=object_id,
                value=value,  # type: ignore[arg-type]
                line=line,
            )
        )

    def access(self, pid: int, f: str, offset: int, *, line: int = 0) -> None:
        self.op(pid, f, "mapping:1", line=line, offset=offset, size=4)
        self.ops[-1] = replace(self.ops[-1], type=OpType.OK)

    def fork(self, pid: int, child: int) -> None:
        self.op(pid, "fork")
        invoke = self.ops[-1]
        ended = replace(invoke, index=len(self.ops), type=OpType.OK, invoked=invoke.index)
        self.ops.append(replace(ended, value={"child": child}))
        self.processes[child] = Process(pid=child, parent=pid, part=self.processes[pid].part, main=False)

    @property
    def history(self) -> History:
        cast = {name: CastMember(role=name, by="submission") for name in ("a", "b")}
        cast |= {name: CastMember(role=name, by="reference") for name in ("r", "r2")}
        ids = {op.object for op in self.ops if op.object}
        return History(
            ops=tuple(self.ops),
            objects={each: Object(id=each, kind=ObjectKind.OTHER) for each in ids},
            processes=self.processes,
            cast=cast,
            before=(),
            after=(),
            end=RunEnd(reason=EndReason.FINISHED),
        )


def pairs(told: Told) -> list[tuple[Act, Act]]:
    return [(pair.first, pair.then) for pair in contention(told.history).pairs]


def test_operations_of_two_on_one_object_conflict() -> None:
    told = Told()
    told.op(A, "write", "pipe:1")
    told.op(B, "read", "pipe:1")
    told.op(B, "read", "pipe:2")
    found = contention(told.history)
    assert found.pairs == (Pair(Act("a", "write", 1), Act("b", "read", 1), rank=4, distance=1),)
    assert (found.threads, found.steps, found.objects) == (2, 2, ("pipe:1",))


def test_two_ends_of_a_connection_conflict_though_they_are_two_sockets() -> None:
    told = Told()
    told.op(A, "socket", "socket:1")
    told.op(A, "send", "socket:1")
    told.op(B, "poll", "event:1", objects=["event:1", "socket:2"])
    told.op(B, "recv", "socket:2")
    found = contention(told.history)
    assert pairs(told) == [
        (Act("a", "send", 1), Act("b", "poll", 1)),
        (Act("a", "send", 1), Act("b", "recv", 1)),
    ]
    assert (found.steps, found.objects) == (3, ("socket:1", "socket:2"))


def test_pairs_on_one_socket_are_tried_before_those_on_two() -> None:
    told = Told()
    told.op(A, "send", "socket:1")
    told.op(A, "send", "socket:2")
    told.op(B, "recv", "socket:3")
    told.op(B, "send", "socket:1")
    assert pairs(told) == [
        (Act("a", "send", 1), Act("b", "send", 1)),
        (Act("a", "send", 2), Act("b", "recv", 1)),
        (Act("a", "send", 2), Act("b", "send", 1)),
    ]


def test_who_looks_at_several_objects_may_look_at_what_others_use() -> None:
    told = Told()
    told.op(A, "write", "pipe:1")
    told.op(B, "read", "pipe:1")
    told.op(B, "poll", "event:1", objects=["event:1", "pipe:1"])
    assert contention(told.history).steps == 3


def test_one_alone_has_no_conflict() -> None:
    told = Told()
    told.op(A, "write", "pipe:1")
    told.op(A, "read", "pipe:1")
    assert contention(told.history).pairs == ()


def test_a_child_may_be_killed_before_what_it_did_and_after_what_its_siblings_did() -> None:
    told = Told()
    told.op(0, "start", step=0)
    told.fork(A, 10)
    told.fork(A, 11)
    told.op(11, "semop", line=3)
    told.op(0, "kill", step=1)
    told.ops[-1] = replace(told.ops[-1], value={"step": 1, "part": "a", "child": 2, "pid": 11})
    told.op(10, "semop", line=3)
    told.op(10, "semop", line=5)
    told.op(10, "semop", line=3)
    kill, done = Act("script", "kill", 2), ("a/2", "semop")
    assert [pair for pair in pairs(told) if kill in pair] == [
        (Act(*done, 1), kill),
        (kill, Act(*done, 1)),
        (kill, Act(*done, 2)),
    ]


def test_two_of_the_reference_are_not_tried() -> None:
    told = Told()
    told.op(8, "write", "pipe:1")
    told.op(9, "read", "pipe:1")
    assert pairs(told) == []


def test_loads_commute_and_so_do_accesses_to_other_bytes() -> None:
    told = Told()
    told.access(A, "load", 0)
    told.access(B, "load", 0)
    told.access(B, "store", 4)
    assert pairs(told) == []
    told.access(A, "store", 2)
    assert pairs(told) == [
        (Act("b", "store", 1), Act("a", "store", 1)),
        (Act("b", "load", 1), Act("a", "store", 1)),
    ]


def test_each_two_places_are_one_pair_the_one_that_stood_closest() -> None:
    told = Told()
    for _ in range(3):
        told.access(A, "store", 0, line=7)
        told.op(A, "write", "pipe:own")
    told.access(A, "store", 0, line=7)
    told.access(B, "store", 0, line=9)
    assert pairs(told) == [(Act("a", "store", 4), Act("b", "store", 1))]


def test_what_is_looked_for_by_name_and_not_yet_there_conflicts_with_its_making() -> None:
    told = Told()
    told.op(A, "open", path="d.pid")
    told.op(B, "open", "file:d.pid", path="d.pid")
    assert pairs(told) == [(Act("a", "open", 1), Act("b", "open", 1))]


def test_a_signal_could_come_before_and_after_what_its_target_does() -> None:
    told = Told()
    told.op(A, "sigaction")
    told.op(0, "signal", step=2, signals={"a": "SIGHUP"})
    told.op(A, "pause")
    told.op(B, "pause")
    script = Act("script", "signal", 3)
    assert pairs(told) == [(Act("a", "sigaction", 1), script), (script, Act("a", "pause", 1))]


def test_a_child_could_do_everything_before_its_parent_goes_on_and_the_other_way_round() -> None:
    told = Told()
    told.fork(A, 5)
    told.op(5, "write", "pipe:1")
    told.op(A, "sigaction")
    assert pairs(told) == [
        (Act("a", "sigaction", 1), Act("a/1", "", 0)),
        (Act("a/1", "write", 1), Act("a", "", 0)),
    ]


def test_a_child_may_end_before_fork_returns_in_a_parent_that_hears_of_it() -> None:
    told = Told()
    told.op(A, "sigaction", signal="SIGCHLD", action="handler")
    told.fork(A, 5)
    told.fork(A, 7)
    told.op(5, "exit")
    told.op(7, "exit")
    told.op(A, "wait")
    # Where it is met: as fork returns, at the call after that, and wherever else the parent stands.
    assert set(pairs(told)) >= {
        (Act("a", "forked", 2), Act("a/2", "", 0)),
        (Act("a", "beyond fork", 2), Act("a/2", "", 0)),
    }
    assert {pair.then for pair in contention(told.history).pairs if pair.first == Act("a", "wait", 1)} <= {
        Act("a/1", "", 0),
        Act("a/2", "", 0),
    }


def test_of_each_place_where_the_submission_sleeps_the_first_sleep_is_told() -> None:
    told = Told()
    for line in (3, 3, 4):
        told.op(A, "nanosleep", line=line)
    told.op(8, "nanosleep", line=5)
    assert contention(told.history).sleeps == (Act("a", "nanosleep", 1), Act("a", "nanosleep", 3))


def test_children_are_named_by_age() -> None:
    told = Told()
    told.fork(A, 5)
    told.fork(A, 7)
    told.fork(5, 11)
    told.op(7, "write", "pipe:1")
    told.op(11, "write", "pipe:1")
    assert (Act("a/2", "write", 1), Act("a/1/1", "write", 1)) in pairs(told)


def test_whether_a_pair_was_turned_shows_in_the_history() -> None:
    told = Told()
    told.op(A, "write", "pipe:1")
    told.op(B, "read", "pipe:1")
    write, read = Act("a", "write", 1), Act("b", "read", 1)
    assert not turned(told.history, hold=write, until=read)
    assert turned(told.history, hold=read, until=write)
    assert turned(told.history, hold=Act("a", "write", 2), until=read)
    assert not turned(told.history, hold=read, until=Act("a", "write", 2))


def test_meetings_are_tried_first_the_closest_ones_and_not_many() -> None:
    told = Told()
    for _ in range(5):
        told.op(A, "write", "pipe:stdout")
        told.op(B, "write", "pipe:stdout")
    told.op(8, "write", "pipe:1")
    told.op(9, "read", "pipe:1")
    found = contention(told.history, [(0, 5), (2, 3), (4, 5), (6, 9), (10, 11), (3, 99)]).pairs
    assert found[:3] == (
        Pair(Act("a", "write", 2), Act("b", "write", 2), rank=0, distance=1),
        Pair(Act("a", "write", 3), Act("b", "write", 3), rank=0, distance=1),
        Pair(Act("a", "write", 4), Act("b", "write", 5), rank=0, distance=3),
    )
    assert Pair(Act("a", "write", 1), Act("b", "write", 3), rank=0, distance=5) not in found


def test_operations_have_the_same_names_in_other_runs() -> None:
    told = Told()
    told.op(A, "write", "pipe:1")
    told.op(0, "signal", step=2, signals={})
    told.op(A, "write", "pipe:1")
    assert acts(told.history) == {
        0: Act("a", "write", 1),
        1: Act("script", "signal", 3),
        2: Act("a", "write", 2),
    }
