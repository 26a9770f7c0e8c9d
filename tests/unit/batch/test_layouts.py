"""Downloads as the systems really make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch.intake.layouts import attempts, read_download
from grader.batch.model import Student

PROGRAMS = frozenset({"counter.c", "counter.py", "Makefile"})


def files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def found(folder: Path) -> dict[str, tuple[Student, ...]]:
    return {one.name: one.students for one in read_download(folder, "shm-counter", PROGRAMS).found}


def moodle(name: str, number: str) -> Student:
    return Student(name=name, lms="moodle", lms_id=number)


def canvas(name: str, number: str) -> Student:
    return Student(name=name, lms="canvas", lms_id=number)


@pytest.mark.parametrize("end", ["", "_"])
def test_moodle_with_folders_before_and_since_4_1(tmp_path: Path, end: str) -> None:
    files(tmp_path, f"Ada Lovelace_17_assignsubmission_file{end}/counter.c")
    files(tmp_path, f"Group A-Bob O'Neil_18_assignsubmission_file{end}/hw.zip")
    assert found(tmp_path) == {
        "Ada Lovelace_17": (moodle("Ada Lovelace", "17"),),
        "Group A-Bob O'Neil_18": (moodle("Group A-Bob O'Neil", "18"),),
    }
    prefixes = [one.prefix for one in read_download(tmp_path, "shm-counter", PROGRAMS).found]
    assert prefixes == [
        "Ada Lovelace_17_assignsubmission_file_",
        "Group A-Bob O'Neil_18_assignsubmission_file_",
    ]


def test_moodle_without_folders_names_files_as_the_student_did(tmp_path: Path) -> None:
    files(tmp_path, "Ada_17_assignsubmission_file_counter.c", "Ada_17_assignsubmission_file_my_lib.h")
    (one,) = read_download(tmp_path, "shm-counter", PROGRAMS).found
    assert sorted(one.names.values()) == ["counter.c", "my_lib.h"]
    assert one.students == (moodle("Ada", "17"),)


def test_moodle_text_beside_files_is_passed_over_and_alone_is_told(tmp_path: Path) -> None:
    files(
        tmp_path, "Ada_17_assignsubmission_file_/counter.c", "Ada_17_assignsubmission_onlinetext_/text.html"
    )
    files(tmp_path, "Bob_18_assignsubmission_onlinetext_/onlinetext.html")
    ada, bob = read_download(tmp_path, "shm-counter", PROGRAMS).found
    assert [path.name for path in ada.paths] == ["Ada_17_assignsubmission_file_"]
    assert (ada.only_text, bob.only_text, bob.paths) == (False, True, [])


def test_canvas_with_late_anonymous_and_resubmitted_files(tmp_path: Path) -> None:
    files(
        tmp_path,
        "lovelaceada_101_9001_counter-2.c",
        "lovelaceada_101_9002_step-1.h",
        "smithbob_LATE_102_9003_hw_final.zip",
        "anon_k3x9Q_9004_counter.c",
    )
    download = read_download(tmp_path, "shm-counter", PROGRAMS)
    assert {one.name: (one.students, sorted(one.names.values())) for one in download.found} == {
        "lovelaceada_101": ((canvas("lovelaceada", "101"),), ["counter.c", "step-1.h"]),
        "smithbob_102": ((canvas("smithbob", "102"),), ["hw_final.zip"]),
        "anon_k3x9Q": ((canvas("anon_k3x9Q", ""),), ["counter.c"]),
    }


def test_gradescope_with_groups_below_the_folder_it_packs(tmp_path: Path) -> None:
    export = tmp_path / "assignment_77_export"
    files(export, "submission_1/counter.c", "submission_2/counter.c")
    (export / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ada L\n    :sid: '100'\n    :email: ada@x.org\n"
        "  :created_at: 2026-01-01\n  :history:\n  - :submitters:\n    - :name: Not She\n"
        'submission_2:\n  :submitters:\n  - :name: "Bob \\"B\\""\n    :sid: \n'
        "  - :name: O'N\n    :email: n@x.org\n"
        "  :results:\n    :name: nobody\n"
    )
    assert found(tmp_path) == {
        "submission_1": (Student(name="Ada L", number="100", email="ada@x.org", lms="gradescope"),),
        "submission_2": (
            Student(name='Bob "B"', lms="gradescope"),
            Student(name="O'N", email="n@x.org", lms="gradescope"),
        ),
    }


def test_clones_folders_and_archives(tmp_path: Path) -> None:
    files(tmp_path, "shm-counter-ada/.git/HEAD", "shm-counter-ada/counter.c", "bob.tar.gz", "eve/counter.c")
    files(tmp_path, "README.txt", ".DS_Store")
    download = read_download(tmp_path, "shm-counter", PROGRAMS)
    assert [one.name for one in download.found] == ["bob", "eve", "ada"]
    assert download.ignored == ("README.txt",)


def test_two_of_one_name_are_not_chosen_between(tmp_path: Path) -> None:
    files(tmp_path, "ada.zip", "ada/counter.c")
    (one,) = read_download(tmp_path, "shm-counter", PROGRAMS).found
    assert one.problem == "which of these counts: ada and ada.zip?"


def test_attempts_beside_each_other_and_in_a_folder(tmp_path: Path) -> None:
    files(tmp_path, "ada_attempt_2/counter.c", "ada_attempt_10.zip", "ada attempt 1/counter.c")
    files(tmp_path, "bob/attempt1/counter.c", "bob/attempt 2.zip", "eve/attempt1/a.c", "eve/notes.txt")
    grouped = list(attempts(read_download(tmp_path, "shm-counter", PROGRAMS).found))
    assert [[one.attempt for one in several] for several in grouped] == [[1, 2, 10], [1, 2], [0]]


def test_a_class_of_one_is_not_taken_for_its_folder(tmp_path: Path) -> None:
    files(tmp_path, "ada/counter.c")
    assert list(found(tmp_path)) == ["ada"]
