"""What gradebooks import: their own exports, with nothing changed but grades."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.batch.gradebooks import canvas, moodle
from grader.batch.gradebooks.base import Filled, comment
from grader.batch.journal import Row
from grader.batch.model import Entry, Result, Status, Student
from grader.batch.table import defused, number, read_table, render
from grader.model.errors import UsageError


def row(student: Student, points: float = 0.0, status: Status = Status.GRADED, *checks: str) -> Row:
    scenarios = tuple(
        {"title": f"T{n}", "outcome": "failed", "hidden": n == 1, "findings": [{"check": check}]}
        for n, check in enumerate(checks)
    )
    return Row(
        entry=Entry(exercise="ex", label=student.name, students=(student,), paths=()),
        result=Result(status=status, points=points, points_max=20.0, scenarios=scenarios),
        number=1,
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
    'Participant 1,"Ada L",ada@x.org,Submitted,,10.00,-,\n'
    'Participant 2,"Bob S",bob@x.org,Submitted,3.00,10.00,"Monday, 1 May",old\n'
    'Participant 3,"Eve R",eve@x.org,Submitted,4.00,10.00,-,kept\n'
    'Participant 4,"=HYPERLINK(""x"")",z@x.org,Submitted,,10.00,-,\n'
)


def test_a_worksheet_of_moodle_is_filled_in_on_its_own_scale(tmp_path: Path) -> None:
    rows = [
        row(Student(name="Ada L", lms="moodle", lms_id="1"), 20.0),
        row(Student(name="Bob S", lms="moodle", lms_id="2"), 5.0, Status.GRADED, "race", "deadlock"),
        row(Student(name="Eve R", lms="moodle", lms_id="3"), 9.0, Status.UNDECIDED),
        row(Student(name="Nobody", lms="moodle", lms_id="9"), 9.0),
    ]
    filled = moodle.fill(written(tmp_path / "w.csv", WORKSHEET), rows)
    assert (filled.grades, filled.notes) == (2, ("Nobody is not in w.csv",))
    cells = [[line[0], line[4], line[6], line[7]] for line in filled.rows[1:]]
    assert cells == [
        ["Participant 1", "10", "-", "All scenarios passed."],
        ["Participant 2", "2.5", "Monday, 1 May", "Not passed: T0 (race); T1"],
        ["Participant 3", "4.00", "-", "kept"],
        ["Participant 4", "", "-", ""],
    ]
    lines = list(render(filled.rows))
    assert lines[0] == WORKSHEET.splitlines()[0] + "\r\n"
    assert "'=HYPERLINK" in lines[4]


def test_a_namesake_with_another_id_gets_nothing(tmp_path: Path) -> None:
    filled = moodle.fill(
        written(tmp_path / "w.csv", WORKSHEET), [row(Student(name="Ada L", lms="moodle", lms_id="77"), 20.0)]
    )
    assert (filled.grades, filled.notes) == (0, ("Ada L is not in w.csv",))


def test_two_submissions_of_one_student_leave_the_cell_alone(tmp_path: Path) -> None:
    first, second = (row(Student(name="Ada L", lms_id="1", lms="moodle"), points) for points in (1.0, 20.0))
    second = Row(entry=Entry(exercise="ex", label="b", students=second.entry.students, paths=()),
                 result=second.result, number=2)  # fmt: skip
    filled = moodle.fill(written(tmp_path / "w.csv", WORKSHEET), [first, second])
    assert (filled.rows[1][4], filled.grades) == ("", 0)


def test_a_worksheet_in_another_language(tmp_path: Path) -> None:
    text = "Tunniste,Nimi,Arvosana\nOsallistuja 1,Ada L,\n"
    path = written(tmp_path / "w.csv", text)
    rows = [row(Student(name="Ada L", lms="moodle", lms_id="1"), 20.0)]
    with pytest.raises(UsageError, match="its columns are Tunniste, Nimi, Arvosana"):
        moodle.fill(path, rows)
    assert moodle.fill(path, rows, ["Tunniste", "Arvosana"]).rows[1] == ("Osallistuja 1", "Ada L", "20")


GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Counter (77),Other (78),Current Score\n"
    "    Points Possible,,,,,40.00,10.00,\n"
    '"Lovelace, Ada",101,s1,ada@x.org,S1,,5.00,50\n'
    '"Smith, Bob",102,s2,bob@x.org,S1,EX,6.00,60\n'
    '"Student, Test",999,,t,S1,,,\n'
)


def fill(path: Path, **columns: str) -> Filled:
    rows = [
        row(Student(name="lovelaceada", lms="canvas", lms_id="101"), 15.0),
        row(Student(name="smithbob", lms="canvas", lms_id="102"), 15.0, Status.ERROR),
    ]
    return canvas.fill(path, {"ex": "Counter"}, lambda _: rows, columns)


def test_a_gradebook_of_canvas_gets_its_own_column_filled_in_and_no_other(tmp_path: Path) -> None:
    filled = fill(written(tmp_path / "g.csv", GRADEBOOK))
    assert filled.rows == (
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Counter (77)"),
        ("    Points Possible", "", "", "", "", "40.00"),
        ("Lovelace, Ada", "101", "s1", "ada@x.org", "S1", "30"),
        ("Smith, Bob", "102", "s2", "bob@x.org", "S1", "EX"),
        ("Student, Test", "999", "", "t", "S1", ""),
    )
    assert (filled.encoding, filled.grades) == ("utf-8-sig", 1)


def test_the_column_of_canvas_is_named_or_found_and_never_made(tmp_path: Path) -> None:
    path = written(tmp_path / "g.csv", GRADEBOOK)
    for name in ("Other (78)", "78", "Other"):
        assert fill(path, ex=name).rows[0][-1] == "Other (78)"
    with pytest.raises(
        UsageError, match=r"no column 'New'; its assignments are: Counter \(77\), Other \(78\)"
    ):
        fill(path, ex="New")
    with pytest.raises(UsageError, match="is no export of a Canvas gradebook"):
        fill(written(path, "name,points\nada,1\n"))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-5.25", "-5.25"),
        ("+3", "+3"),
        ("-", "-"),
        ("Ada", "Ada"),
        ("", ""),
    ],
)
def test_formulas_are_defused_and_numbers_stay(cell: str, shown: str) -> None:
    assert defused(cell) == shown


def test_a_table_survives_being_written_and_read(tmp_path: Path) -> None:
    rows = [("a", "b"), ('"q"', "x;y,z"), ("two\nlines", "é漢")]
    path = written(tmp_path / "t.csv", "".join(render(rows, ";")))
    table = read_table(path)
    assert ((table.header, *table.rows), table.separator) == (tuple(rows), ";")
    assert list(csv.reader(["".join(render([("a", "b")])).strip()])) == [["a", "b"]]


def test_points_have_two_decimals_at_most() -> None:
    assert [number(value) for value in (0, 7.0, 7.5, 33.33333, 123456.789)] == [
        "0",
        "7",
        "7.5",
        "33.33",
        "123456.79",
    ]


def test_who_could_not_be_built_is_told_once() -> None:
    built = row(Student(name="A"), 0.0, Status.GRADED, "build", "build")
    assert comment(built) == "It could not be built, so nothing of it could be tried."
    some = row(Student(name="A"), 0.0, Status.GRADED, "build", "race")
    assert comment(some) == "Not passed: T0 (build); T1"
