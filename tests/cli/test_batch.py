"""`grader batch` and `grader report` as an instructor meets them."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path

import pytest

from grader.batch.journal import Journal
from grader.cli import main


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> int:
    try:
        return main(["batch", *arguments])
    except SystemExit as end:
        return int(str(end.code))


def unbuildable(folder: str, text: str = "int main(") -> None:
    Path(folder).mkdir(parents=True)
    Path(folder, "counter.c").write_text(text)


def summary(folder: str = "out") -> dict[str, tuple[str, str]]:
    with Path(folder, "summary.csv").open(newline="") as file:
        return {row["student"]: (row["status"], row["points"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["shm-conter", "subs"], "there is no exercise `shm-conter`; did you mean `shm-counter`?"),
        (["shm-counter", "nowhere"], "there is no nowhere"),
        (["shm-counter", "file.txt"], "file.txt is neither a folder nor a zip or tar archive"),
        (
            ["shm-counter", "subs", "--roster", "none.csv"],
            "none.csv cannot be read: No such file or directory",
        ),
        (["shm-counter", "subs", "--canvas", "none.csv"], "there is no none.csv"),
        (
            ["shm-counter", "reaper", "subs", "--moodle", "file.txt"],
            "--moodle: which exercise is file.txt of? Write --moodle EX=file.txt",
        ),
        (
            ["shm-counter", "subs", "--roster", "twice.csv"],
            "twice.csv: 'Ada' and 'Bob' have the same number '7'",
        ),
        (
            ["shm-counter", "subs", "--cluster", "local:many"],
            "--cluster local:N wants a number of workers, not 'many'",
        ),
    ],
)
def test_wrong_usage_is_one_clear_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("subs").mkdir()
    Path("file.txt").write_text("")
    Path("twice.csv").write_text("name,number\nAda,7\nBob,7\n")
    assert (run(*arguments, "--out", "out"), capsys.readouterr().err) == (2, f"grader: {line}\n")


def test_a_folder_to_write_into_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    Path("subs").mkdir()
    Path("out").write_text("a file")
    assert run("shm-counter", "subs", "--out", "out") == 2
    assert capsys.readouterr().err == "grader: out cannot be written: File exists\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(capsys: pytest.CaptureFixture[str]) -> None:
    Path("subs").mkdir()
    Path("out").mkdir(mode=0o555)
    assert run("shm-counter", "subs", "--out", "out") == 2
    assert capsys.readouterr().err == "grader: out cannot be written: Permission denied\n"


def test_outputs_among_the_submissions_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("subs").mkdir()
    assert run("shm-counter", "subs", "--out", "subs/out") == 2
    line = "grader: subs/out lies in subs: it would be taken for a submission; choose another --out\n"
    assert capsys.readouterr().err == line
    assert not Path("subs/out").exists()


def test_a_folder_of_another_batch_is_not_used(capsys: pytest.CaptureFixture[str]) -> None:
    Path("subs").mkdir()
    assert run("shm-counter", "subs", "--out", "out") == 0
    capsys.readouterr()
    assert run("reaper", "subs", "--out", "out") == 2
    line = "grader: out holds a batch of shm-counter; choose another --out, or remove it\n"
    assert capsys.readouterr().err == line


def test_a_second_batch_in_the_same_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("subs").mkdir()
    with Journal(Path("out"), write=True):
        assert run("shm-counter", "subs", "--out", "out") == 2
    line = "grader: another batch is at work in out; wait for it, or choose another --out\n"
    assert capsys.readouterr().err == line


def test_report_of_a_folder_that_holds_no_batch(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "."]) == 2
    assert capsys.readouterr().err == "grader: . is not the folder of a batch: it has no journal.sqlite\n"


@pytest.mark.system
def test_from_the_download_of_moodle_to_what_it_takes_back(capsys: pytest.CaptureFixture[str]) -> None:
    unbuildable("download/Ada L_1_assignsubmission_file_")
    unbuildable("download/Bob S_2_assignsubmission_file", "int main(void) { return x; }")
    Path("download/Eve R_3_assignsubmission_file_").mkdir()
    with zipfile.ZipFile("download.zip", "w") as archive:
        for path in sorted(Path("download").rglob("*")):
            archive.write(path, path.relative_to("download"))
        archive.writestr("Eve R_3_assignsubmission_onlinetext_/onlinetext.html", "please")
    Path("sheet.csv").write_text(
        "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
        "Participant 1,Ada L,,10.00,-,\nParticipant 2,Bob S,,10.00,-,\n"
        "Participant 3,Eve R,,10.00,-,\nParticipant 4,Una M,,10.00,-,\n"
    )
    options = ("--out", "out", "--moodle", "sheet.csv", "--roster", "sheet.csv", "--jobs", "1")

    assert run("shm-counter", "download.zip", *options, "--schedules", "1") == 1

    shown = capsys.readouterr()
    assert "3 submissions: 2 graded, 1 unreadable; 1 student on the roster handed in nothing." in shown.out
    found = summary()
    assert found["Ada L"] == ("graded", "0")
    assert (found["Eve R"], found["Una M"]) == (("unreadable", ""), ("missing", ""))
    with Path("out/moodle-shm-counter.csv").open(newline="") as file:
        grades = {row["Identifier"]: row["Grade"] for row in csv.DictReader(file)}
    assert grades["Participant 1"] == "0"
    assert (grades["Participant 3"], grades["Participant 4"]) == ("", "")
    with zipfile.ZipFile("out/feedback/shm-counter.zip") as archive:
        report = archive.read("Ada L_1_assignsubmission_file_/report.txt").decode()
    assert "BUILD FAILED" in report
    assert "/tmp" not in report

    before = Path("out/summary.csv").read_bytes()
    Path("out/summary.csv").unlink()
    assert main(["report", "out"]) == 1
    assert Path("out/summary.csv").read_bytes() == before
    assert Path("out/moodle-shm-counter.csv").exists()
