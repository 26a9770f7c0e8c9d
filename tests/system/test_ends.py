"""Processes end in whatever state they are in, and are seen to end."""

from __future__ import annotations

import time

import pytest

from grader.model.history import EndReason
from tests.system.run_program import c_program, output, perform

pytestmark = pytest.mark.system

_STATES = (
    "blocked", "held", "sleeping", "polling", "stopped", "ready", "computing", "vfork", "threads",
    "leaderless", "running_threads", "exec_in_thread", "parent",
)  # fmt: skip

_TO_THE_END = "[{start: tracee}, {exit: {tracee: 0}}]"


@pytest.mark.parametrize("state", _STATES)
def test_a_child_is_killed_by_its_parent_in_any_state(state: str) -> None:
    begun = time.monotonic()
    history = perform(c_program("victims"), _TO_THE_END, parts={"tracee": {"args": [state, "9"]}})
    assert output(history, stream="stderr") == ""
    assert output(history) == "signal 9\n"
    assert history.end.reason is EndReason.FINISHED
    (ended,) = (op for op in history.ops if op.f == "exit" and op.value.get("signal") == "SIGKILL")
    assert ended.pid in (5, 6)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("state", ["blocked", "polling", "ready", "threads"])
def test_a_child_is_ended_by_a_signal_it_does_not_handle(state: str) -> None:
    history = perform(c_program("victims"), _TO_THE_END, parts={"tracee": {"args": [state, "15"]}})
    assert output(history) == "signal 15\n"


@pytest.mark.parametrize("state", _STATES)
def test_the_script_kills_a_part_in_any_state(state: str) -> None:
    wait = "" if state in ("ready", "running_threads") else "{advance: 0.01}, "
    steps = f"[{{start: tracee}}, {wait}{{kill: tracee}}, {{exit: {{tracee: {{signal: KILL}}}}}}]"
    begun = time.monotonic()
    history = perform(
        c_program("victims"), steps, parts={"tracee": {"args": [state, "0"]}}, strategy="random", seed=6
    )
    assert history.end.reason is EndReason.FINISHED
    assert history.end.waiting == ()
    assert time.monotonic() - begun < 5
