"""A deadlock is found at once, and told in words, whatever the two wait for."""

from __future__ import annotations

import re

import pytest

from grader.checkers import deadlock
from grader.model.history import EndReason
from tests.system.run_program import c_program, perform, spec_of

pytestmark = pytest.mark.system

STEPS = "[{start: tracee}, {exit: {tracee: 0}}]"
A, B = "tracee (pid A)", "tracee (pid B)"
PARENT = "tracee waits for its child pid A, pid B to end at deadlocks.c:LINE"


def sentence(kind: str) -> str:
    """What the check says, with the children called A and B, and without line numbers."""
    program = c_program("deadlocks", instrument=True)
    history = perform(program, STEPS, parts={"tracee": {"args": [kind]}})
    assert history.end.reason is EndReason.STUCK
    (finding,) = deadlock.check(history, spec_of(STEPS, {"tracee": {"args": [kind]}}))
    first, second = sorted(pid for pid, process in history.processes.items() if not process.main)
    text = re.sub(r"deadlocks\.c:\d+", "deadlocks.c:LINE", finding.message)
    return text.replace(f"pid {first}", "pid A").replace(f"pid {second}", "pid B")


HOLDING = {
    "semaphores": ("sem_wait", "byte 32 of mapping:1", "byte 0 of mapping:1"),
    "mutexes": ("pthread_mutex_lock", "byte 136 of mapping:1", "byte 96 of mapping:1"),
}


@pytest.mark.parametrize("kind", sorted(HOLDING))
def test_locks_in_shared_memory_are_told_with_their_holders(kind: str) -> None:
    call, second, first = HOLDING[kind]
    assert sentence(kind) == (
        f"{A} waits in {call} on {second} at deadlocks.c:LINE, which {B} holds, and holds {first}; "
        f"{B} waits in {call} on {first} at deadlocks.c:LINE, which {A} holds, and holds {second}; {PARENT}."
    )


def test_semaphores_of_a_set_are_told_by_number() -> None:
    waits = "waits in semop on System V semaphore set 0 at deadlocks.c:LINE"
    assert sentence("semop") == (
        f"{A} {waits} (number 1), which {B} holds, and holds number 0; "
        f"{B} {waits} (number 0), which {A} holds, and holds number 1; {PARENT}."
    )


def test_file_locks_are_told_with_their_owners() -> None:
    assert sentence("flock") == (
        f"{A} waits in flock on b at deadlocks.c:LINE, locked by {B}; "
        f"{B} waits in flock on a at deadlocks.c:LINE, locked by {A}; {PARENT}."
    )


def test_a_circle_may_go_through_different_means() -> None:
    assert sentence("mixed") == (
        f"{A} waits in read on socket:1 at deadlocks.c:LINE; "
        f"{B} waits in fcntl on a at deadlocks.c:LINE, locked by {A}; {PARENT}."
    )


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("sockets", "read on socket:1", "read on socket:2"),
        ("queue", "msgrcv on System V queue 0", "msgrcv on System V queue 0"),
        ("mq", "mq_receive on message queue /one", "mq_receive on message queue /two"),
        (
            "condition",
            "pthread_cond_wait on byte 176 of mapping:1",
            "pthread_cond_wait on byte 176 of mapping:1",
        ),
        ("fifos", "open of one for a writer", "open of two for a writer"),
    ],
)
def test_who_could_wake_them_waits_too(kind: str, first: str, second: str) -> None:
    assert sentence(kind) == (
        f"{A} waits in {first} at deadlocks.c:LINE; {B} waits in {second} at deadlocks.c:LINE; {PARENT}."
    )
