"""How a part is started: the gate, what it inherits, its terminal, its session."""

from __future__ import annotations

import array
import fcntl
import json
import os
import platform
import re
import resource
import select
import signal
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.config import LimitsConfig
from grader.sandbox.box import Box, BoxError
from grader.sandbox.isolation import MINIMAL_ENVIRONMENT

from .running import (
    TRACE_ALL,
    WAYS,
    Tracer,
    descriptors,
    opened,
    read_line,
    released,
    run,
    run_python,
    state,
    status,
    to_end,
    until,
)

pytestmark = pytest.mark.system

EXECVE = {"x86_64": 59, "aarch64": 221}[platform.machine()]
EXECVEAT = {"x86_64": 322, "aarch64": 281}[platform.machine()]


@pytest.fixture(params=WAYS)
def tracing_box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with opened(request.param, filter_program=TRACE_ALL) as made:
        yield made


def test_a_process_waits_at_the_gate_and_its_pid_is_known_on_both_sides(box: Box) -> None:
    started = box.start(["/bin/echo", "hello"])
    pids = status(started.pid)["NSpid"].split()
    assert (int(pids[0]), int(pids[-1])) == (started.pid, started.sandbox_pid)
    assert "python" in str(Path(f"/proc/{started.pid}/exe").readlink())
    assert to_end(started) == "hello\n"


def test_a_program_has_exactly_three_descriptors(box: Box) -> None:
    with released(box.start(["/bin/cat"])) as started:
        os.write(started.stdin_fd, b"running\n")
        assert read_line(started.stdout_fd) == "running"
        ours = descriptors(os.getpid())
        ends = (started.stdin_fd, started.stdout_fd, started.stderr_fd)
        assert descriptors(started.pid) == {str(n): ours[str(fd)] for n, fd in enumerate(ends)}


def test_the_graders_ends_do_not_block_and_are_not_inherited(box: Box) -> None:
    for terminal in (False, True):
        started = box.start(["/bin/true"], terminal=terminal)
        ends = (started.stdin_fd, started.stdout_fd, started.stderr_fd)
        assert [os.get_blocking(fd) for fd in ends] == [False] * 3
        assert [os.get_inheritable(fd) for fd in (*ends, started.terminal_fd) if fd >= 0] == [False] * (
            3 + terminal
        )
        started.close()


def test_nobody_else_holds_a_programs_streams(box: Box) -> None:
    started = box.start(["/bin/true"])
    with released(started):
        # Who forked it closes its own at some time afterwards.
        until(lambda: _alone(started.stdout_fd), "somebody else has stdout open")
        until(lambda: _alone(started.stdin_fd), "somebody else has stdin open")


def _ends(pid: int) -> bool:
    until(lambda: state(pid) in {"", "Z"}, "the program did not end")
    return True


def _alone(fd: int) -> bool:
    """Whether nobody has the other end of a pipe open."""
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(0))


def test_signals_are_as_a_shell_would_leave_them(box: Box) -> None:
    printed = dict(line.split(":\t") for line in run(box, "/bin/cat", "/proc/self/status").splitlines())
    names = ("SigBlk", "SigIgn", "SigCgt", "CapEff", "NoNewPrivs")
    assert {name: printed[name] for name in names} == {
        "SigBlk": "0" * 16,
        "SigIgn": "0" * 16,
        "SigCgt": "0" * 16,
        "CapEff": "0" * 16,
        "NoNewPrivs": "1",
    }


FACTS = """
import json, os, resource, sys
bound = lambda name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))
print(json.dumps({
    "argv": sys.argv[1:], "cwd": os.getcwd(), "umask": os.umask(0), "ids": [os.getuid(), os.getgid()],
    "env": dict(os.environ), "host": os.uname().nodename,
    "leader": os.getpgrp() == os.getpid(), "parent in session": os.getsid(0) == os.getsid(os.getppid()),
    "pid": os.getpid(),
    "limits": {name: bound(name) for name in ("AS", "CORE", "FSIZE", "NOFILE")},
}))
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_program_finds_what_the_contract_says(way: str) -> None:
    limits = LimitsConfig(memory_mib=256, file_mib=3, open_files=99)
    with opened(way, limits) as box:
        box.put("/submission", b"")
        argv = ["/usr/bin/env", "python3", "-c", FACTS, "a b", "", os.fsdecode(b"\xff")]
        started = box.start(argv, env={"LEVEL": "3", "HOME": "/tmp"}, cwd="/tmp")
        facts = json.loads(to_end(started))
        environment = MINIMAL_ENVIRONMENT | {"LEVEL": "3", "HOME": "/tmp"}
    assert facts == {
        "argv": ["a b", "", "\udcff"],
        "cwd": "/tmp",
        "umask": 0o022,
        "ids": [1000, 1000],
        "env": environment | {"LC_CTYPE": "C.UTF-8"} if "LC_CTYPE" in facts["env"] else environment,
        "host": "sandbox",
        "leader": True,
        "parent in session": True,
        "pid": started.sandbox_pid,
        "limits": {
            "AS": [256 << 20] * 2,
            "CORE": [0, 0],
            "FSIZE": [3 << 20] * 2,
            "NOFILE": [99, 99],
        },
    }


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_program_begins_with_the_umask_that_is_asked_for(box: Box, umask: int) -> None:
    started = box.start(["/bin/sh", "-c", "umask"], umask=umask)
    assert to_end(started) == f"{umask:04o}\n"


def test_addresses_are_the_same_in_every_run(box: Box) -> None:
    maps = {run(box, "/bin/grep", "-E", "stack|heap|libc", "/proc/self/maps").split()[0] for _ in range(3)}
    assert len(maps) == 1


def test_the_same_starts_give_the_same_pids() -> None:
    pids = []
    for way in (*WAYS, *WAYS):
        with opened(way) as box:
            parts = [box.start(["/bin/true"], terminal=terminal) for terminal in (False, True)]
            pids.append([part.sandbox_pid for part in parts])
            for part in parts:
                part.close()
    assert pids == pids[:1] * 4


def test_the_tracer_sees_exec_first_and_nothing_before(tracing_box: Box) -> None:
    started = tracing_box.start(["/bin/true"])
    tracer = Tracer(started.pid)
    with released(started):
        assert tracer.to_end() == 0
    assert tracer.calls[:2] == [EXECVE, "exec"]


def test_a_program_handed_over_runs_although_it_exists_nowhere(tracing_box: Box) -> None:
    binary = Path("/bin/echo").read_bytes()
    started = tracing_box.start(["/submission/reference", "hello"], executable=binary)
    tracer = Tracer(started.pid)
    with released(started):
        assert tracer.to_end() == 0
        assert os.read(started.stdout_fd, 100) == b"hello\n"
    assert tracer.calls[:2] == [EXECVEAT, "exec"]
    assert tracing_box.read("/submission/reference", 10) is None


def test_python_source_handed_over_sees_its_name_and_no_extra_descriptor(box: Box) -> None:
    source = (
        "import os, sys\n"
        "print(sys.argv, [fd for fd in range(9) if os.path.exists(f'/proc/self/fd/{fd}')], __name__)\n"
    )
    assert run_python(box, source, "x") == "['/submission/test.py', 'x'] [0, 1, 2] __main__\n"


def test_a_program_that_does_not_exist_ends_with_127(tracing_box: Box) -> None:
    started = tracing_box.start(["/work/nothing"])
    tracer = Tracer(started.pid)
    with released(started):
        assert tracer.to_end() == 127


def test_a_process_that_is_not_released_ends_when_it_is_closed(box: Box) -> None:
    started = box.start(["/bin/echo", "never"])
    started.close()
    assert _ends(started.pid)
    assert (started.stdin_fd, started.stdout_fd, started.stderr_fd) == (-1, -1, -1)


def test_what_cannot_be_started_is_told_and_leaves_the_box_usable(box: Box) -> None:
    with pytest.raises(BoxError, match="/work/missing"):
        box.start(["/bin/true"], cwd="/work/missing")
    assert run(box, "/bin/echo", "still here") == "still here\n"


class TestTerminal:
    def test_stdin_and_stdout_are_the_controlling_terminal_and_stderr_is_not(self, box: Box) -> None:
        source = (
            "import os, sys, termios\n"
            "print([os.isatty(fd) for fd in range(3)], os.ttyname(0) == os.ttyname(1) and os.ttyname(0)[:9],"
            " os.tcgetpgrp(0) == os.getpgrp(), os.ctermid(), os.open('/dev/tty', os.O_RDWR) > 2)"
        )
        assert run_python(box, source, terminal=True) == "[True, True, False] /dev/pts/ True /dev/tty True\n"

    def test_input_is_not_echoed_and_output_not_changed(self, box: Box) -> None:
        assert run(box, "/usr/bin/head", "-n2", terminal=True, text=b"one\ntwo\n") == "one\ntwo\n"

    def test_lines_are_edited_and_ctrl_d_is_the_end(self, box: Box) -> None:
        assert run(box, "/bin/cat", terminal=True, text=b"abX\x7fc\n\x04") == "abc\n"

    def test_ctrl_c_is_sigint(self, tracing_box: Box) -> None:
        started = tracing_box.start(["/bin/cat"], terminal=True)
        tracer = Tracer(started.pid)
        with released(started):
            os.write(started.stdin_fd, b"\x03")
            assert tracer.to_end() == -signal.SIGINT

    def test_ctrl_z_stops_it_since_its_group_is_no_orphan(self, box: Box) -> None:
        with released(box.start(["/bin/cat"], terminal=True)) as started:
            os.write(started.stdin_fd, b"running\n")
            assert read_line(started.stdout_fd) == "running"
            os.write(started.stdin_fd, b"\x1a")
            until(lambda: state(started.pid) == "T", "it was not stopped")

    def test_the_grader_can_ask_how_much_input_is_unread(self, box: Box) -> None:
        with released(box.start(["/bin/sleep", "100"], terminal=True)) as started:
            os.write(started.stdin_fd, b"12345\n")
            select.select([started.terminal_fd], [], [], 0)  # lets the kernel deliver what was written
            unread = array.array("i", [0])
            fcntl.ioctl(started.terminal_fd, termios.FIONREAD, unread)
            assert list(unread) == [6]


def test_a_program_without_terminal_can_be_stopped_too(box: Box) -> None:
    with released(box.start(["/bin/sh", "-c", "kill -TSTP $$; echo continued"])) as started:
        until(lambda: state(started.pid) == "T", "it was not stopped")
        os.kill(started.pid, signal.SIGCONT)
        assert read_line(started.stdout_fd) == "continued"


def test_a_killed_keeper_and_a_kill_of_everybody_leave_the_box_usable(fresh_box: Box) -> None:
    run(fresh_box, "/bin/sh", "-c", "kill -9 $PPID; kill -9 1; exit 3")
    run(fresh_box, "/bin/sh", "-c", "trap '' TERM; kill -TERM -1; kill -KILL -1")
    assert run(fresh_box, "/bin/echo", "still here") == "still here\n"


def test_orphans_do_not_stay_as_zombies(fresh_box: Box) -> None:
    run(fresh_box, "/bin/sh", "-c", "(sleep 0.05 & exec sleep 0) & exec sleep 0")
    until(lambda: "sleep" not in run(fresh_box, "/bin/ps", "-eo", "comm"), "an orphan stayed")


def test_the_message_queue_limit_is_as_high_as_it_can_be(box: Box) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_MSGQUEUE)
    with released(box.start(["/bin/sleep", "100"])) as started:
        assert resource.prlimit(started.pid, resource.RLIMIT_MSGQUEUE) == (hard, hard)


def test_the_network_is_a_loopback_of_its_own(box: Box) -> None:
    source = (
        "import socket\n"
        "server = socket.create_server(('localhost', 8080))\n"
        "client = socket.create_connection(('127.0.0.1', 8080))\n"
        "client.sendall(b'x'); print(server.accept()[0].recv(1), [name for _, name in socket.if_nameindex()])"
    )
    assert run_python(box, source) == "b'x' ['lo']\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_part_cannot_keep_the_box_open_after_it_is_closed(way: str) -> None:
    with opened(way) as box:
        started = box.start(["/bin/sh", "-c", "trap '' TERM HUP; setsid sleep 1000 & sleep 1000"])
        started.release()
        until(lambda: "sh" in Path(f"/proc/{started.pid}/comm").read_text(), "it did not start")
    assert state(started.pid) == ""


class TestProcessors:
    def test_all_programs_run_on_the_same_one_and_none_interrupts_another(self, any_box: Box) -> None:
        tell = "import os; print(sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0) == os.SCHED_BATCH)"
        first, second = run_python(any_box, tell), run_python(any_box, tell)

        assert first == second
        assert re.fullmatch(r"\[\d+\] True\n", first)
