"""Unpacks archives of strangers: no way out, no links, no devices, and no more than the limits allow.

Sizes that an archive states are not believed: what comes out is counted while it comes out.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeAlias

from grader.executors.tree import IGNORED, SourceTree, printable
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError

SUFFIXES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
FOREIGN: Final = (".rar", ".7z", ".tar.zst", ".tar.Z", ".lzh", ".ace")
"""Archives that are known for what they are, but not unpacked."""

_MIB = 1 << 20
_CHUNK = 1 << 16
_RATIO_MAX = 200
"""How many times its own size an archive may unpack to; source code reaches 20."""
_RATIO_FREE = 4 * _MIB
"""Below this size no ratio is suspicious: a small file of zeros is no bomb."""
_NAME_BYTES_MAX = 255
_DEPTH_MAX = 32
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    UnicodeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may come out of an archive.

    Attributes:
        size: bytes.
        files: their number, folders not counted.
    """

    size: int
    files: int

    @staticmethod
    def of(limits: BuildConfig) -> Bounds:
        """Return the bounds of one submission."""
        return Bounds(size=limits.size_mib * _MIB, files=limits.files)


DOWNLOAD: Final = Bounds(size=50 << 30, files=5_000_000)
"""Bounds of a whole class's download: it comes from the LMS, but on a disk that has an end."""


Sink: TypeAlias = Callable[[str, int, Iterator[bytes]], None]
"""Takes what comes out of an archive: name, permission bits, content."""


def is_archive(name: str) -> bool:
    """Whether a file's name is one of an archive that can be unpacked."""
    return name.lower().endswith(SUFFIXES)


def is_foreign(name: str) -> bool:
    """Whether a file's name is one of an archive that cannot be unpacked."""
    return name.lower().endswith(tuple(suffix.lower() for suffix in FOREIGN))


def stem(name: str) -> str:
    """Return an archive's name without its suffix."""
    lower = name.lower()
    suffix = max((s for s in SUFFIXES if lower.endswith(s)), key=len, default="")
    return name[: len(name) - len(suffix)]


def read_archive(file: IO[bytes], name: str, limits: BuildConfig) -> SourceTree:
    """Return the files of an archive.

    Args:
        file: the archive, at its beginning.
        name: its name; tells the format, and stands in messages.
        limits: of a submission.

    Raises:
        SubmissionError: it is damaged, protected, too big, or leads out.
    """
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}

    def keep(member: str, mode: int, content: Iterator[bytes]) -> None:
        files[member] = b"".join(content)
        modes[member] = mode

    notes = unpack(file, name, Bounds.of(limits), keep)
    for member in files:
        parts = member.split("/")
        if any("/".join(parts[:depth]) in files for depth in range(1, len(parts))):
            raise SubmissionError(
                f"`{printable(member)}` in {printable(name)} is a file and a folder at once"
            )
    return SourceTree(files=files, modes=modes, notes=notes)


def unpack_to_folder(path: Path, folder: Path) -> list[str]:
    """Unpack the download of a whole class into a new folder.

    Returns:
        What was left out, and why.

    Raises:
        SubmissionError: it is damaged, protected, too big, or leads out.
    """

    def write(member: str, _mode: int, content: Iterator[bytes]) -> None:
        target = folder / member
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            for part in content:
                stream.write(part)

    with path.open("rb") as file:
        return unpack(file, path.name, DOWNLOAD, write)


def unpack(file: IO[bytes], name: str, bounds: Bounds, sink: Sink) -> list[str]:
    """Hand each regular file of an archive to a sink.

    Returns:
        What was left out, and why; sentences.

    Raises:
        SubmissionError: it is damaged, protected, too big, or leads out.
    """
    size = file.seek(0, 2)
    file.seek(0)
    meter = _Meter(name, bounds, size)
    notes: list[str] = []
    try:
        if name.lower().endswith(".zip"):
            _zip(file, meter, notes, sink)
        else:
            _tar(file, meter, notes, sink)
    except RuntimeError as error:  # how zipfile says that a password is missing
        raise SubmissionError(f"the archive {printable(name)} is protected by a password") from error
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SubmissionError(f"the archive {printable(name)} is damaged: {error}") from error
    return notes


class _Meter:
    """Counts what comes out, and stops at the bounds."""

    def __init__(self, name: str, bounds: Bounds, packed: int) -> None:
        self.name = printable(name)
        self._bounds = bounds
        self._most = max(_RATIO_FREE, packed * _RATIO_MAX)
        self._size = self._files = 0

    def file(self) -> None:
        """Count a file."""
        self._files += 1
        if self._files > self._bounds.files:
            raise SubmissionError(f"the archive {self.name} has more than {self._bounds.files} files")

    def add(self, size: int) -> None:
        """Count bytes."""
        self._size += size
        if self._size > self._bounds.size:
            raise SubmissionError(
                f"the archive {self.name} unpacks to more than {self._bounds.size // _MIB} MiB"
            )
        if self._size > self._most:
            raise SubmissionError(
                f"the archive {self.name} unpacks to more than {_RATIO_MAX} times its size: a bomb"
            )

    def read(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield a member's content."""
        while part := stream.read(_CHUNK):
            self.add(len(part))
            yield part


def _safe(name: str, archive: str) -> str:
    """Return a member's name relative to the archive; "" if it is one that is never looked at."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts:
        raise SubmissionError(f"`{printable(name)}` in the archive {printable(archive)} leads out of it")
    if any(part in IGNORED for part in parts):
        return ""
    if len(parts) > _DEPTH_MAX:
        raise SubmissionError(f"the archive {printable(archive)} has folders more than {_DEPTH_MAX} deep")
    if any(len(part.encode("utf-8", "surrogateescape")) > _NAME_BYTES_MAX for part in parts):
        raise SubmissionError(
            f"the archive {printable(archive)} has a name of more than {_NAME_BYTES_MAX} bytes"
        )
    return "/".join(parts)


def _zip(file: IO[bytes], meter: _Meter, notes: list[str], sink: Sink) -> None:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            name = _safe(member.filename, meter.name)
            unix = member.external_attr >> 16
            if member.is_dir() or not name:
                continue
            if stat.S_IFMT(unix) not in (0, stat.S_IFREG):
                notes.append(f"`{printable(name)}` was left out: it is no regular file.")
                continue
            meter.file()
            with archive.open(member) as stream:
                sink(name, stat.S_IMODE(unix) & 0o777 or 0o644, meter.read(stream))


class _Counted:
    """A decompressed stream that ends with an error at the bounds, whatever the reader does with it."""

    def __init__(self, stream: IO[bytes], meter: _Meter) -> None:
        self._stream = stream
        self._meter = meter

    def read(self, size: int = _CHUNK) -> bytes:
        parts = []
        while size > 0 and (part := self._stream.read(min(size, _CHUNK))):
            self._meter.add(len(part))
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _tar(file: IO[bytes], meter: _Meter, notes: list[str], sink: Sink) -> None:
    with tarfile.open(fileobj=_Counted(_decompressed(file), meter), mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            name = _safe(member.name, meter.name)
            if member.isdir() or not name:
                continue
            if not member.isreg() or member.issparse():
                notes.append(f"`{printable(name)}` was left out: it is no regular file.")
                continue
            meter.file()
            stream = archive.extractfile(member)
            if stream is not None:
                sink(name, member.mode & 0o777, iter(lambda s=stream: s.read(_CHUNK), b""))  # type: ignore[misc]


def _decompressed(file: IO[bytes]) -> IO[bytes]:
    """Return the tar inside, by what the file begins with: names lie."""
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    if magic.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if magic.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(file)
    return file
