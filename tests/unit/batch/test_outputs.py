"""What a batch leaves behind."""

from __future__ import annotations

import csv
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import junitparser
import pytest

from benchmarks.simulated import EXERCISE, batch_of, write_class
from grader.batch.journal import Journal, Row
from grader.batch.model import Entry, Result, Status
from grader.batch.outputs.make import Gradebooks, make_outputs
from grader.batch.outputs.page import Overview
from grader.batch.runner import run_batch
from grader.model.errors import UsageError
from tests.unit.batch.test_runner import Here, Seen

NASTY = "<script>alert(1)</script>'\"&=cmd()\n💥"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    answers = {
        "Ada L_1_assignsubmission_file_": "10 of 10",
        "Bob S_2_assignsubmission_file": "4 of 10",
        NASTY.replace("/", "_"): "0 of 10",
        "err": "error",
    }
    for name, answer in answers.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "answer").write_text(answer)
    (folder / "empty").mkdir()
    with Journal(tmp_path / "out", write=True) as journal:
        run_batch(batch_of(folder), journal, Here(), Seen())
    make(tmp_path / "out")
    return tmp_path / "out"


def make(folder: Path) -> list[str]:
    with Journal(folder, write=False) as journal:
        return make_outputs(journal, {EXERCISE: "Count <together>"}, Gradebooks())


def contents(folder: Path) -> dict[str, bytes]:
    kept = ("journal.sqlite", "lock")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(kept) and path.suffix != ".zip"
    }


def test_students_get_their_reports_and_teachers_theirs_apart(out: Path) -> None:
    assert (out / "students/Ada L_1/shm-counter/report.txt").read_text() == "Ada L_1: 10 points\n"
    assert (out / "teacher/Ada L_1/shm-counter/report.txt").read_text() == "all of it\n"
    text = (out / "students/err/shm-counter/report.txt").read_text()
    assert text == "This submission was not graded: the grader failed\nThere are no points yet.\n"


def test_feedback_is_packed_as_moodle_unpacks_it_and_holds_nothing_hidden(out: Path) -> None:
    with zipfile.ZipFile(out / f"feedback/{EXERCISE}.zip") as archive:
        names = archive.namelist()
        assert b"all of it" not in b"".join(map(archive.read, names))
    assert "Ada L_1_assignsubmission_file_/report.txt" in names
    assert "Bob S_2_assignsubmission_file_/report.txt" in names
    assert "empty/report.txt" in names


def test_the_summary_has_points_only_where_they_are_decided(out: Path) -> None:
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: (row["status"], row["points"], row["failed"]) for row in csv.DictReader(file)}
    nasty = next(name for name in rows if "script" in name)
    assert rows == {
        "Ada L": ("graded", "10", ""),
        "Bob S": ("graded", "4", "counts"),
        nasty: ("graded", "0", "counts"),
        "empty": ("unreadable", "", ""),
        "err": ("error", "", ""),
    }
    assert "\n" not in nasty


def test_junit_counts_what_it_holds(out: Path) -> None:
    report = junitparser.JUnitXml.fromfile(str(out / f"{EXERCISE}.junit.xml"))
    (suite,) = list(report)
    cases = {case.classname: [type(result).__name__ for result in case.result] for case in suite}
    assert (suite.tests, suite.failures, suite.errors) == (5, 2, 2)
    assert (cases["Ada L_1"], cases["Bob S_2"], cases["err"]) == ([], ["Failure"], ["Error"])


class Page(HTMLParser):
    """What a browser would run or load, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = [str(value) for name, value in attrs if name in ("src", "href") or name.startswith("on")]
        if tag == "a" and len(attrs) == 1:
            self.links += found
        else:
            self.loads += found

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_runs_nothing_and_shows_all(out: Path) -> None:
    page = Page((out / "class.html").read_text(encoding="utf-8"))
    assert ("script" in page.tags, page.loads) == (False, [])
    for text in (
        "Count <together>",
        "<script>alert(1)<_script>",
        "Ada L",
        "race",
        "two accesses",
        "the grader failed",
    ):
        assert text in page.text


def test_the_page_leads_to_the_report_of_each_who_was_judged(out: Path) -> None:
    page = Page((out / "class.html").read_text(encoding="utf-8"))
    reports = [unquote(link) for link in page.links]
    assert sorted(reports) == sorted(
        str(path.relative_to(out)) for path in (out / "teacher").rglob("report.txt")
    )
    assert len(reports) == 3


def test_an_example_is_not_told_twice(tmp_path: Path) -> None:
    overview = Overview(id="ex", title="Ex")
    for name, message in (("Ada", "two accesses"), ("Bob", "two accesses"), ("Eve", "another")):
        finding = {"check": "race", "message": message, "file": "", "line": 0}
        scenario = {"id": "s", "outcome": "failed", "findings": [finding]}
        entry = Entry(exercise="ex", label=name, students=(), paths=())
        result = Result(status=Status.GRADED, points_max=1.0, scenarios=(scenario,))
        overview.add(Row(entry=entry, result=result, number=1), roster=False)
    (check,) = overview.commonest
    assert [example["who"] for example in check.examples] == ["Ada", "Eve"]
    assert (check.students, check.findings) == (3, 3)


def test_reports_are_the_same_when_they_are_made_again(out: Path) -> None:
    before = contents(out)
    (out / "students/Ada L_1/shm-counter/report.txt").write_text("edited")
    (out / "students/Ada L_1/shm-counter/stale.replay.json").write_text("{}")
    (out / "class.html").unlink()
    make(out)
    assert contents(out) == before


def test_a_folder_that_cannot_be_written_is_told(out: Path) -> None:
    (out / "summary.csv").unlink()
    (out / ".summary.csv.partial").mkdir()
    with pytest.raises(UsageError, match=r"summary.csv cannot be written: Is a directory"):
        make(out)


def test_a_large_class_is_written_in_parts(tmp_path: Path) -> None:
    write_class(tmp_path / "submissions", 600)
    with Journal(tmp_path / "out", write=True) as journal:
        run_batch(batch_of(tmp_path / "submissions"), journal, Here(), Seen())
    make(tmp_path / "out")
    assert (tmp_path / "out" / "class.html").read_text().count("student-") > 600
