"""What outlives what: all processes end, or the machine is booted anew, and others find what is left."""

from __future__ import annotations

import functools

import pytest

from grader.checkers import compose
from grader.executors.base import Program
from grader.model.history import EndReason, History, ObjectKind, OpType
from tests.system.run_program import c_source, output, perform, spec_of

pytestmark = pytest.mark.system

_KEEPER = """
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/stat.h>
static void look(const char *what, long found) { if (found != -1) printf("%s\\n", what); }
int main(int argc, char **argv)
{
    int make = argc > 1 ? O_CREAT : 0;
    look("file", open("file", O_RDWR | make, 0600));
    look("temporary", open("/tmp/file", O_RDWR | make, 0600));
    look("fifo", make ? mkfifo("fifo", 0600) : open("fifo", O_RDWR));
    look("memory", shm_open("/memory", O_RDWR | make, 0600));
    look("semaphore", sem_open("/semaphore", make, 0600, 1) == SEM_FAILED ? -1 : 0);
    look("queue", mq_open("/queue", O_RDWR | make, 0600, NULL));
    look("system V", msgget(51, make ? IPC_CREAT | 0600 : 0));
    fflush(stdout);
    if (argc > 2) {
        fork();
        pause();
    }
    return 0;
}
"""
_ALL = ["file", "temporary", "fifo", "memory", "semaphore", "queue", "system V"]


@functools.cache
def keeper() -> Program:
    return c_source(_KEEPER)


def played(steps: str, *args: str) -> History:
    parts = {"first": {"args": list(args)}, "second": {}}
    return perform({"first": keeper(), "second": keeper()}, steps, parts=parts)


def test_what_the_kernel_keeps_outlives_the_processes() -> None:
    history = played("[{start: first}, {exit: {first: 0}}, {start: second}, {exit: {second: 0}}]", "make")
    assert history.end.reason is EndReason.FINISHED
    assert output(history, "second").split("\n")[:-1] == _ALL


def test_only_files_outlive_a_reboot() -> None:
    steps = (
        "[{start: first}, {expect: {part: first, lines: [file, temporary, fifo, memory, semaphore, queue, "
        "system V]}}, {blocked: {part: first, processes: 2}}, {reboot: true}, "
        "{absent: {kind: queue, name: /queue}}, "
        "{start: second}, {exit: {second: 0}}, {expect: {part: second, lines: [file, fifo]}}]"
    )
    history = played(steps, "make", "and stay")
    assert history.end.reason is EndReason.FINISHED
    (reboot,) = (op for op in history.ops if op.f == "reboot")
    assert (reboot.type, reboot.value) == (OpType.OK, {"step": 3, "parts": ["first"]})
    ends = [op for op in history.ops if op.f == "exit" and op.part == "first"]
    assert [op.value["signal"] for op in ends] == ["SIGKILL", "SIGKILL"]
    assert [(entry.kind, entry.name) for entry in history.after] == [
        (ObjectKind.FIFO, "fifo"),
        (ObjectKind.FILE, "file"),
    ]
    assert compose.judge(history, spec_of(steps, {"first": {}, "second": {}})) == []


def test_what_must_outlive_a_reboot_and_does_not_is_told_by_its_persistence() -> None:
    steps = "[{start: first}, {exit: {first: 0}}, {reboot: true}, {present: {kind: queue, name: /queue}}]"
    history = played(steps, "make")
    found = compose.judge(history, spec_of(steps, {"first": {}, "second": {}}))
    assert [(finding.check, finding.message) for finding in found] == [
        (
            "persistence",
            "queue /queue is missing since the reboot, which no object of the kernel outlives: "
            "nobody made it again.",
        )
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_reboot_comes_at_any_point_and_the_run_is_the_same_each_time(seed: int) -> None:
    steps = "[{start: first}, {reboot: true}, {start: second}, {exit: {second: 0}}]"
    parts = {"first": {"args": ["make", "and stay"]}, "second": {}}
    runs = [
        perform({"first": keeper(), "second": keeper()}, steps, parts=parts, strategy="random", seed=seed)
        for _ in range(2)
    ]
    assert runs[0].end.reason is EndReason.FINISHED
    assert runs[0].dump() == runs[1].dump()
    assert set(output(runs[0], "second").split("\n")[:-1]) <= {"file", "fifo"}
