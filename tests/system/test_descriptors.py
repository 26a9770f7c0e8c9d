"""What the kernel says of open descriptors, and names that are removed too early, in runs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader.checkers import compose
from grader.model.history import History
from grader.model.verdict import Finding, Severity
from tests.system.run_program import c_source, perform, spec_of

pytestmark = pytest.mark.system

_HEAD = """
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
"""
_ENDS = "[{start: tracee}, {exit: {tracee: 0}}]"


def judged(source: str, steps: str = _ENDS, **options: Any) -> tuple[History, list[Finding]]:
    history = perform(c_source(_HEAD + source), steps, **options)
    return history, compose.judge(history, spec_of(steps, {"tracee": {}}))


def told(finding: Finding) -> str:
    return re.sub(r"\w+\.c:(\d+)", r"line \1", finding.message)


def errors(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.check, told(one)) for one in findings if one.severity is Severity.ERROR]


_PIPE = """
int main(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    if (fork() == 0) {
        %s
        while (read(ends[0], &byte, 1) > 0)
            ;
        _exit(0);
    }
    close(ends[0]);
    write(ends[1], "x", 1);
    close(ends[1]);
    wait(NULL);
    return 0;
}
"""


def test_a_reader_that_keeps_the_write_end_waits_for_ever() -> None:
    _, findings = judged(_PIPE % "")
    assert errors(findings) == [
        (
            "descriptors",
            "tracee (pid 5) waits in read on pipe:1 at line 15 and gets no end of file: it keeps a write end "
            "open itself (descriptor 4, inherited) that it does not use; the pipe was made at line 12.",
        )
    ]
    assert judged(_PIPE % "close(ends[1]);")[1] == []


def test_the_kernel_tells_what_a_new_program_finds_open() -> None:
    history, findings = judged(
        """
int main(void)
{
    int ends[2], copy = open("file", O_RDWR | O_CREAT, 0600);
    unlink("file");
    pipe2(ends, O_CLOEXEC);
    if (fork() == 0) {
        dup2(ends[0], 0);
        execl("/bin/true", "true", NULL);
    }
    close(ends[0]);
    wait(NULL);
    return copy == -1;
}
"""
    )
    (started,) = (op for op in history.ops if op.f == "exec" and "holds" in op.value)
    holds: Any = started.value["holds"]
    assert [row for row in holds if "std" not in row[1]] == [
        [0, "pipe:1", "r"],
        [3, "file:file", "rw"],
    ]
    (ended,) = (op for op in history.ops if op.f == "exit" and op.pid == 4)
    assert ended.value["holds"] == [[5, "pipe:1", "w"]]
    assert [(one.severity, told(one)) for one in findings] == [
        (Severity.ADVICE, "tracee (pid 5) starts true with descriptor 3 (file) open.")
    ]


_SERVER = """
int main(void)
{
    char line[9];
    while (read(0, line, sizeof line) > 0) {
        int file = open("log", O_RDWR | O_CREAT, 0600);
        write(1, "done\\n", 5);
        %s
    }
    unlink("log");
    return 0;
}
"""
_REQUEST = "{send: {tracee: x}}, {expect: {part: tracee, lines: done}}, {blocked: {part: tracee}}"
_FOUR = f"[{{start: tracee}}, {', '.join([_REQUEST] * 4)}, {{close: tracee}}, {{exit: {{tracee: 0}}}}]"


def test_descriptors_that_become_more_with_each_request() -> None:
    _, findings = judged(_SERVER % "(void)file;", _FOUR)
    assert errors(findings) == [
        (
            "descriptors",
            "tracee has 7 descriptors open where it had 4 before, with the same processes around it: what "
            "open opens at line 12 is never closed (log).",
        )
    ]
    assert judged(_SERVER % "close(file);", _FOUR)[1] == []


_EARLY = """
int main(void)
{
    int memory = shm_open("/m", O_RDWR | O_CREAT | O_EXCL, 0600);
    ftruncate(memory, 8);
    if (fork() == 0)
        _exit(shm_open("/m", O_RDWR, 0) == -1);
    int status;
    %s
    return status != 0;
}
"""


def test_a_name_that_is_removed_before_a_child_has_opened_it_is_found_by_schedule() -> None:
    found = set()
    for seed in range(8):
        _, findings = judged(_EARLY % 'shm_unlink("/m"); wait(&status);', strategy="random", seed=seed)
        found |= set(errors(findings))
    assert found == {
        (
            "persistence",
            "tracee removed shared memory /m at line 15 too early: "
            "tracee (pid 5), which needs it, finds nothing at line 13.",
        )
    }
    assert judged(_EARLY % 'wait(&status); shm_unlink("/m");')[1] == []
