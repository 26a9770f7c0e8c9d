"""System V objects that a script makes, demands and removes."""

from __future__ import annotations

import pytest

from grader.checkers import compose
from grader.model.history import EndReason, ObjectKind
from tests.system.run_program import c_source, output, perform, spec_of

pytestmark = pytest.mark.system

_USES = """
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main(void)
{
    char *memory = shmat(shmget(4711, 5, 0), 0, 0);
    int set = semget(4711, 2, 0), queue = msgget(4711, 0);
    struct { long type; char text[9]; } message = {1, "x"};
    struct sembuf second = {1, -1, 0};
    printf("%.5s %d %d\\n", memory, semctl(set, 0, GETVAL), semctl(set, 1, GETVAL));
    fflush(stdout);
    semop(set, &second, 1);
    msgsnd(queue, &message, 1, 0);
    int flags = IPC_CREAT | IPC_EXCL | 0600;
    if (shmget(4711, 5, flags) != -1 || semget(4711, 1, flags) != -1 || msgget(4711, flags) != -1)
        return 2;
    return 0;
}
"""

_STEPS = """
- create: {kind: sysv-shared-memory, name: "4711", content: taken, mode: "0640"}
- create: {kind: sysv-semaphore, name: "4711", members: 2, values: [0, 3]}
- create: {kind: sysv-queue, name: "4711"}
- present: {kind: sysv-shared-memory, name: "4711", mode: "0640", size: 5}
- present: {kind: sysv-semaphore, name: "4711", mode: "0600", size: 2}
- present: {kind: sysv-queue, name: "4711", size: 0}
- start: tracee
- exit: {tracee: 0}
- expect: {part: tracee, lines: taken 0 3}
- present: {kind: sysv-queue, name: "4711", size: 1}
- remove: {kind: sysv-queue, name: "4711"}
- absent: {kind: sysv-queue, name: "4711"}
"""


def test_system_v_objects_are_made_used_demanded_and_removed() -> None:
    history = perform(c_source(_USES), _STEPS)
    assert history.end.reason is EndReason.FINISHED
    assert output(history) == "taken 0 3\n"
    assert {(entry.kind, entry.name) for entry in history.after} == {
        (ObjectKind.SYSV_SHARED_MEMORY, "4711"),
        (ObjectKind.SYSV_SEMAPHORE, "4711"),
    }


def test_what_the_script_made_and_left_is_no_fault_of_the_program() -> None:
    history = perform(c_source(_USES), _STEPS)
    assert compose.judge(history, spec_of(_STEPS, {"tracee": {}})) == []


def test_a_system_v_object_that_the_script_wants_gone_is_a_leftover() -> None:
    steps = _STEPS.replace("- remove: {kind: sysv-queue", "- absent: {kind: sysv-semaphore")
    history = perform(c_source(_USES), steps)
    (finding,) = compose.judge(history, spec_of(steps, {"tracee": {}}))
    assert (finding.check, finding.message) == (
        "leftovers",
        "System V semaphore set 4711 is left behind (mode 0600, owner 1000, 2 semaphores with value 0, 2).",
    )
