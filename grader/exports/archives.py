"""Archives that are the same byte for byte whenever and wherever they are made."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Final

from grader.exports.base import File

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # a zip cannot say anything earlier
_MODES: Final = {False: 0o644, True: 0o755}
_REGULAR: Final = 0o100000
_UNIX: Final = 3


def zipped(files: Mapping[str, File]) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = (_REGULAR | _MODES[files[path].executable]) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path].content)
    return buffer.getvalue()


def tarred(files: Mapping[str, File], *, compressed: bool = False) -> bytes:
    """Return a tar archive, for `compressed` one in gzip."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path].content)
            entry.mode = _MODES[files[path].executable]
            archive.addfile(entry, io.BytesIO(files[path].content))
    whole = buffer.getvalue()
    return gzip.compress(whole, mtime=0) if compressed else whole
