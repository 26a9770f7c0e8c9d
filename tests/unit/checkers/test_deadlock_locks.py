"""Circles of locks, and locks whose holders are gone."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import deadlock
from grader.checkers._locks import holders
from grader.model.history import ObjectKind

from .history_builder import Story, told
from .stories import ENDS, stuck


def crossed(*, gives_back: bool = True) -> Story:
    """Two tellers hold one semaphore of a set each, and want the other's; their parent goes on."""
    s = Story(steps=ENDS)
    accounts = s.object(ObjectKind.SYSV_SEMAPHORE, "77")
    for teller, own, other in ((11, 0, 1), (12, 1, 0)):
        s.fork(10, teller)
        if gives_back:
            s.call(teller, "semop", accounts, ops=[{"num": own, "op": -1, "flags": []}])
            s.call(teller, "semop", accounts, ops=[{"num": own, "op": 1, "flags": []}])
        s.call(teller, "semop", accounts, ops=[{"num": own, "op": -1, "flags": []}])
        wanted = s.invoke(teller, "semop", accounts, line=9, ops=[{"num": other, "op": -1, "flags": []}])
        s.asleep(teller, wanted)
    return s


CROSSED = [
    "alice (pid 11) waits in semop on System V semaphore set 77 at alice.c:9 (number 1), which "
    "alice (pid 12) holds, and holds number 0; "
    "alice (pid 12) waits in semop on System V semaphore set 77 at alice.c:9 (number 0), which "
    "alice (pid 11) holds, and holds number 1."
]


def test_two_who_hold_what_the_other_wants_are_told_with_what_they_hold() -> None:
    s = crossed()
    s.asleep(10, s.invoke(10, "wait"))
    stuck(s)
    (message,) = told(deadlock.check(s.history, s.spec))
    assert message.startswith(CROSSED[0].removesuffix("."))


def test_a_circle_of_locks_is_found_while_others_go_on() -> None:
    s = crossed()
    s.asleep(10, s.invoke(10, "read", s.stdin(), fd=0))
    assert told(deadlock.check(s.history, s.spec)) == CROSSED


def test_semaphores_that_only_carry_word_are_held_by_nobody() -> None:
    s = crossed(gives_back=False)
    assert deadlock.check(s.history, s.spec) == []


def mutex(offset: int = 0) -> dict[str, Any]:
    return {"offset": offset, "size": 40}


def left_locked(how: str) -> Story:
    """A child ends with the mutex, its parent wants it."""
    s = Story(steps=ENDS)
    s.fork(10, 11)
    memory = s.object(ObjectKind.MAPPING)
    s.call(11, "pthread_mutex_lock", memory, **mutex())
    if how == "SIGKILL":
        s.dies(11, "SIGKILL", "script")
    elif how:
        s.dies(11, how)
    else:
        s.exits(11)
    s.asleep(10, s.invoke(10, "pthread_mutex_lock", memory, line=7, **mutex()))
    stuck(s)
    return s


@pytest.mark.parametrize(
    ("how", "told_as"), [("SIGKILL", "was killed"), ("SIGSEGV", "died of SIGSEGV"), ("", "ended")]
)
def test_who_ended_with_the_lock_is_named(how: str, told_as: str) -> None:
    s = left_locked(how)
    (finding,) = deadlock.check(s.history, s.spec)
    assert finding.message == (
        "alice waits in pthread_mutex_lock on byte 0 of mapping:1 at alice.c:7, "
        f"which alice (pid 11) held when it {told_as}."
    )
    assert finding.read == "man 3 pthread_mutex_lock"


@pytest.mark.parametrize(
    ("call", "page"),
    [
        ("pthread_cond_wait", "man 3 pthread_cond_wait"),
        ("pthread_barrier_wait", "man 3 pthread_barrier_wait"),
        ("sem_wait", "man 7 sem_overview"),
        ("futex", "man 2 futex"),
    ],
)
def test_what_to_read_is_about_the_call_not_the_memory(call: str, page: str) -> None:
    s = Story(steps=ENDS)
    s.asleep(10, s.invoke(10, call, s.object(ObjectKind.MAPPING), offset=0))
    stuck(s)
    (finding,) = deadlock.check(s.history, s.spec)
    assert finding.read == page


@pytest.mark.parametrize("kind", ["semop", "mutex"])
def test_a_circle_that_closes_before_any_lock_was_given_back_is_told_with_its_holders(kind: str) -> None:
    s = Story(steps=ENDS)
    item = s.object(ObjectKind.SYSV_SEMAPHORE, "77") if kind == "semop" else s.object(ObjectKind.MAPPING)

    def take(number: int) -> tuple[str, dict[str, Any]]:
        if kind == "semop":
            return "semop", {"ops": [{"num": number, "op": -1, "flags": ["SEM_UNDO"]}]}
        return "pthread_mutex_lock", mutex(40 * number)

    for teller, own, other in ((11, 0, 1), (12, 1, 0)):
        s.fork(10, teller)
        f, value = take(own)
        s.call(teller, f, item, **value)
        f, value = take(other)
        s.asleep(teller, s.invoke(teller, f, item, **value))
    s.asleep(10, s.invoke(10, "read", s.stdin(), fd=0))
    (message,) = told(deadlock.check(s.history, s.spec))
    assert "which alice (pid 12) holds, and holds" in message
    assert "which alice (pid 11) holds, and holds" in message


def test_which_semaphore_of_a_set_is_waited_for_is_told_whoever_holds_it() -> None:
    s = Story(steps=ENDS)
    accounts = s.object(ObjectKind.SYSV_SEMAPHORE, "77")
    both: list[dict[str, Any]] = [{"num": number, "op": -1, "flags": []} for number in (1, 2)]
    s.asleep(10, s.invoke(10, "semop", accounts, ops=both))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in semop on System V semaphore set 77 (numbers 1 and 2), "
        "and nobody is left who could wake it."
    ]


def test_who_waits_for_a_condition_does_not_hold_its_mutex() -> None:
    s = Story(steps=ENDS)
    s.fork(10, 11)
    memory = s.object(ObjectKind.MAPPING)
    s.call(11, "pthread_mutex_lock", memory, **mutex())
    waits = s.invoke(11, "pthread_cond_wait", memory, offset=64, mutex={"object": memory, "offset": 0})
    s.call(10, "pthread_mutex_lock", memory, **mutex())
    assert holders(s.history) == {(memory, 0): [10]}
    s.call(10, "pthread_mutex_unlock", memory, **mutex())
    s.ok(waits, blocked=True)
    assert holders(s.history) == {(memory, 0): [11]}


@pytest.mark.parametrize(
    ("signal", "sender", "why"),
    [
        ("SIGUSR1", 10, "died of SIGUSR1, sent by alice, for which it had no handler"),
        ("SIGKILL", "script", "died of SIGKILL, sent by the script"),
        ("SIGSEGV", "kernel", "died of SIGSEGV"),
    ],
)
def test_if_who_could_wake_has_died_of_a_signal_it_is_told(signal: str, sender: int | str, why: str) -> None:
    s = Story(steps=ENDS)
    s.fork(10, 11)
    s.call(10, "kill", target=11, signal="SIGUSR1")
    s.dies(11, signal, sender)
    s.asleep(10, s.invoke(10, "sigsuspend"))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        f"alice waits in sigsuspend, and nobody is left who could wake it; its child (pid 11) {why}."
    ]


def test_who_takes_a_mutex_twice_waits_for_himself() -> None:
    s = Story(steps=ENDS)
    memory = s.object(ObjectKind.MAPPING)
    s.call(10, "pthread_mutex_lock", memory, **mutex())
    s.asleep(10, s.invoke(10, "pthread_mutex_lock", memory, **mutex()))
    stuck(s)
    assert told(deadlock.check(s.history, s.spec)) == [
        "alice waits in pthread_mutex_lock on byte 0 of mapping:1, which it holds already."
    ]
