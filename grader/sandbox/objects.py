"""Making and removing objects, and where they are. Runs inside the sandbox."""

# pathlib would cost every run the time of its import.
# ruff: noqa: PTH101, PTH102, PTH108, PTH118, PTH123

from __future__ import annotations

import _socket
import ctypes
import os

from grader.sandbox import files, kernel
from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

SHM = "/dev/shm"  # noqa: S108 - the sandbox's own
TMP = "/tmp"  # noqa: S108 - the sandbox's own
MQUEUE = "/dev/mqueue"
SEMAPHORE = "sem."
_SHM_DEST = 0o1000  # removed, but still attached somewhere
_IPC_RMID = 0
_IPC_CREAT, _IPC_EXCL = 0o1000, 0o2000
_GETALL, _SETALL = 13, 17
SYSV = {  # the file below /proc/sysvipc, its column of ids, and the one that counts as size
    "sysv-shared-memory": ("shm", "shmid", "size"),
    "sysv-semaphore": ("sem", "semid", "nsems"),
    "sysv-queue": ("msg", "msqid", "qnum"),
}


def sysv_rows() -> Iterator[dict[str, Any]]:
    """Yield the System V objects; `inode` is the id, `attached` counts users of a segment."""
    for kind, (file, id_column, size_column) in SYSV.items():
        try:
            with open(f"/proc/sysvipc/{file}", encoding="ascii") as lines:
                names, *table = (line.split() for line in lines)
        except OSError:
            continue
        for line in table:
            cells = dict(zip(names, map(int, line), strict=False))
            mode = int(str(cells["perms"]), 8)
            if mode & _SHM_DEST:
                continue
            yield {
                "kind": kind,
                "name": str(cells["key"]),
                "mode": mode,
                "uid": cells["uid"],
                "size": cells[size_column],
                "inode": cells[id_column],
                "attached": cells.get("nattch", 0),
                "target": "",
                "values": _values(cells[id_column], cells["nsems"]) if file == "sem" else [],
            }


def _values(semaphores: int, members: int) -> list[int]:
    """Return the values of a set; nothing if its mode lets nobody look."""
    array = (ctypes.c_ushort * members)()
    if kernel.libc.semctl(semaphores, 0, _GETALL, array) == -1:
        return []
    return list(array)


def path_of(world: World, kind: str, name: str) -> str:
    """Return where an object that has a place in the file system really is."""
    if kind == "shared-memory":
        return f"{SHM}/{name.lstrip('/')}"
    if kind == "semaphore":
        return f"{SHM}/{SEMAPHORE}{name.lstrip('/')}"
    if kind == "queue":
        return f"{MQUEUE}/{name.lstrip('/')}"
    return world.where(os.path.join("/work", name))


def read(world: World, path: str, size_max: int) -> bytes | None:
    """Return the content of a regular file, its path absolute or relative to the working directory."""
    return files.read(world.where(os.path.join("/work", path)), size_max)


def create(
    world: World, kind: str, name: str, content: bytes, mode: int, size: int, values: Sequence[int]
) -> None:
    """Make an object; see `Box.create`.

    Raises:
        OSError: it exists, or cannot be made.
    """
    if kind in SYSV:
        _create_sysv(kind, int(name), content, mode, size, values)
        return
    path = path_of(world, kind, name)
    old = os.umask(0)
    try:
        if kind in {"file", "shared-memory"}:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                files.write_all(fd, content)
                os.fchmod(fd, mode)
            finally:
                os.close(fd)
        elif kind == "directory":
            os.mkdir(path, mode)
        elif kind == "fifo":
            os.mkfifo(path, mode)
        elif kind == "socket":  # what a server that was killed leaves behind
            with _Closing(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)) as sock:
                sock.bind(path)
            os.chmod(path, mode)
        elif kind == "semaphore":
            _create_semaphore(name, mode, int(content or b"1"))
        elif kind == "queue":
            _create_queue(name, mode, content)
        else:
            raise ValueError(f"a {kind} cannot be made by the script")
    finally:
        os.umask(old)


def remove(world: World, kind: str, name: str) -> None:
    """Remove an object; a folder with all it holds.

    Raises:
        OSError: there is no such object.
    """
    if kind in SYSV:
        found = [row["inode"] for row in sysv_rows() if row["kind"] == kind and row["name"] == name]
        if not found:
            raise FileNotFoundError(2, os.strerror(2), name)
        for number in found:
            kernel.check(remove_sysv(kind, number), name)
        return
    path = path_of(world, kind, name)
    if kind == "queue":  # there need be no /dev/mqueue outside a real sandbox
        kernel.check(kernel.libc.mq_unlink(os.fsencode(name)), name)
    elif kind == "directory":
        files.remove_tree(path)
    else:
        os.unlink(path)


def remove_sysv(kind: str, number: int) -> int:
    """Remove a System V object by its id; -1 and errno if that failed."""
    if kind == "sysv-shared-memory":
        return int(kernel.libc.shmctl(number, _IPC_RMID, None))
    if kind == "sysv-semaphore":
        return int(kernel.libc.semctl(number, 0, _IPC_RMID))
    return int(kernel.libc.msgctl(number, _IPC_RMID, None))


class _Closing:
    """`contextlib.closing`, which would cost an import."""

    def __init__(self, sock: _socket.socket) -> None:
        self._sock = sock

    def __enter__(self) -> _socket.socket:
        return self._sock

    def __exit__(self, *_: object) -> None:
        self._sock.close()


def _create_semaphore(name: str, mode: int, value: int) -> None:
    libc = kernel.libc
    libc.sem_open.restype = ctypes.c_void_p
    flags = os.O_CREAT | os.O_EXCL
    address = libc.sem_open(os.fsencode(name), flags, ctypes.c_uint(mode), ctypes.c_uint(value))
    if address is None:
        kernel.check(-1, name)
    libc.sem_close(ctypes.c_void_p(address))


def _create_queue(name: str, mode: int, content: bytes) -> None:
    libc = kernel.libc
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
    queue = kernel.check(libc.mq_open(os.fsencode(name), flags, ctypes.c_uint(mode), None), name)
    try:
        if content:
            kernel.check(libc.mq_send(queue, content, ctypes.c_size_t(len(content)), 0), name)
    finally:
        libc.mq_close(queue)


def _create_sysv(kind: str, key: int, content: bytes, mode: int, size: int, values: Sequence[int]) -> None:
    libc, what = kernel.libc, f"{kind} {key}"
    flags = _IPC_CREAT | _IPC_EXCL | mode
    if kind == "sysv-shared-memory":
        room = ctypes.c_size_t(max(size, len(content)))
        _fill_segment(kernel.check(libc.shmget(key, room, flags), what), content)
    elif kind == "sysv-semaphore":
        _set_values(kernel.check(libc.semget(key, len(values), flags), what), values)
    else:
        queue = kernel.check(libc.msgget(key, flags), what)
        if content:
            message = bytes(ctypes.c_long(1)) + content  # its type comes first
            kernel.check(libc.msgsnd(queue, message, ctypes.c_size_t(len(content)), 0), what)


def _fill_segment(segment: int, content: bytes) -> None:
    libc = kernel.libc
    libc.shmat.restype = ctypes.c_ssize_t
    address = kernel.check(libc.shmat(segment, None, 0), "shmat")
    ctypes.memmove(address, content, len(content))
    kernel.check(libc.shmdt(ctypes.c_void_p(address)), "shmdt")


def _set_values(semaphores: int, values: Sequence[int]) -> None:
    libc = kernel.libc
    # The first one gets its value by semop: programs tell by the time of the last one whether a set is ready.
    first, *others = values
    array = (ctypes.c_ushort * len(values))(0, *others)
    kernel.check(libc.semctl(semaphores, 0, _SETALL, array), "semctl")
    operation = (ctypes.c_short * 3)(0, first, 0)
    kernel.check(libc.semop(semaphores, operation, ctypes.c_size_t(1)), "semop")
