"""Files into and out of the sandbox. Runs inside it; names are never followed through symbolic links."""

# pathlib would cost every run the time of its import.
# ruff: noqa: PTH101, PTH103, PTH106, PTH108, PTH118, PTH120, PTH208

from __future__ import annotations

import contextlib
import errno
import os
import stat

from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_NO_SURPRISES = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CHUNK = 1 << 20


def place(world: World, folder: str) -> str:
    """Return where a folder of the sandbox really is.

    Raises:
        OSError: without namespaces, a program has put a symbolic link in its place.
    """
    path = world.where(folder)
    if world.root and os.path.realpath(path) != path:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    return path


def put(world: World, folder: str, entries: list[dict[str, Any]], payload: bytes) -> None:
    """Write files.

    Args:
        world: the sandbox.
        folder: absolute path in the sandbox; made if missing.
        entries: `name` (relative), `mode` and `size` of each; size -1 is a folder.
        payload: the contents, one after the other.
    """
    top = place(world, folder)
    os.makedirs(top, exist_ok=True)
    at = 0
    for entry in entries:
        parts = entry["name"].split("/")
        if not all(part and part not in {".", ".."} for part in parts):
            raise OSError(errno.EINVAL, "not a relative name", entry["name"])
        path = os.path.join(top, *parts)
        if entry["size"] < 0:
            os.makedirs(path, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_SURPRISES, 0o600)
        try:
            write_all(fd, payload[at : at + entry["size"]])
            os.fchmod(fd, entry["mode"])
        finally:
            os.close(fd)
        at += entry["size"]


def collect(world: World, folder: str, size_max: int) -> tuple[list[dict[str, Any]], bytes]:
    """Return the regular files below a folder, as `put` takes them.

    Raises:
        OSError: EFBIG if there are more bytes than `size_max`.
    """
    top = place(world, folder)
    entries: list[dict[str, Any]] = []
    contents: list[bytes] = []
    total = 0
    for name, status in walk(top):
        if not stat.S_ISREG(status.st_mode):
            continue
        total += status.st_size
        if total > size_max:
            raise OSError(errno.EFBIG, f"more than {size_max} bytes", folder)
        with contextlib.suppress(PermissionError):
            content = read(os.path.join(top, name), size_max)
            if content is not None:
                contents.append(content)
                entries.append({"name": name, "mode": stat.S_IMODE(status.st_mode), "size": len(content)})
    return entries, b"".join(contents)


def read(path: str, size_max: int) -> bytes | None:
    """Return the first bytes of a regular file; None if there is no such file."""
    try:
        fd = os.open(path, os.O_RDONLY | _NO_SURPRISES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a symbolic link, a socket
            return None
        raise
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        content = bytearray()
        while len(content) < size_max:
            part = os.read(fd, min(_CHUNK, size_max - len(content)))
            if not part:
                break
            content += part
        return bytes(content)
    finally:
        os.close(fd)


def walk(top: str, skip: frozenset[str] = frozenset()) -> Iterator[tuple[str, os.stat_result]]:
    """Yield everything below a folder as relative name and status, in the order of names.

    Args:
        top: the folder; nothing is yielded if it is missing.
        skip: names directly below `top` that are left out with all below them.
    """
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            names = sorted(os.listdir(os.path.join(top, folder)))
        except OSError:  # gone, unreadable, or deeper than a path can say
            continue
        deeper = []
        for name in names:
            path = os.path.join(folder, name)
            if not folder and name in skip:
                continue
            try:
                status = os.lstat(os.path.join(top, path))
            except OSError:
                continue
            yield path, status
            if stat.S_ISDIR(status.st_mode):
                deeper.append(path)
        pending.extend(reversed(deeper))


def write_all(fd: int, content: bytes) -> None:
    """Write all of it."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def clear(path: str) -> None:
    """Remove all that a folder holds, if there is such a folder, whatever the modes in there.

    Raises:
        OSError: something cannot be removed.
    """
    entries = []
    for name, status in walk(path):
        entries.append((name, status))
        if stat.S_ISDIR(status.st_mode):  # not yet looked into
            os.chmod(os.path.join(path, name), 0o700)
    for name, status in reversed(entries):
        if stat.S_ISDIR(status.st_mode):
            os.rmdir(os.path.join(path, name))
        else:
            os.unlink(os.path.join(path, name))


def remove_tree(path: str) -> None:
    """Remove a folder with all it holds.

    Raises:
        OSError: there is no such folder, or something cannot be removed.
    """
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    os.chmod(path, 0o700)
    clear(path)
    os.rmdir(path)
