"""From a folder to the files that are graded."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from grader.batch.intake.entries import Intake, programs_of, read_intake
from grader.batch.intake.load import load_entry
from grader.batch.model import Entry, Student, label_of
from grader.catalogue.load import load_exercise
from grader.config import site_root
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError
from grader.model.exercise import Exercise


def exercise(name: str = "shm-counter") -> Exercise:
    return load_exercise(site_root() / "exercises" / name / "exercise.yaml")


def intake(folder: Path, roster: tuple[Student, ...] = (), attempt: int = 0, *names: str) -> Intake:
    return read_intake([exercise(name) for name in names or ("shm-counter",)], folder, roster, attempt)


def put(folder: Path, name: str, data: bytes | str = b"x") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def packed(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def loaded(entry: Entry, *, only: bool = True) -> dict[str, bytes]:
    return load_entry(entry, programs_of(exercise()), BuildConfig(), only=only).files


def why_not(entry: Entry, *, only: bool = True) -> str:
    with pytest.raises(SubmissionError) as caught:
        loaded(entry, only=only)
    return str(caught.value)


def test_an_archive_is_taken_for_its_contents_and_so_is_one_in_it(tmp_path: Path) -> None:
    inner = packed({"hw/counter.c": "int"})
    put(tmp_path, "ada/report.pdf")
    put(tmp_path, "ada/hw.zip", packed({"again.zip": inner}))
    (entry,) = intake(tmp_path).entries
    assert loaded(entry) == {"report.pdf": b"x", "hw/counter.c": b"int"}


def test_programs_beside_an_archive_count_and_not_what_is_in_it(tmp_path: Path) -> None:
    put(tmp_path, "ada/counter.c", "new")
    put(tmp_path, "ada/old.zip", packed({"counter.c": "old"}))
    assert loaded(intake(tmp_path).entries[0])["counter.c"] == b"new"


def test_of_numbered_archives_the_last_counts_and_others_are_not_chosen_between(tmp_path: Path) -> None:
    for number in ("", "-2", "-10"):
        put(tmp_path, f"ada/hw{number}.zip", packed({"counter.c": f"hw{number}"}))
    put(tmp_path, "bob/a.zip", packed({"counter.c": ""}))
    put(tmp_path, "bob/b.zip", packed({"counter.c": ""}))
    ada, bob = intake(tmp_path).entries
    assert loaded(ada) == {"counter.c": b"hw-10"}
    assert why_not(bob) == "it holds several archives (a.zip, b.zip), and none of the programs beside them"


def test_what_cannot_be_graded_says_why(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    put(tmp_path, "2.rar")
    put(tmp_path, "3.zip", "no zip")
    put(tmp_path, "4.zip", packed({}))
    put(tmp_path, "Ada_5_assignsubmission_onlinetext_/text.html")
    assert [why_not(entry) for entry in intake(tmp_path).entries] == [
        "the submission `1` is empty",
        "`2.rar` is neither a zip nor a tar archive",
        "the archive 3.zip is damaged: File is not a zip file",
        "the archive 4.zip is empty",
        "nothing was handed in but a text typed into the LMS",
    ]


def test_attempts(tmp_path: Path) -> None:
    put(tmp_path, "ada/attempt1/counter.c", "one")
    put(tmp_path, "ada/attempt2/counter.c", "two")
    put(tmp_path, "bob/counter.c", "only")
    assert [loaded(entry)["counter.c"] for entry in intake(tmp_path).entries] == [b"two", b"only"]
    ada, bob = intake(tmp_path, attempt=1).entries
    assert [loaded(ada)["counter.c"], loaded(bob)["counter.c"]] == [b"one", b"only"]
    ada, bob = intake(tmp_path, attempt=2).entries
    assert loaded(ada)["counter.c"] == b"two"
    assert why_not(bob) == "there is no attempt 2; there is 1"


def test_several_exercises_as_folders_in_each_submission(tmp_path: Path) -> None:
    put(tmp_path, "ada/repo/shm-counter/counter.c", "c")
    put(tmp_path, "ada/repo/reaper/reaper.c", "r")
    put(tmp_path, "bob/counter.c", "c")
    found = {(e.exercise, e.label): e for e in intake(tmp_path, (), 0, "shm-counter", "reaper").entries}
    assert loaded(found["shm-counter", "ada"], only=False) == {"counter.c": b"c"}
    assert loaded(found["reaper", "ada"], only=False) == {"reaper.c": b"r"}
    assert why_not(found["reaper", "bob"], only=False) == "there is no folder reaper in it"


def test_several_exercises_as_downloads_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, "shm-counter/ada/counter.c", "c")
    put(tmp_path, "reaper/bob/reaper.c", "r")
    found = [(e.exercise, e.label) for e in intake(tmp_path, (), 0, "shm-counter", "reaper").entries]
    assert found == [("shm-counter", "ada"), ("reaper", "bob")]


def test_the_roster_says_who_is_missing_and_who_is_not_listed(tmp_path: Path) -> None:
    put(tmp_path, "ada/counter.c")
    put(tmp_path, "zoe/counter.c")
    roster = tuple(Student(name=name, login=name.lower(), listed=True) for name in ("Ada", "Bob"))
    result = intake(tmp_path, roster)
    assert [(s.name, s.listed) for e in result.entries for s in e.students] == [("Ada", True), ("zoe", False)]
    assert [student.name for student in result.missing["shm-counter"]] == ["Bob"]


def test_one_student_with_two_submissions_gets_neither_graded(tmp_path: Path) -> None:
    put(tmp_path, "ada/counter.c")
    put(tmp_path, "Lovelace Ada/counter.c")
    roster = (Student(name="Ada Lovelace", login="ada", listed=True),)
    assert [why_not(entry) for entry in intake(tmp_path, roster).entries] == [
        "two submissions are of Ada Lovelace: Lovelace Ada and ada",
        "two submissions are of Ada Lovelace: Lovelace Ada and ada",
    ]


ODD = ["a\nb", "'\"`$(reboot)", "=cmd()", "💥", "n" * 255, "é" * 120, "-rf", ".hidden", "b\udcff", "A", "a"]


def test_odd_names_are_kept_apart_as_folders_of_the_outputs(tmp_path: Path) -> None:
    for name in ODD:
        put(tmp_path, f"{name}/counter.c")
    labels = [entry.label for entry in intake(tmp_path).entries]
    assert len({label.casefold() for label in labels}) == len(ODD)
    for label in labels:
        (tmp_path / "out" / label).mkdir(parents=True)
        assert label.isprintable()
        assert not label.startswith((".", "-", "="))


def test_harmless_names_stay_as_they_are() -> None:
    names = ["ada", "Ada Lovelace_17", "o.brien@x.org", "Núñez, José"]
    assert [label_of(name) for name in names] == names
