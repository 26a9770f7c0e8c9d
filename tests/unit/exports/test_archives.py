"""Archives of bundles."""

from __future__ import annotations

import io
import tarfile
import zipfile

from grader.exports.archives import tarred, zipped
from grader.exports.base import File

FILES = {
    "run": File(content=b"#!/bin/sh\n", executable=True),
    "a/b.txt": File(content="schön\n".encode()),
}
REVERSED = dict(reversed(FILES.items()))


def test_a_zip_holds_the_files_with_their_modes() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as archive:
        held = {e.filename: (archive.read(e), oct(e.external_attr >> 16)) for e in archive.infolist()}

    assert held == {"run": (b"#!/bin/sh\n", "0o100755"), "a/b.txt": ("schön\n".encode(), "0o100644")}


def test_a_tar_holds_the_files_with_their_modes() -> None:
    with tarfile.open(fileobj=io.BytesIO(tarred(FILES, compressed=True))) as archive:
        held = {m.name: (archive.extractfile(m).read(), oct(m.mode)) for m in archive}  # type: ignore[union-attr]

    assert held == {"run": (b"#!/bin/sh\n", "0o755"), "a/b.txt": ("schön\n".encode(), "0o644")}


def test_archives_are_the_same_in_whatever_order_files_came() -> None:
    assert zipped(FILES) == zipped(REVERSED)
    assert tarred(FILES) == tarred(REVERSED)
    assert tarred(FILES, compressed=True) == tarred(REVERSED, compressed=True)
