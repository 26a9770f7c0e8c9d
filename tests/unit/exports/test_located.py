"""Findings by their place in the repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.config import site_root
from grader.exports.base import Surroundings
from grader.exports.located import Located, checkout, located
from grader.model.errors import UsageError
from grader.model.verdict import Severity
from tests.unit.exports.verdicts import failed, finding, verdict


def repository(folder: Path, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x\n")
    return folder


def test_one_line_in_several_scenarios_is_one_finding(tmp_path: Path) -> None:
    root = repository(tmp_path, "a/b/tea.c", "a/README.md", "a/b/other.c")
    first = finding("it waits (pid 4)", file="tea.c", line=7)

    found = located(
        verdict(
            failed("one", first, hint="pour"),
            failed("two", finding("it waits (pid 5)", file="tea.c", line=7)),
        ),
        tmp_path / "a/b",
        root,
    )

    assert found == [Located(finding=first, path="a/b/tea.c", scenarios=("one", "two"), hint="pour")]
    assert found[0].text == "it waits (pid 4)\nhint: pour\nfound in: one, two"


def test_another_check_at_the_line_is_another_finding_and_errors_come_first(tmp_path: Path) -> None:
    advice = replace(finding("look at it", file="tea.c", line=7), severity=Severity.ADVICE)
    error = finding("it waits", check="deadlock", file="tea.c", line=7)

    found = located(verdict(failed("one", advice, error)), tmp_path, repository(tmp_path, "tea.c"))

    assert [one.finding for one in found] == [error, advice]


def test_a_folder_that_holds_nothing_but_the_submission_is_part_of_the_path(tmp_path: Path) -> None:
    root = repository(tmp_path, "hand-in/tea/src/tea.c", "hand-in/tea/Makefile")
    told = verdict(failed("one", finding("wrong", file="src/tea.c", line=1)))

    assert [one.path for one in located(told, tmp_path / "hand-in", root)] == ["hand-in/tea/src/tea.c"]


@pytest.mark.parametrize("name", ["", "gone.c", "a\nb.c", "\x1b[2J.c"])
def test_what_has_no_file_that_can_be_named_has_no_place(tmp_path: Path, name: str) -> None:
    told = verdict(failed("one", finding("wrong", file=name, line=1)))

    assert [one.path for one in located(told, tmp_path, repository(tmp_path, "tea.c"))] == [""]


def test_what_does_not_build_is_told_once(tmp_path: Path) -> None:
    error = finding("no semicolon", check="build", file="tea.c", line=3)
    told = verdict(failed("one", error), failed("two", error), build=(error,))

    assert located(told, tmp_path, repository(tmp_path, "tea.c")) == [Located(finding=error, path="tea.c")]


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    repository(tmp_path, "work/README.md", "elsewhere/tea.c")
    (tmp_path / "work/link").symlink_to(tmp_path / "elsewhere")
    surroundings = Surroundings(
        environment={"WORK": str(tmp_path / "work")},
        folder=tmp_path,
        exercise=load_exercise(site_root() / "exercises/pingpong/exercise.yaml"),
        submission=tmp_path / "work/link",
    )

    with pytest.raises(UsageError, match=r"is not in \$WORK, "):
        checkout(surroundings, "WORK")
    assert checkout(replace(surroundings, submission=tmp_path / "work"), "WORK") == tmp_path / "work"
