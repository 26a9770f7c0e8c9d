"""Who is who: a grade never goes to somebody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch.intake.roster import Matcher, read_roster
from grader.batch.model import Student
from grader.model.errors import UsageError


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> tuple[Student, ...]:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding=encoding)
    return read_roster(path)


def found(students: tuple[Student, ...], **who: str) -> str:
    match = Matcher(students).find(replace(Student(name=""), **who))  # type: ignore[arg-type]
    return match.name if match else ""


def test_columns_are_known_by_many_names_and_separators(tmp_path: Path) -> None:
    ada = Student(name="Ada Lovelace", email="ada@x.org", login="ada", number="7", listed=True)
    for text in (
        "Name,Email address,Username,Student ID\nAda Lovelace,ada@x.org,ada,7\n",
        "name;E-Mail;login;Matrikelnummer\nAda Lovelace;ada@x.org;ada;7\n",
        "First name\tLast name\temail\tSIS Login ID\tSIS User ID\nAda\tLovelace\tada@x.org\tada\t7\n",
    ):
        assert roster(tmp_path, text) == (ada,)
    assert roster(tmp_path, "\ufeffName\r\nJosé\r\n\r\n")[0].name == "José"
    assert roster(tmp_path, "Name\nJosé\n", "cp1252")[0].name == "José"
    assert roster(tmp_path, "Name\nJosé\n", "utf-16")[0].name == "José"


def test_lines_of_canvas_that_are_no_students_are_passed_over(tmp_path: Path) -> None:
    text = 'Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"Student, Test",,,\n"L, A",5,al,S\n'
    assert [student.name for student in roster(tmp_path, text)] == ["L, A"]


def test_what_identifies_nobody_or_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no column that names students"):
        roster(tmp_path, "grade,points\n1,2\n")
    with pytest.raises(UsageError, match="'Ada' and 'Bob' have the same number '7'"):
        roster(tmp_path, "name,number\nAda,7\nBob,7\n")
    with pytest.raises(UsageError, match="is empty"):
        roster(tmp_path, "")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")


def test_names_match_in_any_order_without_accents_and_as_canvas_writes_them(tmp_path: Path) -> None:
    students = roster(tmp_path, 'name\n"Lovelace, Ada"\nBob van Smith\nJosé Núñez\n')
    assert found(students, name="Ada Lovelace", lms="moodle", lms_id="17") == "Lovelace, Ada"
    assert found(students, name="smithbobvan", lms="canvas", lms_id="9") == "Bob van Smith"
    assert found(students, name="Nunez Jose", lms="moodle", lms_id="18") == "José Núñez"
    assert found(students, name="Somebody Else") == ""


def test_a_folder_may_be_called_by_login_number_or_address(tmp_path: Path) -> None:
    students = roster(tmp_path, "name,login,number,email\nAda,al7,007,ada@x.org\nBob,bs,008,bob@x.org\n")
    assert [found(students, name=name) for name in ("AL7", "008", "bob@x.org", "9")] == [
        "Ada",
        "Bob",
        "Bob",
        "",
    ]


def test_of_two_with_one_name_nobody_is_chosen_unless_more_is_known(tmp_path: Path) -> None:
    students = roster(tmp_path, "name,email\nBob Smith,b1@x.org\nBob Smith,b2@x.org\n")
    assert found(students, name="Bob Smith") == ""
    match = Matcher(students).find(Student(name="Bob Smith", email="b2@x.org"))
    assert match is students[1]


def test_an_id_of_another_system_is_not_believed_against_the_name(tmp_path: Path) -> None:
    students = roster(tmp_path, "name,id\nAda Lovelace,17\nBob Smith,18\n")
    assert found(students, name="Bob Smith", lms="moodle", lms_id="17") == "Bob Smith"
    assert found(students, name="Eve", lms="moodle", lms_id="17") == ""
    assert found(students, name="Participant", lms="moodle", lms_id="17") == "Ada Lovelace"


def test_a_group_before_the_name_does_not_hide_who_an_id_is(tmp_path: Path) -> None:
    students = roster(
        tmp_path, "Identifier,Full name\nParticipant 17,Anne-Marie Curie\nParticipant 18,Marie Curie\n"
    )
    assert found(students, name="Lab-1-Anne-Marie Curie", lms="moodle", lms_id="17") == "Anne-Marie Curie"
    assert found(students, name="Lab-1-Bob", lms="moodle", lms_id="18") == ""


def test_a_namesake_with_another_id_of_the_same_system_is_somebody_else(tmp_path: Path) -> None:
    for header in ("Identifier,Full name", "ID,Student,Section"):
        students = roster(tmp_path, f"{header}\n6,Bob Smith,\n")
        system = "moodle" if "Identifier" in header else "canvas"
        assert found(students, name="Bob Smith", lms=system, lms_id="5") == ""
        assert found(students, name="Bob Smith", lms=system, lms_id="6") == "Bob Smith"
        assert found(students, name="Bob Smith") == "Bob Smith"


def test_the_identifier_of_moodle_is_its_number(tmp_path: Path) -> None:
    students = roster(tmp_path, "Identifier,Full name\nTeilnehmer/in 17,Ada\n")
    assert [student.lms_id for student in students] == ["17"]
