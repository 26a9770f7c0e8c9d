"""What a hostile submission tries against machine, grader and reference; named after the attack."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.executors.build import Build, build
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig
from grader.model.history import ObjectKind
from grader.sandbox.box import Box, Started
from grader.sandbox.isolation import interpreter

from ..unit.sandbox.running import WAYS, opened

pytestmark = pytest.mark.system

DEADLINE_S = 20.0
TRIES = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, act):
    try:
        result = act()
    except OSError as error:
        print(name, "refused", error.errno)
    else:
        print(name, "done", result)
def call(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result
"""


@pytest.fixture(params=WAYS)
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made


def attack(box: Box, source: str, *args: object) -> list[str]:
    """Run hostile Python; the lines it prints."""
    argv = [interpreter(), "/submission/attack.py", *map(str, args)]
    started = box.start(argv, executable=(TRIES + source).encode())
    try:
        started.release()
        return _printed(started).splitlines()
    finally:
        started.close()


def _printed(started: Started) -> str:
    poll = select.poll()
    poll.register(started.stdout_fd, select.POLLIN)
    printed = b""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if poll.poll(100):
            data = os.read(started.stdout_fd, 65536)
            if not data:
                break
            printed += data
    errors = b""
    if select.select([started.stderr_fd], [], [], 0)[0]:
        errors = os.read(started.stderr_fd, 65536)
    return (printed + errors).decode(errors="replace")


def refused(lines: list[str]) -> bool:
    return bool(lines) and all(" refused " in line for line in lines)


@pytest.fixture
def reference(box: Box) -> Iterator[Started]:
    """A running reference program."""
    started = box.start(["/submission/reference"], executable=Path("/bin/cat").read_bytes())
    started.release()
    os.write(started.stdin_fd, b"the expected answer\n")
    assert select.select([started.stdout_fd], [], [], DEADLINE_S)[0]
    yield started
    started.close()


class TestTheMachine:
    def test_settings_of_the_kernel_cannot_be_written_even_if_the_grader_is_root(self, box: Box) -> None:
        # Only asks whether it could: a test must not change the machine if the answer is yes.
        source = """
for top in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs"):
    for folder, folders, files in os.walk(top):
        for name in files:
            if os.access(os.path.join(folder, name), os.W_OK):
                print(os.path.join(folder, name))
for name in os.listdir("/proc"):
    path = os.path.join("/proc", name)
    if not name.isdigit() and os.path.isfile(path) and os.access(path, os.W_OK):
        print(path)
"""
        assert attack(box, source) == []

    def test_nothing_of_the_machine_is_visible_or_writable(self, box: Box) -> None:
        secret = Path(__file__).resolve()
        package = Path(__file__).resolve().parents[2] / "grader"
        source = """
for path in sys.argv[1:]:
    attempt(path, lambda: os.stat(path))
for path in ("/usr/x", "/etc/x", "/x", "/dev/x", "/bin/x", "/opt/x", "/opt/python/x", sys.base_prefix + "/x"):
    attempt(path, lambda: os.open(path, os.O_WRONLY | os.O_CREAT))
attempt("remount", lambda: call(libc.mount(b"", b"/", b"", 32, None)))
attempt("device", lambda: os.mknod("/work/sda", 0o60600, os.makedev(8, 0)))
attempt("setuid", lambda: os.setuid(0))
attempt("reboot", lambda: call(libc.reboot(0)))
attempt("chroot", lambda: os.chroot("/work"))
attempt("hostname", lambda: call(libc.sethostname(b"x", 1)))
"""
        hidden = [secret, package, "/home", "/etc/shadow", "/var", "/sys", "/run", "/boot", "/proc/kcore"]
        lines = attack(box, source, *hidden)
        assert (len(lines), refused(lines)) == (len(hidden) + 14, True)

    def test_installed_packages_are_not_visible(self, box: Box) -> None:
        source = """
import importlib.util
print([name for name in ("grader", "pydantic", "pip", "yaml") if importlib.util.find_spec(name)])
"""
        assert attack(box, source) == ["[]"]

    def test_a_namespace_of_ones_own_gives_no_power_over_the_sandbox(self, box: Box) -> None:
        source = """
libc.unshare(0x10000000 | 0x20000)  # user, mount
for path in ("/proc/sys/kernel/hostname", "/usr/x", "/proc/1/mem"):
    attempt(path, lambda: os.open(path, os.O_RDWR | os.O_CREAT))
attempt("remount", lambda: call(libc.mount(None, b"/usr", None, 4096 | 32, None)))
"""
        assert refused(attack(box, source))

    def test_the_network_is_not_reachable(self, box: Box) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            source = """
import socket
attempt("here", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5))
attempt("out", lambda: socket.create_connection(("192.0.2.1", 80), 5))
"""
            assert refused(attack(box, source, port))

    def test_processes_of_the_machine_are_neither_visible_nor_killable(self, box: Box) -> None:
        source = """
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[-1] < 50)
attempt("kill", lambda: os.kill(int(sys.argv[1]), 0))
"""
        assert attack(box, source, os.getpid())[0] == "True"
        assert "refused" in attack(box, source, os.getpid())[1]

    def test_space_runs_out_before_memory_does(self, box: Box) -> None:
        source = """
import errno, resource
for folder in ("/work", "/tmp", "/dev/shm", "/submission"):
    written = 0
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb") as file:
                written += file.write(bytes(1 << 24))
    except OSError as error:
        print(folder, errno.errorcode[error.errno], 64 << 20 <= written <= 256 << 20)
"""
        expected = [f"{folder} ENOSPC True" for folder in ("/work", "/tmp", "/dev/shm", "/submission")]
        assert attack(box, source) == expected


class TestTheGrader:
    def test_the_agent_can_neither_be_killed_nor_traced_nor_read(self, box: Box) -> None:
        source = """
import signal
for number in signal.valid_signals():
    try:
        os.kill(1, number)
    except OSError:
        pass
for name in ("mem", "environ", "maps"):
    attempt(name, lambda: open("/proc/1/" + name, "rb").read(1))
for name in ("exe", "cwd", "root", "fd/0", "fd/3"):
    attempt(name, lambda: os.readlink("/proc/1/" + name))
attempt("attach", lambda: call(libc.ptrace(16, 1, None, None)))
attempt("seize", lambda: call(libc.ptrace(0x4206, 1, None, None)))
attempt("pidfd", lambda: call(libc.syscall(438, os.pidfd_open(1), 3, 0)))
"""
        lines = attack(box, source)
        assert (len(lines), refused(lines)) == (11, True), lines
        assert box.inventory() == ()

    def test_the_keeper_can_be_killed_but_not_used(self, box: Box) -> None:
        source = """
parent = os.getppid()
attempt("attach", lambda: call(libc.ptrace(16, parent, None, None)))
attempt("mem", lambda: open(f"/proc/{parent}/mem", "rb"))
attempt("fd", lambda: os.readlink(f"/proc/{parent}/fd/0"))
attempt("exe", lambda: os.readlink(f"/proc/{parent}/exe"))
"""
        assert refused(attack(box, source))

    def test_there_is_no_way_to_the_graders_terminal(self, box: Box) -> None:
        source = """
import fcntl, termios
attempt("tty", lambda: os.open("/dev/tty", os.O_RDWR))
attempt("console", lambda: os.open("/dev/console", os.O_RDWR))
attempt("tiocsti", lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x"))
"""
        assert refused(attack(box, source))

    def test_no_descriptor_of_the_grader_is_inherited(self, box: Box) -> None:
        source = """
for fd in range(3, 4096):
    try:
        print(fd, os.readlink(f"/proc/self/fd/{fd}"))
    except OSError:
        pass
"""
        assert attack(box, source) == []

    def test_names_and_files_made_to_confuse_do_not(self, box: Box) -> None:
        source = r"""
os.mkdir(b"/work/\xff\n\x1b[2J"); os.mkfifo("/work/fifo"); os.symlink("/work", "/work/loop")
os.symlink("/dev/zero", "/work/zero"); os.truncate(os.open("/work/sparse", os.O_CREAT | os.O_RDWR), 1 << 20)
os.chmod("/work", 0o500)
"""
        assert attack(box, source) == []
        names = {entry.name for entry in box.inventory()}
        assert names == {"\udcff\n\x1b[2J", "fifo", "loop", "zero", "sparse"}
        assert [box.read(name, 5) for name in ("fifo", "loop", "zero", "sparse")] == [
            None,
            None,
            None,
            bytes(5),
        ]

    def test_everybody_is_gone_with_the_box_whoever_tries_to_stay(self, box: Box) -> None:
        started = box.start(
            ["/bin/sh", "-c", "trap '' HUP TERM; (setsid sleep 54321 &); echo; exec sleep 54321"]
        )
        started.release()
        assert select.select([started.stdout_fd], [], [], DEADLINE_S)[0]
        box.close()
        started.close()
        commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert not any(b"54321" in command for command in commands)


class TestTheReference:
    def test_its_memory_program_and_descriptors_cannot_be_reached(self, box: Box, reference: Started) -> None:
        source = """
pid = int(sys.argv[1])
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(8)
local, remote = Vector(ctypes.addressof(buffer), 8), Vector(0x400000, 8)
attempt("attach", lambda: call(libc.ptrace(16, pid, None, None)))
attempt("seize", lambda: call(libc.ptrace(0x4206, pid, None, None)))
vectors = (ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
attempt("vm_readv", lambda: call(libc.process_vm_readv(pid, *vectors)))
attempt("vm_writev", lambda: call(libc.process_vm_writev(pid, *vectors)))
attempt("pidfd_getfd", lambda: call(libc.syscall(438, os.pidfd_open(pid), 1, 0)))
for name in ("mem", "environ", "auxv"):
    attempt(name, lambda: open(f"/proc/{pid}/{name}", "rb").read(1))
for name in ("exe", "fd/0", "cwd", "root"):
    attempt(name, lambda: os.readlink(f"/proc/{pid}/{name}"))
attempt("run it", lambda: open(f"/proc/{pid}/exe", "rb"))
"""
        assert box.parts_apart
        lines = attack(box, source, reference.sandbox_pid)
        assert (len(lines), refused(lines)) == (13, True)

    def test_its_source_is_not_on_its_command_line(self, box: Box) -> None:
        secret = "print('ready', flush=True); import time; time.sleep(1000)  # the solution"
        started = box.start([interpreter(), "/submission/peer.py"], executable=secret.encode())
        started.release()
        assert select.select([started.stdout_fd], [], [], DEADLINE_S)[0]
        source = "print('solution' in open(f'/proc/{sys.argv[1]}/cmdline').read())"
        assert attack(box, source, started.sandbox_pid) == ["False"]
        started.close()

    def test_a_process_at_the_gate_cannot_be_taken_over(self, box: Box) -> None:
        waiting = box.start(["/bin/true"])
        source = """
pid = int(sys.argv[1])
attempt("attach", lambda: call(libc.ptrace(16, pid, None, None)))
attempt("open the gate", lambda: os.open(f"/proc/{pid}/fd/3", os.O_RDWR))
"""
        assert refused(attack(box, source, waiting.sandbox_pid))
        waiting.close()


def built(box: Box, files: dict[str, bytes], time_s: float = 10.0) -> Build:
    tree = SourceTree(files=files, modes={})
    return build(
        tree, ["server"], box, BuildConfig(time_s=time_s, output_kib=16, size_mib=8), instrument=False
    )


HOSTILE_MAKEFILES = {
    "loops for ever": "all:\n\twhile :; do :; done\n",
    "waits for ever": "all:\n\tsleep 1000\n",
    "leaves something running": "all:\n\tsetsid sleep 1000 & exit 1\n",
    "prints for ever": "all:\n\tyes\n",
    "forks for ever": "all:\n\tsh -c 'f() { f | f & }; f; sleep 100'\n",
    "fills the disk": "all:\n\tcat /dev/zero >a; cat /dev/zero >b; cat /dev/zero >c; exit 1\n",
    "kills everybody": "all:\n\tkill -9 1; kill -9 -1\n",
    "makes a link": "server:\n\tln -s /etc/passwd server\n",
    "makes a FIFO": "server:\n\tmkfifo server\n",
    "makes a folder": "server:\n\tmkdir server\n",
    "makes text": "server:\n\techo hello >server\n",
    "makes a huge program": "server:\n\tcp /bin/true server; truncate -s 100M server\n",
    "makes what cannot be removed": "all:\n\tmkdir -p a/b/c; touch a/b/c/d; chmod 0 a/b/c a/b a; exit 1\n",
    "calls itself": "all:\n\t$(MAKE)\n",
}


@pytest.mark.parametrize("name", HOSTILE_MAKEFILES)
def test_a_makefile_that(box: Box, name: str) -> None:
    result = built(box, {"Makefile": HOSTILE_MAKEFILES[name].encode()}, time_s=1.0)
    assert (result.programs, [(f.check, f.part) for f in result.findings]) == ({}, [("build", "server")])
    assert len(result.log) < 40_000
    assert box.command(["echo", "fine"], time_s=10, output_max=10).output == b"fine\n"


HOSTILE_SOURCES = {
    "includes an endless file": b'#include "/dev/zero"\nint main(void) { return 0; }',
    "includes itself": b'#include "server.c"\n',
    "includes the shadow file": b'#include "/etc/shadow"\n',
    "includes the agent's memory": b'#include "/proc/1/environ"\n',
    "expands without bound": b"".join(b"#define %c %s\n" % (c, b"%c " % (c + 1) * 10) for c in b"ABCDEFGH")
    + b"#define I 1+\nint x = A 1;\n",
    "is binary": bytes(range(256)) * 10,
    "is empty": b"",
    "is one long line": b"(" * 100_000,
    "has a huge array": b"char x[1UL << 33] = {1}; int main(void) { return 0; }",
}


@pytest.mark.parametrize("name", HOSTILE_SOURCES)
def test_a_source_that(box: Box, name: str) -> None:
    result = built(box, {"server.c": HOSTILE_SOURCES[name]}, time_s=2.0)
    assert (result.programs, [(f.check, f.part) for f in result.findings]) == ({}, [("build", "server")])


@pytest.mark.parametrize(
    "source", [b"(" * 100_000, b"\x00", b"\xff\xfe", b"# coding: nonsense\n", b"x = " + b"-" * 200_000 + b"1"]
)
def test_a_python_source_that_is_none(box: Box, source: bytes) -> None:
    result = built(box, {"server.py": source})
    assert (result.programs, [(f.check, f.part) for f in result.findings]) == ({}, [("build", "server")])


def test_a_queue_nobody_may_look_into_is_listed_all_the_same(box: Box) -> None:
    box.create(ObjectKind.QUEUE, "/secret", mode=0)
    assert [(entry.name, entry.mode) for entry in box.inventory()] == [("/secret", 0)]
