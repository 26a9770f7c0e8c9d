"""Boxes forked from a zygote: the same as others, apart from each other, and gone with whoever made them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.config import LimitsConfig
from grader.model.history import ObjectKind
from grader.sandbox import zygote as module
from grader.sandbox.box import Box, BoxError, Started
from grader.sandbox.isolation import interpreter
from grader.sandbox.zygote import Zygote, open_box

from .running import WAYS, descriptors, opened, read_line, released, run, run_python, state, status, until

pytestmark = pytest.mark.system

LIMITS = LimitsConfig()


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    with Zygote("full") as made:
        yield made
        assert made.works


@contextlib.contextmanager
def sleeping(box: Box) -> Iterator[Started]:
    with released(box.start(["/bin/sleep", "1000"])) as started:
        yield started


def parent(pid: int) -> int:
    return int(status(pid)["PPid"])


def agent_of(started: Started) -> int:
    return parent(parent(started.pid))


def descendants(pid: int) -> set[int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def gone(pids: set[int]) -> bool:
    return all(state(pid) in {"", "Z"} for pid in pids)


def namespaces(pid: int) -> dict[str, str]:
    names = ("user", "pid", "ipc", "net", "mnt", "uts", "cgroup")
    return {name: str(Path(f"/proc/{pid}/ns/{name}").readlink()) for name in names}


class TestTheSame:
    def test_mounts(self) -> None:
        def seen(way: str) -> list[tuple[str, ...]]:
            with opened(way) as box:
                lines = run(box, "/bin/cat", "/proc/self/mountinfo").splitlines()
            rows = []
            for line in lines:
                _, _, _, _, place, options, *rest = line.split()
                if place != "/" and not place.startswith("/proc/"):
                    rows.append((place, options, *rest))
            return sorted(rows)

        own, forked = map(seen, WAYS)
        assert own == forked
        assert not [row for row in forked if "shared:" in str(row) or "master:" in str(row)]

    def test_what_of_proc_is_read_only(self) -> None:
        def seen(way: str) -> set[str]:
            with opened(way) as box:
                lines = run(box, "/bin/cat", "/proc/self/mountinfo").splitlines()
            return {line.split()[4] for line in lines if " /proc/" in line and " ro," in line}

        own, forked = map(seen, WAYS)
        assert own == forked != set()

    def test_ids_capabilities_and_the_like_of_agents_and_programs(self) -> None:
        source = """
import os
for pid in (1, "self"):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(("Uid", "Gid", "Groups", "Cap", "NoNew", "Seccomp:", "Sig", "NSpid", "NSsid")):
            print(line.split())
print(os.stat("/proc/1").st_uid, open("/proc/self/uid_map").read().split(), os.uname())
for top in ("/", "/dev", "/dev/pts", "/etc", "/work", "/dev/shm", "/dev/mqueue"):
    for name in sorted(["", *os.listdir(top)]):
        status = os.lstat(os.path.join(top, name))
        print(top, name, oct(status.st_mode), status.st_uid, status.st_gid, status.st_rdev)
for name in sorted(os.listdir("/proc/sys/fs/mqueue")) + ["../../kernel/msgmax", "../../kernel/shmall"]:
    print(name, open("/proc/sys/fs/mqueue/" + name).read())
"""
        printed = []
        for way in WAYS:
            with opened(way) as box:
                printed.append(re.sub(r"'SigQ:', '[^']*'", "", run_python(box, source)))
        assert printed[0] == printed[1]
        assert "['CapBnd:', '0000000000000000']" in printed[0]

    def test_every_box_of_a_zygote(self, zygote: Zygote) -> None:
        seen = set()
        for _ in range(3):
            with zygote.box(LIMITS) as box, sleeping(box) as started:
                seen.add((started.sandbox_pid, run(box, "/bin/sh", "-c", "echo $$; hostname; ls -A / /work")))
                assert (box.inventory(), box.parts_apart) == ((), True)
        assert len(seen) == 1


class TestApart:
    @pytest.mark.skipif(os.geteuid() != 0, reason="nobody but root may look at an agent")
    def test_the_agent_has_its_socket_and_nothing_else(self, zygote: Zygote) -> None:
        with zygote.box(LIMITS), zygote.box(LIMITS) as box, sleeping(box) as started:
            held = descriptors(agent_of(started))
        assert list(held) == ["0", "1", "2", "3"]
        assert (held["0"], held["1"], held["2"][:14], held["3"][:7]) == (
            "/dev/null",
            "/dev/null",
            "/memfd:errors ",
            "socket:",
        )

    def test_no_namespace_is_shared_with_another_box_or_the_zygote(self, zygote: Zygote) -> None:
        with (
            zygote.box(LIMITS) as one,
            zygote.box(LIMITS) as other,
            sleeping(one) as first,
            sleeping(other) as second,
        ):
            agents = [agent_of(first), agent_of(second)]
            processes = [*agents, parent(agents[0]), first.pid, second.pid]
            links = [namespaces(pid) for pid in processes]
            own = [status(pid)["NSpid"].split()[-1] for pid in processes]
        assert own[:3] == ["1", "1", "1"]
        for name in links[0]:
            inside = [link[name] for link in links[:3]]
            assert (name, len({*inside, namespaces(os.getpid())[name]})) == (name, 4)
        assert len({link["user"] for link in links}) == 5

    def test_nothing_of_another_box_is_seen_or_reached(self, zygote: Zygote) -> None:
        make = """
import os, socket, sys, sysv_ipc, posix_ipc, pty
sysv_ipc.MessageQueue(1, sysv_ipc.IPC_CREX); sysv_ipc.SharedMemory(1, sysv_ipc.IPC_CREX, size=1)
posix_ipc.MessageQueue("/q", posix_ipc.O_CREX); posix_ipc.SharedMemory("/m", posix_ipc.O_CREX, size=1)
hidden = socket.socket(socket.AF_UNIX); hidden.bind("\\0hidden"); hidden.listen()
server = socket.create_server(("127.0.0.1", 4000)); pty.openpty()
for folder in ("/work", "/tmp", "/submission", "/build", "/dev/shm"):
    open(folder + "/file", "w").close()
print("made", flush=True); sys.stdin.read()
"""
        look = """
import os, socket, sysv_ipc
def refused(act):
    try:
        act()
    except (OSError, sysv_ipc.Error):
        return True
print([refused(lambda: sysv_ipc.MessageQueue(1)), refused(lambda: sysv_ipc.SharedMemory(1)),
       refused(lambda: socket.socket(socket.AF_UNIX).connect("\\0hidden")),
       refused(lambda: socket.create_connection(("127.0.0.1", 4000), 5))],
      [name for top in ("/work", "/tmp", "/submission", "/build", "/dev/shm", "/dev/mqueue", "/dev/pts")
       for name in os.listdir(top)], [name for name in os.listdir("/proc") if name.isdigit()],
      "hidden" in open("/proc/net/unix").read())
"""
        with zygote.box(LIMITS) as one, zygote.box(LIMITS) as other:
            argv = [interpreter(), "/submission/make.py"]
            with released(one.start(argv, executable=make.encode())) as started:
                assert read_line(started.stdout_fd) == "made"
                assert run_python(other, look) == "[True, True, True, True] ['ptmx'] ['1', '3', '4'] False\n"
                assert len(one.inventory()) > 5
            assert other.inventory() == ()

    def test_a_session_keyring_is_shared_with_nobody(self, zygote: Zygote) -> None:
        source = """
import ctypes, os
call = ctypes.CDLL(None).syscall
add, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
print(call(keyctl, 10, -3, b"user", b"secret", 0) > 0, call(add, b"user", b"secret", b"x", 1, -3) > 0)
"""
        printed = []
        for _ in range(2):
            with zygote.box(LIMITS) as box:
                printed.append(run_python(box, source))
        assert printed[0] == printed[1]
        assert printed[0].startswith("False")

    def test_the_machines_proc_is_not_below_the_boxs(self, zygote: Zygote) -> None:
        with zygote.box(LIMITS) as box:
            lines = run(box, "/bin/cat", "/proc/self/mountinfo").splitlines()
        kinds = [(line.split()[4], line.split(" - ")[1].split()[0], line.split()[2]) for line in lines]
        procs = [(place, device) for place, kind, device in kinds if kind == "proc"]
        assert len({device for _, device in procs}) == 1
        assert min(place for place, _ in procs) == "/proc"
        assert not [place for place, _, _ in kinds if place.startswith("/box")]


class TestTheEnd:
    def test_closing_a_box_ends_it_at_once_and_only_it(self, zygote: Zygote) -> None:
        with zygote.box(LIMITS) as one:
            other = zygote.box(LIMITS)
            with sleeping(one) as stays, sleeping(other) as goes:
                pids = {goes.pid, parent(goes.pid), agent_of(goes)}
                other.close()
                other.close()
                assert gone(pids)
                assert state(stays.pid) == "S"
            assert run(one, "/bin/echo", "still here") == "still here\n"

    def test_closing_a_zygote_ends_its_boxes_and_leaves_no_process(self) -> None:
        before = descendants(os.getpid())
        with Zygote("full") as zygote:
            box = zygote.box(LIMITS)
            started = box.start(["/bin/sh", "-c", "trap '' TERM HUP; setsid sleep 1000 & sleep 1000"])
            started.release()
            pids = descendants(os.getpid()) - before
            assert len(pids) >= 5
        assert gone(pids)
        with pytest.raises(BoxError):
            box.inventory()
        started.close()
        box.close()

    def test_nothing_remains_when_a_grader_with_several_boxes_is_killed(self) -> None:
        source = """
        import sys
        from grader.model.config import LimitsConfig
        from grader.sandbox.zygote import open_box
        boxes, waiting = [open_box("full", LimitsConfig()) for _ in range(3)], []
        for box in boxes:
            waiting.append(box.start(["/bin/true"]))
            script = "trap '' TERM HUP INT; setsid sleep 1000 & read x"
            box.start(["/bin/sh", "-c", script], terminal=True).release()
        print("ready", flush=True)
        boxes[0].command(["sleep", "1000"], time_s=1000, output_max=10)
        """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(source)], stdout=subprocess.PIPE
        ) as grader:
            assert grader.stdout is not None
            try:
                assert read_line(grader.stdout.fileno()) == "ready"
                until(lambda: len(descendants(grader.pid)) == 2 + 3 * 6 + 1, "not everything was started")
                pids = descendants(grader.pid)
            finally:
                grader.kill()
        until(lambda: gone(pids), "a process outlived the grader")


class TestWhereItDoesNotWork:
    @pytest.fixture(autouse=True)
    def nothing_remains(self) -> Iterator[None]:
        before = descendants(os.getpid())
        yield
        assert gone(descendants(os.getpid()) - before)

    def refused(self, zygote: Zygote) -> None:
        assert zygote.works
        for _ in range(2):
            with zygote.box(LIMITS) as box:
                assert (zygote.works, box.isolation, box.parts_apart) == (False, "full", True)
                assert run(box, "/bin/echo", "works") == "works\n"

    def test_a_mount_that_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_mounts", lambda _size: [("sysfs", "sys", "sysfs", 0, "")])
        with Zygote("full") as zygote:
            self.refused(zygote)

    def test_a_zygote_that_cannot_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_FOLDERS", ("/usr/x",))
        with Zygote("full") as zygote:
            self.refused(zygote)

    def test_a_zygote_that_is_killed(self) -> None:
        before = descendants(os.getpid())
        with Zygote("full") as zygote:
            zygote.box(LIMITS).close()
            for pid in descendants(os.getpid()) - before:
                os.kill(pid, signal.SIGKILL)
            self.refused(zygote)

    def test_parts_that_could_not_be_kept_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hello = {"nested": False}
        with Zygote("full") as zygote:
            monkeypatch.setattr("grader.sandbox.conversation.Conversation.hello", lambda _self: hello)
            with zygote.box(LIMITS):
                assert not zygote.works

    def test_without_namespaces_there_is_nothing_to_fork(self) -> None:
        with Zygote("limits-only") as zygote, zygote.box(LIMITS) as box:
            assert (zygote.works, box.isolation) == (False, "limits-only")


class TestSharedByAProcess:
    def test_boxes_of_all_threads_come_from_one(self) -> None:
        agents = []

        def look() -> None:
            with open_box("full", LIMITS) as box, sleeping(box) as started:
                agents.append(parent(agent_of(started)))

        look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert agents[0] == agents[1]

    def test_a_forked_process_makes_its_own(self) -> None:
        with open_box("full", LIMITS) as box:
            pid = os.fork()
            if pid == 0:
                code = 1
                with contextlib.suppress(BaseException), open_box("full", LIMITS) as own:
                    code = 0 if run(own, "/bin/echo", "mine") == "mine\n" else 2
                os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert run(box, "/bin/echo", "ours") == "ours\n"

    def test_objects_made_by_the_script_are_there(self) -> None:
        with open_box("full", LIMITS) as box:
            box.create(ObjectKind.QUEUE, "/q", b"hello")
            box.create(ObjectKind.SEMAPHORE, "/s", b"3")
            assert [(e.kind.value, e.name) for e in box.inventory()] == [("queue", "/q"), ("semaphore", "/s")]

    def test_it_ends_with_the_process(self) -> None:
        source = (
            "from grader.model.config import LimitsConfig\n"
            "from grader.sandbox.zygote import open_box\n"
            "import sys\n"
            "box = open_box('full', LimitsConfig()); box.inventory(); print('ready', flush=True)\n"
            "sys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as grader:
            assert grader.stdout is not None
            assert read_line(grader.stdout.fileno()) == "ready"
            pids = descendants(grader.pid)
        assert (len(pids), grader.returncode) == (3, 0)
        assert gone(pids)
