"""What comes out of archives of strangers, and what does not."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from grader.batch.intake.archives import is_archive, is_foreign, read_archive, stem
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError


def zipped(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            change(member)
            archive.writestr(member, data)
    return buffer.getvalue()


def tarred(members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def read(data: bytes, name: str = "a.zip", **limits: int) -> SourceTree:
    return read_archive(io.BytesIO(data), name, BuildConfig(**limits))


def test_files_come_out_with_names_and_contents() -> None:
    files = {"a.c": b"int", "d/b.c": b"", "ü/漢 'x'.c": b"1"}
    assert read(zipped(files)).files == files
    rows = [(member(name, len(data)), data) for name, data in files.items()]
    for mode, name in (("w", "a.tar"), ("w:gz", "a.tgz"), ("w:bz2", "a.tar.bz2"), ("w:xz", "a.tar.xz")):
        assert read(tarred(rows, mode), name).files == files


def test_what_an_archive_is_called_does_not_matter_among_tars() -> None:
    data = tarred([(member("a.c", 1), b"x")], "w:xz")
    assert read(data, "a.tar.gz").files == {"a.c": b"x"}


@pytest.mark.parametrize("name", ["../a.c", "a/../../b.c", "..\\a.c"])
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError, match="leads out of it"):
        read(zipped({name: b""}))
    with pytest.raises(SubmissionError, match="leads out of it"):
        read(tarred([(member(name), b"")]), "a.tar")


def test_absolute_names_are_taken_as_relative() -> None:
    assert read(zipped({"/etc/passwd": b"x", "C:\\a\\b.c": b"y"})).files == {
        "etc/passwd": b"x",
        "C:/a/b.c": b"y",
    }


def test_links_and_devices_are_left_out_and_told() -> None:
    rows = [
        (member("l", kind=tarfile.SYMTYPE, link="/etc/passwd"), b""),
        (member("h", kind=tarfile.LNKTYPE, link="a.c"), b""),
        (member("d", kind=tarfile.CHRTYPE), b""),
        (member("f", kind=tarfile.FIFOTYPE), b""),
        (member("a.c", 1), b"x"),
    ]
    tree = read(tarred(rows), "a.tar.gz")
    assert tree.files == {"a.c": b"x"}
    assert tree.notes == [f"`{name}` was left out: it is no regular file." for name in "lhdf"]

    def link(info: zipfile.ZipInfo) -> None:
        info.external_attr = 0o120777 << 16

    assert read(zipped({"l": b"/etc/passwd"}, link)).files == {}


def test_what_systems_add_is_not_looked_at() -> None:
    assert read(zipped({"__MACOSX/._a.c": b"", ".git/config": b"", "a.c": b"x"})).files == {"a.c": b"x"}


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    zeros = bytes(40 << 20)
    for data, name in (
        (zipped({"z": zeros}), "a.zip"),
        (tarred([(member("z", len(zeros)), zeros)]), "a.tgz"),
    ):
        with pytest.raises(SubmissionError, match="more than 200 times its size: a bomb"):
            read(data, name)


def test_a_tar_whose_headers_are_the_bomb_is_stopped() -> None:
    info = member("a.c")
    info.pax_headers = {"comment": "x" * (30 << 20)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info)
    with pytest.raises(SubmissionError, match="a bomb"):
        read(buffer.getvalue(), "a.tgz")


def test_too_much_and_too_many_are_refused() -> None:
    with pytest.raises(SubmissionError, match="unpacks to more than 1 MiB"):
        read(zipped({"z": bytes(2 << 20)}), size_mib=1)
    with pytest.raises(SubmissionError, match="has more than 3 files"):
        read(zipped({f"{n}": b"" for n in range(4)}), files=3)
    with pytest.raises(SubmissionError, match="folders more than 32 deep"):
        read(zipped({"a/" * 40 + "b": b""}))
    with pytest.raises(SubmissionError, match="a name of more than 255 bytes"):
        read(zipped({"n" * 256: b""}))


def test_a_size_that_an_archive_states_is_not_believed() -> None:
    data = bytearray(zipped({"z": bytes(2 << 20)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(SubmissionError):
        read(bytes(data), size_mib=1)


def test_damaged_and_protected_archives_say_so() -> None:
    for name in ("a.zip", "a.tar", "a.tar.gz"):
        with pytest.raises(SubmissionError, match=f"the archive {name} is damaged"):
            read(b"no archive at all, but some bytes", name)
    with pytest.raises(SubmissionError, match="is damaged"):
        read(tarred([(member("a.c", 5000), b"x" * 5000)])[:-40], "a.tar.gz")
    data = bytearray(zipped({"a": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SubmissionError, match="is protected by a password"):
        read(bytes(data))


def test_a_name_cannot_be_file_and_folder() -> None:
    with pytest.raises(SubmissionError, match="is a file and a folder at once"):
        read(zipped({"a": b"", "a/b": b""}))


def test_archives_are_known_by_their_names() -> None:
    assert [is_archive(n) for n in ("a.ZIP", "a.tar.gz", "a.tgz", "a.c", "zip")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert [is_foreign(n) for n in ("a.rar", "a.7Z", "a.zip")] == [True, True, False]
    assert [stem(n) for n in ("a.tar.gz", "b.c.zip", "c")] == ["a", "b.c", "c"]
