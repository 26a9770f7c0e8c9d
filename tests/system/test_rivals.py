"""Several wait for the same thing: all of them are blocked, and the schedule says who is served first."""

from __future__ import annotations

import pytest

from grader.model.history import EndReason, History
from tests.system.run_program import c_program, output, perform

pytestmark = pytest.mark.system

_STEPS = """
- start: tracee
- blocked: {{part: tracee, call: {call}, processes: 3}}
- send: {{tracee: go}}
- exit: {{tracee: 0}}
"""


def _perform(how: str, call: str, *, instrument: bool = False, strategy: str, seed: int) -> History:
    return perform(
        c_program("rivals", instrument=instrument),
        _STEPS.format(call=call),
        parts={"tracee": {"args": [how]}},
        strategy=strategy,
        seed=seed,
    )


@pytest.mark.parametrize(
    ("how", "call"),
    [
        ("read", "read"),
        ("recv", "recv"),
        ("msgrcv", "msgrcv"),
        ("mq_receive", "mq_receive"),
        ("sem_wait", "futex"),
        ("semop", "semop"),
        ("flock", "flock"),
        ("fcntl", "fcntl"),
    ],
)
def test_all_are_blocked_and_served_in_the_order_of_the_schedule(how: str, call: str) -> None:
    fair = _perform(how, call, strategy="fair", seed=0)
    assert fair.end.reason is EndReason.FINISHED
    ends = [op for op in fair.ops if op.f == call and op.blocked and op.pid != 4]
    assert len(ends) == 3
    orders = {output(_perform(how, call, strategy="random", seed=seed)) for seed in range(5)}
    assert {"".join(sorted(order)) for order in orders} == {"abc"}
    assert len(orders) > 1


def test_a_semaphore_that_is_announced_counts_its_waiters_too() -> None:
    history = _perform("sem_wait", "sem_wait", instrument=True, strategy="fair", seed=0)
    assert history.end.reason is EndReason.FINISHED
    assert len([op for op in history.ops if op.f == "sem_wait" and op.blocked]) == 3
