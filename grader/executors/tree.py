"""A submission's folder, read once, safely: what is graded is what was read, whatever happens to the folder.

Names that are not UTF-8 are kept as Python keeps them (`surrogateescape`).
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError

IGNORED: Final = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "__MACOSX", ".DS_Store", ".idea", ".vscode"}
)

_MIB = 1 << 20
_DEPTH_MAX = 32
_CHUNK = 1 << 20
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """A submission's files.

    Attributes:
        files: contents by name relative to the folder.
        modes: permission bits by name.
        notes: what was left out, and why; sentences.
    """

    files: dict[str, bytes]
    modes: dict[str, int]
    notes: list[str] = field(default_factory=list)


def printable(name: str) -> str:
    """Return a file's name as it can be shown: what is not UTF-8 or would break the line is replaced."""
    text = os.fsencode(name).decode(errors="replace")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def read_tree(path: Path, limits: BuildConfig) -> SourceTree:
    """Read a submission's folder.

    Symbolic links to files inside the folder are read as those files. A folder that holds nothing but one
    folder is taken for that one, as archives are often packed.

    Raises:
        SubmissionError: there is no such folder, it is empty or too big, or a file cannot be read.
    """
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        raise SubmissionError(f"the submission `{printable(str(path))}` {what}")
    reader = _Reader(path.resolve(), limits)
    fd = os.open(reader.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        reader.folder(fd, "", 0)
    except OSError as error:
        name = printable(str(error.filename or path))
        raise SubmissionError(f"`{name}` in the submission cannot be read: {error.strerror}") from error
    finally:
        os.close(fd)
    if not reader.files:
        raise SubmissionError(f"the submission `{printable(str(path))}` is empty")
    return _unwrapped(reader)


class _Reader:
    def __init__(self, root: Path, limits: BuildConfig) -> None:
        self.root = root
        self.files: dict[str, bytes] = {}
        self.modes: dict[str, int] = {}
        self.notes: list[str] = []
        self._files_max = limits.files
        self._size_max_mib = limits.size_mib
        self._size = 0

    def folder(self, fd: int, prefix: str, depth: int) -> None:
        if depth > _DEPTH_MAX:
            raise SubmissionError(f"the submission's folders are nested more than {_DEPTH_MAX} deep")
        with os.scandir(fd) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            if name in IGNORED:
                continue
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
                try:
                    self.folder(inner, f"{prefix}{name}/", depth + 1)
                finally:
                    os.close(inner)
            elif stat.S_ISREG(status.st_mode):
                self._file(os.open(name, _OPEN, dir_fd=fd), prefix + name)
            elif stat.S_ISLNK(status.st_mode):
                self._link(prefix + name)
            else:
                kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no file")
                self._left_out(prefix + name, f"it is {kind}")

    def _file(self, fd: int, name: str) -> None:
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                self._left_out(name, "it is no regular file")
                return
            if len(self.files) >= self._files_max:
                raise SubmissionError(f"the submission has more than {self._files_max} files")
            content = bytearray()
            while part := os.read(fd, _CHUNK):
                content += part
                self._size += len(part)
                if self._size > self._size_max_mib * _MIB:
                    raise SubmissionError(f"the submission has more than {self._size_max_mib} MiB")
        finally:
            os.close(fd)
        self.files[name] = bytes(content)
        self.modes[name] = stat.S_IMODE(status.st_mode) & 0o777

    def _link(self, name: str) -> None:
        try:
            target = (self.root / name).resolve(strict=True)
        except (OSError, RuntimeError):
            self._left_out(name, "it is a symbolic link that leads nowhere")
            return
        if not target.is_relative_to(self.root):
            self._left_out(name, "it is a symbolic link that leads out of the submission")
        elif not target.is_file():
            self._left_out(name, "it is a symbolic link to something that is no file")
        else:
            self._file(os.open(target, _OPEN), name)

    def _left_out(self, name: str, why: str) -> None:
        self.notes.append(f"`{printable(name)}` was left out: {why}.")


def _unwrapped(reader: _Reader) -> SourceTree:
    """Take a folder that holds nothing but a folder for the inner one."""
    files, modes, notes = reader.files, reader.modes, reader.notes
    while True:
        tops = {name.split("/", 1)[0] for name in files}
        top = tops.pop()
        if tops or top in files:
            return SourceTree(files=files, modes=modes, notes=notes)
        notes.append(f"The submission is the folder `{printable(top)}`: there was nothing beside it.")
        files = {name[len(top) + 1 :]: content for name, content in files.items()}
        modes = {name[len(top) + 1 :]: mode for name, mode in modes.items()}
