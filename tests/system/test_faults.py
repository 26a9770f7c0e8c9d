"""Faults from the scenario to the report: right programs bear them, wrong ones fail by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.system

_HEAD = """\
id: demo
title: A demo
summary: One scenario.
mechanisms: [pipe]
difficulty: 1
hours: 1
languages: [c]
schedules: 1
roles:
  victim: {}
  reader: {}
scenarios:
  - id: first
    title: It bears that
    points: 1
    hint: Look at the result.
"""
_ALONE = """\
    cast:
      victim: {role: victim, by: submission}
"""
_INCLUDES = """\
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
"""
_READER = """\
int main(void)
{
    char text[64] = "";
    int fd = open("data", O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        printf("%s", text);
    return 0;
}
"""


def site(tmp_path: Path, scenario: str, victim: str, reader: str = _READER) -> Path:
    """A site with one exercise, whose reference is the submission itself."""
    files = {
        "config.yaml": "exploration: {jobs: 1}\n",
        "exercises/demo/exercise.yaml": _HEAD + scenario,
        "reference/demo/peers/c/victim.c": _INCLUDES + victim,
        "reference/demo/peers/c/reader.c": _INCLUDES + reader,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def grader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def graded(folder: Path) -> Any:
    """Grade the program, and return the scenario's result."""
    done = grader(folder, "check", "demo", "reference/demo/peers/c", "--json", "result.json")
    assert done.returncode in (0, 1), done.stderr
    (scenario,) = json.loads((folder / "result.json").read_text())["scenarios"]
    return scenario


def failure(folder: Path) -> tuple[str, str]:
    """Return the check that fails, and its message."""
    scenario = graded(folder)
    assert scenario["outcome"] == "failed", scenario
    (finding,) = scenario["findings"]
    return finding["check"], finding["message"]


# -- killed ----------------------------------------------------------------------------------------------

_SAVED = (
    _ALONE
    + """\
      reader: {role: reader, by: submission}
    steps:
      - create: {kind: file, name: data, content: "old\\n"}
      - start: victim
      - exit: {victim: 0}
      - start: reader
      - expect: {part: reader, one_of: [[new], [old]]}
      - exit: {reader: 0}
    leaves: [{kind: file, name: data}]
    faults:
      - kill: victim
"""
)
_IN_PLACE = """\
int main(void)
{
    int fd = open("data", O_WRONLY | O_TRUNC);
    write(fd, "new\\n", 4);
    return close(fd);
}
"""
_BESIDE = """\
int main(void)
{
    int fd = open("data.new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    write(fd, "new\\n", 4);
    close(fd);
    return rename("data.new", "data");
}
"""


def test_who_replaces_a_file_whole_can_be_killed_at_each_point(tmp_path: Path) -> None:
    result = graded(site(tmp_path, _SAVED, _BESIDE))
    assert (result["outcome"], result["findings"]) == ("passed", [])
    assert result["explored"].endswith("; victim killed at each of 4 points")


def test_who_rewrites_a_file_in_place_loses_it_when_killed(tmp_path: Path) -> None:
    folder = site(tmp_path, _SAVED, _IN_PLACE)
    assert failure(folder) == (
        "crash-safety",
        "victim was killed after open on data at victim.c:15, and then: reader did not print all it "
        'should: MISSING "new" (0 of 1 lines printed); nor is it the other that would be right.',
    )


def test_a_counterexample_holds_the_fault(tmp_path: Path) -> None:
    folder = site(tmp_path, _SAVED, _IN_PLACE)
    graded(folder)
    (example,) = folder.glob("runs/*/*.replay.json")
    assert json.loads(example.read_text())["fault"]["act"] == ["victim", "write", 1]
    done = grader(folder, "replay", str(example.relative_to(folder)), "reference/demo/peers/c")
    assert "fault: kill victim before its write 1" in done.stdout, done.stdout + done.stderr
    assert "crash-safety" in done.stdout
    (stored,) = folder.glob("runs/*/plan.json")
    again = grader(folder, "recheck", str(stored.parent.relative_to(folder)))
    assert "crash-safety" in again.stdout, again.stdout + again.stderr


_PAIR = (
    _ALONE
    + """\
      reader: {role: reader, by: submission}
    steps:
      - create: {kind: fifo, name: data}
      - start: [victim, reader]
      - exit: {victim: 0, reader: 0}
    leaves: [{kind: fifo, name: data}]
    faults:
      - kill: victim
"""
)
_SENDS_TWICE = """\
int main(void)
{
    int fd = open("data", O_WRONLY);
    write(fd, "a", 1);
    write(fd, "b", 1);
    return close(fd);
}
"""
_TAKES_TWO = """\
int main(void)
{
    char byte;
    int fd = open("data", %s), got = 0;
    while (got < 2) {
        ssize_t more = read(fd, &byte, 1);
        if (more <= 0)
            break;
        got++;
    }
    return 0;
}
"""


def test_who_keeps_a_write_end_does_not_notice_that_the_other_one_died(tmp_path: Path) -> None:
    check, message = failure(site(tmp_path, _PAIR, _SENDS_TWICE, _TAKES_TWO % "O_RDWR"))
    assert check == "peer-death"
    assert message == (
        "victim was killed at its beginning, and then: reader waits in read on data at reader.c:18; the only "
        "open write end is its own descriptor 3."
    )


def test_a_child_alone_is_killed(tmp_path: Path) -> None:
    scenario = (
        _ALONE
        + """\
    steps:
      - start: victim
      - exit: {victim: [0, 9]}
    faults:
      - kill: {part: victim, child: 1}
"""
    )
    family = """\
int main(void)
{
    int status, ends[2];
    pipe(ends);
    if (fork() == 0) {
        write(ends[1], "x", 1);
        _exit(0);
    }
    close(ends[1]);
    wait(&status);
    close(ends[0]);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
"""
    result = graded(site(tmp_path, scenario, family))
    assert (result["outcome"], result["findings"]) == ("passed", [])
    assert result["explored"].endswith("; child 1 of victim killed at 1 of 1 point")
    strict = scenario.replace("[0, 9]", "0")
    check, message = failure(site(tmp_path, strict, family))
    assert check == "peer-death"
    assert message.startswith("child 1 of victim was killed")


# -- interrupted -----------------------------------------------------------------------------------------

_WAITS = """\
static void nothing(int number) { (void)number; }
int main(void)
{
    struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    int set = semget(IPC_PRIVATE, 1, 0600), result;
    struct sembuf take = {0, -1, 0}, give = {0, 1, 0};
    sigaction(SIGUSR1, &action, NULL);
    if (fork() == 0) {
        char byte;
        read(0, &byte, 1);
        _exit(semop(set, &give, 1));
    }
    %s
    wait(NULL);
    semctl(set, 0, IPC_RMID);
    return result != 0;
}
"""
_ONCE, _AGAIN = "result = semop(set, &take, 1);", "while ((result = semop(set, &take, 1)) && errno == EINTR);"
_WAITED_FOR = (
    _ALONE
    + """\
    steps:
      - start: victim
      - blocked: {part: victim, call: semop}
      - close: victim
      - exit: {victim: 0}
    faults:
      - %s
"""
)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("stop: victim", "victim stopped and continued at each of 2 points"),
        ("interrupt: {part: victim, signal: USR1}", "victim interrupted at each of 2 points"),
    ],
)
def test_a_call_has_to_be_made_again(tmp_path: Path, fault: str, told: str) -> None:
    result = graded(site(tmp_path, _WAITED_FOR % fault, _WAITS % _AGAIN))
    assert (result["outcome"], result["findings"]) == ("passed", [])
    assert result["explored"].endswith(f"; {told}")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("stop: victim", "victim was stopped and continued while it slept in semop on"),
        ("interrupt: {part: victim, signal: USR1}", "SIGUSR1 came to victim while it slept in semop on"),
    ],
)
def test_who_does_not_make_it_again_is_found_out(tmp_path: Path, fault: str, words: str) -> None:
    check, message = failure(site(tmp_path, _WAITED_FOR % fault, _WAITS % _ONCE))
    assert check == "interruption"
    assert message.startswith(words)


_SLOW_PEER = (
    _ALONE
    + """\
    steps:
      - start: victim
      - expect: {part: victim, lines: answered}
      - exit: {victim: 0}
    faults:
      - stop: {part: victim, child: 1, seconds: 30}
"""
)
_ASKS_ITS_CHILD = """\
#include <poll.h>
int main(void)
{
    int ends[2];
    char byte = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return 1;
    if (fork() == 0) {
        close(ends[0]);
        _exit(write(ends[1], "", 1) != 1 || read(ends[1], &byte, 1) != 1 || write(ends[1], "", 1) != 1);
    }
    close(ends[1]);
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    if (read(ends[0], &byte, 1) != 1 || write(ends[0], "", 1) != 1)
        return 1;
    %s
    wait(NULL);
    return 0;
}
"""


def test_who_waits_as_long_as_it_takes_bears_a_slow_peer(tmp_path: Path) -> None:
    asks = _ASKS_ITS_CHILD % 'if (poll(&ready, 1, -1) == 1) puts("answered");'
    result = graded(site(tmp_path, _SLOW_PEER, asks))
    assert (result["outcome"], result["findings"]) == ("passed", [])
    assert result["explored"].endswith("; child 1 of victim stopped for 30 s at 1 of 1 point")


@pytest.mark.parametrize(
    ("waits", "check"),
    [
        ('puts(poll(&ready, 1, 20000) == 1 ? "answered" : "gone on");', "output"),
        ('while (poll(&ready, 1, 1000) == 0) continue; puts("answered");', "polling"),
    ],
)
def test_time_outs_expire_while_a_peer_is_stopped(tmp_path: Path, waits: str, check: str) -> None:
    found, message = failure(site(tmp_path, _SLOW_PEER, _ASKS_ITS_CHILD % waits))
    assert found == check
    assert message.startswith("child 1 of victim was stopped for 30 s while it slept in read on")


# -- cut short, failing, lost ----------------------------------------------------------------------------

_LINE = (
    _ALONE
    + """\
    steps:
      - start: victim
      - send: {victim: "hello\\n"}
      - close: victim
      - expect: {part: victim, lines: hello}
      - exit: {victim: 0}
    faults:
      - short: victim
"""
)
_ONE_READ = """\
int main(void)
{
    char line[64] = "";
    ssize_t size = read(0, line, sizeof line - 1);
    return size < 1 || printf("%.*s\\n", (int)strcspn(line, "\\n"), line) < 0;
}
"""
_TO_THE_END = """\
int main(void)
{
    char line[64] = "";
    ssize_t size = 0, more;
    while ((more = read(0, line + size, sizeof line - 1 - size)) > 0)
        size += more;
    return printf("%.*s\\n", (int)strcspn(line, "\\n"), line) < 0;
}
"""


def test_who_reads_on_bears_a_short_read(tmp_path: Path) -> None:
    result = graded(site(tmp_path, _LINE, _TO_THE_END))
    assert (result["outcome"], result["findings"]) == ("passed", [])
    assert result["explored"].endswith("; reads and writes of victim cut short at 1 of 1 point")


def test_who_takes_a_read_for_a_line_is_found_out(tmp_path: Path) -> None:
    assert failure(site(tmp_path, _LINE, _ONE_READ)) == (
        "partial-io",
        "read on stdin of victim at victim.c:16 of victim moved one byte only, and then: victim printed "
        'something else: line 1 should be "hello" and is "h" (1 of 1 lines printed).',
    )


_FULL = (
    _ALONE
    + """\
    steps:
      - start: victim
      - exit: {victim: [0, 1]}
      - absent: {kind: file, name: data}
    faults:
      - fail: {part: victim, calls: [open, write], error: ENOSPC}
"""
)
_CLEANS = """\
int main(void)
{
    int fd = open("data", O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return 1;
    if (write(fd, "x", 1) != 1)
        %s
    unlink("data");
    return 0;
}
"""


def test_a_call_that_fails_leaves_the_finding_its_name(tmp_path: Path) -> None:
    right = graded(site(tmp_path, _FULL, _CLEANS % 'return unlink("data"), 1;'))
    assert (right["outcome"], right["findings"]) == ("passed", [])
    assert right["explored"].endswith("; calls of victim made to fail at each of 2 points")
    check, message = failure(site(tmp_path, _FULL, _CLEANS % "return 1;"))
    assert check in ("persistence", "leftovers")
    assert message.startswith("write on data at victim.c:18 of victim failed with ENOSPC, and then: ")


_DATAGRAM = (
    _ALONE
    + """\
    steps:
      - start: victim
      - exit: {victim: 0}
    leaves: [{kind: socket, name: data}]
    faults:
      - lose: victim
"""
)
_SENDS = """\
int main(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "data"};
    int from = socket(AF_UNIX, SOCK_DGRAM, 0), to = socket(AF_UNIX, SOCK_DGRAM, 0);
    char byte;
    bind(to, (struct sockaddr *)&name, sizeof name);
    if (sendto(from, "x", 1, 0, (struct sockaddr *)&name, sizeof name) != 1)
        return 2;
    return recv(to, &byte, 1, MSG_DONTWAIT) != 1;
}
"""


def test_a_datagram_is_lost_though_it_was_sent(tmp_path: Path) -> None:
    check, message = failure(site(tmp_path, _DATAGRAM, _SENDS))
    assert check == "exit-status"
    assert message.startswith("what victim sent with send on")


def test_a_datagram_comes_twice(tmp_path: Path) -> None:
    counts = _SENDS.replace(
        "return recv(to, &byte, 1, MSG_DONTWAIT) != 1;",
        "int got = -1;\n    do got++; while (recv(to, &byte, 1, MSG_DONTWAIT) == 1);\n    return got - 1;",
    )
    folder = site(tmp_path, _DATAGRAM.replace("lose: victim", "double: victim"), counts)
    assert failure(folder) == (
        "exit-status",
        "what victim sent with send on socket:1 at victim.c:19 came twice, and then: "
        "victim ended with status 1, and should end with status 0.",
    )


# -- how much is tried -----------------------------------------------------------------------------------


def test_of_many_points_so_many_are_tried_as_the_site_says(tmp_path: Path) -> None:
    folder = site(tmp_path, _SAVED, _BESIDE)
    (folder / "config.yaml").write_text("exploration: {jobs: 1, faults: 2}\n")
    assert graded(folder)["explored"].endswith("; victim killed at 2 of 4 points")
