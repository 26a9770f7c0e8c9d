from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.executors.tree import SourceTree, printable, read_tree
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError

LIMITS = BuildConfig(size_mib=1, files=20)


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    return folder


def test_files_are_read_with_their_modes(tmp_path: Path) -> None:
    written(tmp_path, {"server.c": b"int main;", "lib/util.h": b"\xff\x00", "empty": b""})
    (tmp_path / "empty").chmod(0o755)
    assert read_tree(tmp_path, LIMITS) == SourceTree(
        files={"server.c": b"int main;", "lib/util.h": b"\xff\x00", "empty": b""},
        modes={"server.c": 0o644, "lib/util.h": 0o644, "empty": 0o755},
    )


ODD_NAMES = ["a b", "quo'te\"", "new\nline", "\udcff", "-rf", "*", "$(x)", "\u00e9", "\\", "#"]


def test_names_need_not_be_nice(tmp_path: Path) -> None:
    files = {f"{name}.c": name.encode(errors="surrogateescape") for name in ODD_NAMES}
    assert read_tree(written(tmp_path, files), LIMITS).files == files


def test_the_working_copy_of_a_version_control_is_not_handed_in(tmp_path: Path) -> None:
    written(tmp_path, {".git/config": b"x", "__pycache__/a.pyc": b"x", "lib/.git": b"x", "a.py": b"1"})
    assert read_tree(tmp_path, LIMITS).files == {"a.py": b"1"}


def test_links_inside_are_files_and_links_outside_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = written(tmp_path / "submission", {"real.c": b"1", "lib/x.c": b"2"})
    links = {
        "inside.c": "real.c",
        "lib/up.c": "../real.c",
        "absolute.c": str(folder / "lib" / "x.c"),
        "outside.c": "../secret",
        "passwd": "/etc/passwd",
        "dangling": "nothing",
        "loop": "loop",
        "folder": "lib",
        "self": ".",
        "away": "..",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    tree = read_tree(folder, LIMITS)
    assert tree.files == {
        "real.c": b"1", "lib/x.c": b"2", "inside.c": b"1", "lib/up.c": b"1", "absolute.c": b"2"
    }  # fmt: skip
    out, nowhere, no_file = (
        "it is a symbolic link that leads out of the submission.",
        "it is a symbolic link that leads nowhere.",
        "it is a symbolic link to something that is no file.",
    )
    assert tree.notes == [
        f"`away` was left out: {out}",
        f"`dangling` was left out: {nowhere}",
        f"`folder` was left out: {no_file}",
        f"`loop` was left out: {nowhere}",
        f"`outside.c` was left out: {out}",
        f"`passwd` was left out: {out}",
        f"`self` was left out: {no_file}",
    ]


def test_what_is_no_file_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"a.c": b"1"})
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket")
        tree = read_tree(tmp_path, LIMITS)
    assert tree == SourceTree(
        files={"a.c": b"1"},
        modes={"a.c": 0o644},
        notes=["`fifo` was left out: it is a FIFO.", "`socket` was left out: it is a socket."],
    )


def test_a_folder_that_holds_only_a_folder_is_that_folder(tmp_path: Path) -> None:
    written(tmp_path, {"ada-lovelace/src/a.c": b"1", "ada-lovelace/src/lib/b.c": b"2"})
    assert read_tree(tmp_path, LIMITS) == SourceTree(
        files={"a.c": b"1", "lib/b.c": b"2"},
        modes={"a.c": 0o644, "lib/b.c": 0o644},
        notes=[
            "The submission is the folder `ada-lovelace`: there was nothing beside it.",
            "The submission is the folder `src`: there was nothing beside it.",
        ],
    )


class TestRefused:
    def test_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(SubmissionError, match=r"`.*missing` does not exist"):
            read_tree(tmp_path / "missing", LIMITS)
        with pytest.raises(SubmissionError, match=r"`.*file` is not a folder"):
            read_tree(tmp_path / "file", LIMITS)

    def test_nothing_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(SubmissionError, match="is empty"):
            read_tree(tmp_path, LIMITS)

    def test_too_many_files(self, tmp_path: Path) -> None:
        written(tmp_path, {str(number): b"" for number in range(21)})
        with pytest.raises(SubmissionError, match="more than 20 files"):
            read_tree(tmp_path, LIMITS)

    def test_too_many_bytes_even_if_the_disk_holds_none_of_them(self, tmp_path: Path) -> None:
        with (tmp_path / "sparse").open("wb") as file:
            file.truncate(1 << 40)
        with pytest.raises(SubmissionError, match="more than 1 MiB"):
            read_tree(tmp_path, LIMITS)

    def test_folders_nested_without_end(self, tmp_path: Path) -> None:
        written(tmp_path, {"/".join("d" * 40) + "/a.c": b""})
        with pytest.raises(SubmissionError, match="nested more than 32 deep"):
            read_tree(tmp_path, LIMITS)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_what_cannot_be_read(self, tmp_path: Path) -> None:
        written(tmp_path, {"secret.c": b"1"})
        (tmp_path / "secret.c").chmod(0)
        with pytest.raises(
            SubmissionError, match=r"`secret\.c` in the submission cannot be read: Permission"
        ):
            read_tree(tmp_path, LIMITS)


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_every_name_can_be_shown_on_one_line(name: bytes) -> None:
    shown = printable(os.fsdecode(name))
    assert shown.isprintable()
    assert shown.encode()
