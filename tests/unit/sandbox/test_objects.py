"""Inventories, and objects that scripts make and remove."""

from __future__ import annotations

import pytest

from grader.model.config import LimitsConfig
from grader.model.history import Entry, ObjectKind
from grader.sandbox.box import Box, BoxError

from .running import run, run_python

pytestmark = pytest.mark.system

MAKE_OBJECTS = """
import os, socket, sysv_ipc, posix_ipc
os.umask(0)
sysv_ipc.MessageQueue(1234, sysv_ipc.IPC_CREX, mode=0o620).send(b"x")
sysv_ipc.Semaphore(-5, sysv_ipc.IPC_CREX, mode=0o600)
sysv_ipc.SharedMemory(77, sysv_ipc.IPC_CREX, mode=0o644, size=4096)
gone = sysv_ipc.SharedMemory(78, sysv_ipc.IPC_CREX, size=4096); gone.attach(); gone.remove()
queue = posix_ipc.MessageQueue("/queue", posix_ipc.O_CREX, mode=0o600); queue.send(b"1"); queue.send(b"2")
posix_ipc.Semaphore("/sem", posix_ipc.O_CREX, mode=0o640)
os.ftruncate(posix_ipc.SharedMemory("/shm", posix_ipc.O_CREX, mode=0o660).fd, 10)
os.symlink("/etc/passwd", "link"); os.mkfifo("fifo", 0o622); os.makedirs("d/e")
open("d/e/f", "w").write("abc")
socket.socket(socket.AF_UNIX).bind("sock"); os.chmod("sock", 0o700)
open("/tmp/t", "w"); os.mkdir("/dev/shm/d", 0o700); os.symlink("shm", "/dev/shm/l")
"""


def entry(kind: ObjectKind, name: str, mode: int, size: int = 0, target: str = "") -> Entry:
    return Entry(kind=kind, name=name, mode=mode, uid=1000, size=size, target=target)


def without_numbers(entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry(e.kind, e.name, e.mode, e.size, e.target) for e in entries if e.uid == 1000]


class TestInventory:
    def test_it_tells_the_values_of_semaphores(self, fresh_box: Box) -> None:
        fresh_box.create(ObjectKind.SEMAPHORE, "/three", b"3")
        fresh_box.create(ObjectKind.SYSV_SEMAPHORE, "7", values=[2, 0, 5])
        run_python(fresh_box, "import sysv_ipc; sysv_ipc.Semaphore(8, sysv_ipc.IPC_CREX, mode=0)")
        assert [(e.name, e.size, e.values) for e in fresh_box.inventory()] == [
            ("/three", 32, (3,)),
            ("7", 3, (2, 0, 5)),
            ("8", 1, ()),
        ]

    def test_a_reboot_leaves_the_files_of_the_working_directory(self, fresh_box: Box) -> None:
        assert run_python(fresh_box, MAKE_OBJECTS) == ""
        fresh_box.reboot()
        assert [(e.kind, e.name) for e in fresh_box.inventory()] == [
            (ObjectKind.DIRECTORY, "d"),
            (ObjectKind.DIRECTORY, "d/e"),
            (ObjectKind.FIFO, "fifo"),
            (ObjectKind.FILE, "d/e/f"),
            (ObjectKind.FILE, "link"),
            (ObjectKind.SOCKET, "sock"),
        ]

    def test_it_lists_every_kind_of_object(self, fresh_box: Box) -> None:
        assert fresh_box.inventory() == ()
        assert run_python(fresh_box, MAKE_OBJECTS) == ""
        assert without_numbers(fresh_box.inventory()) == [
            entry(ObjectKind.DIRECTORY, "/dev/shm/d", 0o700),
            entry(ObjectKind.DIRECTORY, "d", 0o777),
            entry(ObjectKind.DIRECTORY, "d/e", 0o777),
            entry(ObjectKind.FIFO, "fifo", 0o622),
            entry(ObjectKind.FILE, "/dev/shm/l", 0o777, target="shm"),
            entry(ObjectKind.FILE, "/tmp/t", 0o666),
            entry(ObjectKind.FILE, "d/e/f", 0o666, size=3),
            entry(ObjectKind.FILE, "link", 0o777, target="/etc/passwd"),
            entry(ObjectKind.QUEUE, "/queue", 0o600, size=2),
            entry(ObjectKind.SEMAPHORE, "/sem", 0o640, size=32),
            entry(ObjectKind.SHARED_MEMORY, "/shm", 0o660, size=10),
            entry(ObjectKind.SOCKET, "sock", 0o700),
            entry(ObjectKind.SYSV_QUEUE, "1234", 0o620, size=1),
            entry(ObjectKind.SYSV_SEMAPHORE, "-5", 0o600, size=1),
            entry(ObjectKind.SYSV_SHARED_MEMORY, "77", 0o644, size=4096),
        ]

    def test_it_is_the_same_in_every_run_and_tells_a_successor_from_its_forerunner(self) -> None:
        def once() -> list[tuple[Entry, ...]]:
            with Box("full", LimitsConfig()) as box:
                run_python(box, MAKE_OBJECTS)
                first = box.inventory()
                for kind, name in ((ObjectKind.QUEUE, "/queue"), (ObjectKind.FIFO, "fifo")):
                    box.remove(kind, name)
                    box.create(kind, name)
                return [first, box.inventory()]

        first, second = once()
        assert once() == [first, second]
        changed = {old.name for old, new in zip(first, second, strict=True) if old.inode != new.inode}
        assert changed == {"/queue", "fifo"}

    def test_a_file_tree_deeper_than_a_path_can_say_does_no_harm(self, fresh_box: Box) -> None:
        deep = "import os\nfor n in range(3000):\n    os.mkdir('d' * 50); os.chdir('d' * 50)\nprint('deep')"
        assert run_python(fresh_box, deep) == "deep\n"
        assert 0 < len(fresh_box.inventory()) < 100

    def test_so_many_files_that_the_list_is_cut_do_no_harm(self, fresh_box: Box) -> None:
        run_python(fresh_box, "for n in range(30000): open(f'/work/{n}', 'x').close()")
        assert len(fresh_box.inventory()) == 20_000


MADE = [
    (ObjectKind.FILE, "a.txt", b"abc", 0o604),
    (ObjectKind.FILE, "/tmp/b", b"", 0o222),
    (ObjectKind.DIRECTORY, "dir", b"", 0o751),
    (ObjectKind.FIFO, "in.fifo", b"", 0o622),
    (ObjectKind.SOCKET, "s", b"", 0o666),
    (ObjectKind.SHARED_MEMORY, "/shm", b"12345", 0o662),
    (ObjectKind.SEMAPHORE, "/sem", b"3", 0o662),
    (ObjectKind.QUEUE, "/q", b"hello", 0o200),
    (ObjectKind.SYSV_SHARED_MEMORY, "77", b"12345", 0o662),
    (ObjectKind.SYSV_SEMAPHORE, "-5", b"", 0o620),
    (ObjectKind.SYSV_QUEUE, "2147483647", b"hello", 0o200),
]


class TestObjects:
    def test_objects_are_made_with_their_mode_and_removed(self, fresh_box: Box) -> None:
        for made in MADE:
            fresh_box.create(*made)
        assert {(e.kind, e.name, e.mode) for e in fresh_box.inventory()} == {(k, n, m) for k, n, _, m in MADE}
        for kind, name, _, _ in MADE:
            fresh_box.remove(kind, name)
        assert fresh_box.inventory() == ()

    def test_programs_can_use_what_the_script_made(self, fresh_box: Box) -> None:
        fresh_box.create(ObjectKind.SEMAPHORE, "/three", b"3")
        fresh_box.create(ObjectKind.SEMAPHORE, "/one")
        fresh_box.create(ObjectKind.QUEUE, "/q", b"hello")
        fresh_box.create(ObjectKind.SHARED_MEMORY, "/shm", b"12345")
        source = (
            "import posix_ipc, os\n"
            "print(*(posix_ipc.Semaphore(name).value for name in ('/three', '/one')),"
            " posix_ipc.MessageQueue('/q').receive(), os.read(posix_ipc.SharedMemory('/shm').fd, 9))"
        )
        assert run_python(fresh_box, source) == "3 1 (b'hello', 0) b'12345'\n"

    def test_programs_can_use_what_the_script_made_of_system_v(self, fresh_box: Box) -> None:
        fresh_box.create(ObjectKind.SYSV_SEMAPHORE, "1")
        fresh_box.create(ObjectKind.SYSV_SEMAPHORE, "2", values=[0, 32767, 0, 7])
        fresh_box.create(ObjectKind.SYSV_QUEUE, "1", b"hello")
        fresh_box.create(ObjectKind.SYSV_QUEUE, "2")
        fresh_box.create(ObjectKind.SYSV_SHARED_MEMORY, "1", b"12345")
        fresh_box.create(ObjectKind.SYSV_SHARED_MEMORY, "2", b"12345", size=7)
        source = (
            "import sysv_ipc as s\n"
            "print(s.Semaphore(1).value, s.Semaphore(1).o_time > 0)\n"
            "print(s.MessageQueue(1).receive(), s.MessageQueue(2).current_messages)\n"
            "print(*(memory.size for memory in map(s.SharedMemory, (1, 2))), s.SharedMemory(2).read(7))"
        )
        assert run_python(fresh_box, source) == "1 True\n(b'hello', 1) 0\n5 7 b'12345\\x00\\x00'\n"
        members = "import ctypes; c = ctypes.CDLL(None); s = c.semget(2, 0, 0)\n"
        members += "print([c.semctl(s, n, 12) for n in range(4)])"  # GETVAL
        assert run_python(fresh_box, members) == "[0, 32767, 0, 7]\n"

    def test_what_exists_cannot_be_made_again(self, fresh_box: Box) -> None:
        for kind, name, content, mode in MADE:
            fresh_box.create(kind, name, content, mode)
            with pytest.raises(BoxError):
                fresh_box.create(kind, name, content, mode)

    def test_what_does_not_exist_cannot_be_removed(self, box: Box) -> None:
        for kind, name in (*(made[:2] for made in MADE), (ObjectKind.SYSV_QUEUE, "1234")):
            with pytest.raises(BoxError, match="FileNotFoundError"):
                box.remove(kind, name)

    def test_a_link_to_a_folder_is_not_removed_as_a_folder(self, fresh_box: Box) -> None:
        run(fresh_box, "/bin/sh", "-c", "mkdir real; touch real/file; ln -s real link")
        with pytest.raises(BoxError, match="NotADirectoryError"):
            fresh_box.remove(ObjectKind.DIRECTORY, "link")
        assert fresh_box.read("real/file", 1) == b""

    def test_sysv_objects_and_full_folders_are_removed(self, fresh_box: Box) -> None:
        run_python(fresh_box, MAKE_OBJECTS)
        for kind, name in (
            (ObjectKind.SYSV_QUEUE, "1234"),
            (ObjectKind.SYSV_SEMAPHORE, "-5"),
            (ObjectKind.SYSV_SHARED_MEMORY, "77"),
            (ObjectKind.DIRECTORY, "d"),
        ):
            fresh_box.remove(kind, name)
        names = {e.name for e in fresh_box.inventory()}
        assert names.isdisjoint({"1234", "-5", "77", "d", "d/e", "d/e/f"})
