"""Tar archives on the grader's side, and the plain form in which files travel to the agent."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_FOLDER = -1
_MODE_FOLDER = 0o755


def unpack(archive: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """Return the regular files and folders of a tar archive, as `files.put` takes them."""
    entries: list[dict[str, Any]] = []
    contents: list[bytes] = []
    if not archive:
        return entries, b""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
        for member in tar:
            if member.isdir():
                entries.append({"name": member.name, "mode": _MODE_FOLDER, "size": _FOLDER})
            elif member.isreg():
                file = tar.extractfile(member)
                content = file.read() if file else b""
                entries.append({"name": member.name, "mode": member.mode & 0o777, "size": len(content)})
                contents.append(content)
    return entries, b"".join(contents)


def pack(entries: Iterable[Mapping[str, Any]], contents: bytes) -> bytes:
    """Return a tar archive of what `files.collect` returned."""
    files = {}
    modes = {}
    at = 0
    for entry in entries:
        files[entry["name"]] = contents[at : at + entry["size"]]
        modes[entry["name"]] = entry["mode"]
        at += entry["size"]
    return of_mapping(files, modes)


def of_mapping(files: Mapping[str, bytes], modes: Mapping[str, int]) -> bytes:
    """Return a tar archive of files by name; the same input always gives the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            member.mode = modes.get(name, 0o644)
            tar.addfile(member, io.BytesIO(files[name]))
    return buffer.getvalue()


def of_files(paths: Iterable[Path]) -> bytes:
    """Return a tar archive of files, named by the last part of their paths."""
    return of_mapping({path.name: path.read_bytes() for path in paths}, {})
