"""`grader new`: what an author begins with is an exercise that holds what it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalogue.load import load_catalogue
from grader.cli import main
from grader.model.config import Config
from grader.selftest import selftest


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site without any exercise."""
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_exercise_is_complete(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my-note"]) == 0
    assert "is a new exercise" in capsys.readouterr().out
    assert main(["lint", "exercises/my-note", "reference/my-note"]) == 0
    assert capsys.readouterr().out == "no problems\n"
    names = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert {"exercises/my-note/handout.md", "exercises/my-note/starter/python/take.py"} <= names
    assert not [name for name in names if "EXERCISE" in (site / name).read_text()]


@pytest.mark.system
def test_its_solutions_get_what_they_deserve(site: Path) -> None:
    main(["new", "my-note"])
    exercise = load_catalogue(site / "exercises").get("my-note")
    rows = list(selftest([(exercise, site / "reference/my-note")], Config(), schedules=2))
    assert len(rows) == 10
    assert [row.name for row in rows if not row.ok] == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("My_Note", "`My_Note` cannot be the name of an exercise"),
        ("../note", "`../note` cannot be the name of an exercise"),
        ("taken", "exists already; name another exercise"),
    ],
)
def test_a_wrong_name_is_refused(
    site: Path, capsys: pytest.CaptureFixture[str], name: str, line: str
) -> None:
    (site / "reference/taken").mkdir(parents=True)
    with pytest.raises(SystemExit) as end:
        raise SystemExit(main(["new", name]))
    assert end.value.code == 2
    assert line in capsys.readouterr().err
    assert list((site / "exercises").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "reference").write_text("a file")
    assert main(["new", "note"]) == 2
    assert "reference" in capsys.readouterr().err
    assert list((site / "exercises").iterdir()) == []
