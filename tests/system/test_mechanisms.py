"""Each mechanism's calls are recorded as what they are; the programs say it themselves."""

from __future__ import annotations

import pytest

from grader.model.history import EndReason
from tests.system.expected import assert_as_told
from tests.system.run_program import c_program, perform

pytestmark = pytest.mark.system

_LIBRARY = frozenset({"nanosleep", "sigprocmask", "stat"})
"""Programs rest so that all others go first; the C library masks signals, and looks at what it opens."""


@pytest.mark.parametrize(
    "name",
    [
        "pipes",
        "fifos",
        "offsets",
        "posix_queues",
        "shared_memory",
        "named_semaphores",
        "lines",
        "sysv_semaphores",
        "sysv_queues",
        "sysv_memory",
        "file_locks",
        "mutexes",
        "sockets",
        "signals",
        "waits",
        "forks",
        "executions",
        "threads",
        "polls",
    ],
)
def test_operations_are_recorded_as_the_program_says(name: str) -> None:
    history = perform(c_program(name))
    assert history.end.reason is EndReason.FINISHED
    assert_as_told(history, ignore=_LIBRARY)


@pytest.mark.parametrize("name", ["announced", "announced_in_handler", "synchronising"])
def test_what_the_run_time_announces_is_recorded_as_the_program_says(name: str) -> None:
    history = perform(c_program(name, instrument=True))
    assert history.end.reason is EndReason.FINISHED
    assert_as_told(history, ignore=_LIBRARY)
