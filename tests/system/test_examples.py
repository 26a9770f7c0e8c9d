"""The sheets of docs/examples: the right solution passes, and each wrong one fails its own check only."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.cli import main
from grader.config import reference_of, site_root
from grader.lint import lint_paths
from grader.model.config import Config, ExplorationConfig
from grader.model.exercise import Exercise
from grader.selftest import Solution, grade_solution, solutions

pytestmark = pytest.mark.system

_SCHEDULES = 2
_CONFIG = Config(exploration=ExplorationConfig(seconds=200))
SHEETS = sorted(path.parent for path in (site_root() / "docs" / "examples").glob("*/exercise.yaml"))
SOLUTIONS = [
    pytest.param(sheet, solution, id=f"{sheet.name}-{solution.name}")
    for sheet in SHEETS
    for solution in solutions(reference_of(sheet))
]


@cache
def exercise(sheet: Path) -> Exercise:
    return load_exercise(sheet / "exercise.yaml")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_is_whole(sheet: Path) -> None:
    page = (sheet.parent / "README.md").read_text(encoding="utf-8")
    assert lint_paths([sheet]) == []
    assert f"]({sheet.name}/" in page


def test_a_sheet_is_graded_and_replayed_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = site_root() / "docs" / "examples" / "boom"
    wrong = sheet / "reference/rejected/output/other-words"
    monkeypatch.chdir(tmp_path)
    found = "runs/boom-0001/transcript.replay.json"

    assert main(["check", str(sheet), str(wrong), "--schedules", "1", "--jobs", "1"]) == 1
    assert capsys.readouterr().out.endswith(f"need to know where it is: --exercise {sheet}\n")
    assert main(["replay", found, "--exercise", str(sheet)]) == 0
    assert main(["replay", found]) == 2
    assert "name its folder: --exercise FOLDER" in capsys.readouterr().err


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("sheet", "solution"), SOLUTIONS)
def test_right_passes_and_each_wrong_one_fails_its_own_check_only(sheet: Path, solution: Solution) -> None:
    row = grade_solution(exercise(sheet), reference_of(sheet), solution, _CONFIG, schedules=_SCHEDULES)

    assert row.got == row.expected
