"""Accesses that cost no stop are in the history all the same: what loops touch, and what threads share."""

from __future__ import annotations

import pytest

from grader.checkers import race
from grader.model.history import EndReason, History, Op
from tests.system.run_program import PART, TRACEES, c_program, output, perform, spec_of

pytestmark = pytest.mark.system

SCRIPT = f"[start: {PART}, exit: {{{PART}: 0}}]"
SOURCE = (TRACEES / "logged.c").read_text().splitlines()
COUNT, INT, LONG = 1000, 4, 8
TOTAL = COUNT * INT


def line(mark: str) -> int:
    return 1 + next(number for number, text in enumerate(SOURCE) if f"/* {mark} */" in text)


def run(way: str, *, strategy: str = "fair", seed: int = 0) -> History:
    history = perform(
        c_program("logged", instrument=True),
        SCRIPT,
        parts={PART: {"args": [way]}},
        strategy=strategy,
        seed=seed,
    )
    assert history.end.reason is EndReason.FINISHED, output(history, stream="stderr")
    return history


def told(history: History, mark: str) -> list[tuple[str, int, int, bool]]:
    """(f, offset, size, silent) of the accesses of a line, as they came."""
    return [shown(op) for op in history.ops if op.line == line(mark) and "offset" in op.value]


def shown(op: Op) -> tuple[str, int, int, bool]:
    return op.f, int(str(op.value["offset"])), int(str(op.value["size"])), bool(op.value.get("silent"))


def test_of_a_loop_the_first_accesses_are_announced_and_the_others_become_one() -> None:
    first = [("store", INT * i, INT, False) for i in range(32)]
    assert told(run("fill"), "fill") == [*first, ("store", INT * 32, INT * (COUNT - 32), True)]


def test_a_loop_may_go_backwards() -> None:
    first = [("store", INT * (COUNT - 1 - i), INT, False) for i in range(32)]
    assert told(run("backwards"), "backwards") == [*first, ("store", 0, INT * (COUNT - 32), True)]


def test_what_is_done_over_and_over_lets_others_run_from_time_to_time() -> None:
    ops = told(run("add"), "add")
    adding = [("load", TOTAL, LONG, False), ("store", TOTAL, LONG, False)] * 32
    written_down = [("load", TOTAL, LONG, True), ("store", TOTAL, LONG, True)]
    # After 4,096 accesses for the first time, then, since it writes, after twice as many.
    assert ops == [*adding, *[("looks", TOTAL, LONG, False)] * 2, *written_down]


def test_a_system_call_begins_a_new_epoch() -> None:
    ops = told(run("calls"), "epochs")
    assert ops == [
        *[("store", INT * i, INT, False) for i in range(32)],
        ("store", INT * 32, INT * 28, True),
        *[("store", INT * i, INT, False) for i in range(60, 80)],
    ]


def test_a_child_has_a_log_of_its_own() -> None:
    history = run("fork")
    (logged,) = {op.object for op in history.ops if op.value.get("silent")}
    parent, child = sorted({op.pid for op in history.ops if "offset" in op.value})
    whole = ("store", INT * 32, INT * (COUNT - 32), True)
    accesses = [op for op in history.ops if op.object == logged and "size" in op.value]
    by_parent = [shown(op) for op in accesses if op.pid == parent]
    by_child = [shown(op) for op in accesses if op.pid == child]
    assert by_parent[-2:] == [whole, ("store", TOTAL, LONG, False)]
    assert (by_child[0], by_child[-1]) == (("store", TOTAL, LONG, False), whole)


def test_a_handler_writes_into_the_log_of_its_thread() -> None:
    ops = told(run("handler"), "handler")
    assert ops[-2:] == [("load", TOTAL, LONG, True), ("store", TOTAL, LONG, True)]


def test_what_the_threads_of_a_process_share_is_written_down_and_their_own_stacks_are_not() -> None:
    history = run("threads")
    assert output(history) == "16\n"
    (memory,) = {op.object for op in history.ops if op.object.startswith("memory:")}
    guarded = [op for op in history.ops if op.line == line("guarded") and op.object == memory]
    assert [op.f for op in guarded] == ["load", "store"] * 2
    assert len({op.value["offset"] for op in guarded}) == 1
    assert [shown(op)[0] for op in history.ops if op.line == line("by pointer")] == ["store"] * 2
    freed = [op for op in history.ops if op.f == "freed" and op.line]
    for given_back in freed:
        (filled,) = (
            op
            for op in history.ops
            if op.line == line("heap") and op.tid == given_back.tid and op.f != "load"
        )
        assert filled.value["offset"] == given_back.value["offset"]
    assert len(freed) == 2


@pytest.mark.parametrize(("strategy", "seed"), [("fair", 0), ("random", 1), ("pct", 2)])
def test_who_looks_at_a_variable_for_ever_does_not_keep_the_other_from_setting_it(
    strategy: str, seed: int
) -> None:
    history = run("waits", strategy=strategy, seed=seed)
    looks = [op for op in history.ops if op.line == line("waits") and op.object.startswith("mapping:")]
    assert {op.f for op in looks} <= {"volatile_load", "looks"}


def races(history: History) -> list[str]:
    found = race.check(history, spec_of(SCRIPT, {PART: {}}))
    return [finding.message for finding in found]


def test_threads_that_are_joined_by_trying_do_not_race() -> None:
    history = run("tries")
    assert output(history) == "16\n"
    assert races(history) == []


@pytest.mark.parametrize("memory", ["memfd", "zero"])
def test_memory_without_a_name_is_shared_too(memory: str) -> None:
    (text,) = races(run(memory))
    assert f"logged.c:{line('nameless')}, and" in text and f"logged.c:{line('nameless')};" in text


def test_the_log_is_the_same_each_time() -> None:
    first, second = run("threads", strategy="random", seed=3), run("threads", strategy="random", seed=3)
    assert first == second
