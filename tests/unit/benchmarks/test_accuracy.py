"""How often the grader is right: what stays measured, in which order it is, and the tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from benchmarks.accuracy.journal import NAME, Journal, Row, read
from benchmarks.accuracy.page import mutant_table, right_table
from benchmarks.accuracy.tasks import Budget, Task, digest_of_folder, tasks
from benchmarks.measure import NotMeasuredError
from grader.model.exercise import Exercise
from grader.reporters.selftest import Kind
from grader.selftest import Solution

EXERCISE = Exercise.model_validate(
    {
        "id": "demo",
        "title": "t",
        "summary": "s",
        "mechanisms": ["fifo"],
        "difficulty": 1,
        "hours": 1,
        "roles": {"client": {}},
        "scenarios": [
            {
                "id": "first",
                "title": "t",
                "points": 1,
                "hint": "h",
                "cast": {"alice": {"role": "client", "by": "submission"}},
                "steps": [{"start": "alice"}],
            }
        ],
    }
)


def task(key: str, name: str, *, check: str = "", scenario: str = "first", seeds: range = range(10)) -> Task:
    kind: Kind = "mutant" if check else "accepted"
    solution = Solution(kind=kind, name=name, path=Path(name), check=check)
    return Task(exercise=EXERCISE, solution=solution, language="c", scenario=scenario, seeds=seeds, key=key)


@cache
def all_tasks(seeds: int) -> tuple[Task, ...]:
    return tuple(tasks(Budget(seeds=seeds, faults=6)))


def table_rows(table: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {first: rest for first, *rest in cells}


def test_rows_are_there_for_the_next_measurement(tmp_path: Path) -> None:
    row = Row(key="a", runs=3, got="failed", accused=("seed 1: race: m",), undecided=("u",), seconds=1.5)
    with Journal(tmp_path) as journal:
        journal.add(row)
    with Journal(tmp_path) as journal:
        assert journal.rows == {"a": row}


def test_a_row_that_was_cut_off_is_measured_again_and_harms_no_other(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(Row(key="a"))
    with (tmp_path / NAME).open("a", encoding="utf-8") as file:
        file.write('{"key": "b", "ru')
    with Journal(tmp_path) as journal:
        assert set(journal.rows) == {"a"}
        journal.add(Row(key="c"))
    assert set(read(tmp_path)) == {"a", "c"}


def test_two_measurements_do_not_write_one_journal(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(NotMeasuredError, match="another measurement"):
        Journal(tmp_path)


def test_what_is_in_a_folder_tells_it_from_others(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("1")
    before = digest_of_folder(tmp_path, frozenset({"docs"}))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("1")
    assert digest_of_folder(tmp_path, frozenset({"docs"})) == before
    (tmp_path / "a.c").write_text("2")
    assert digest_of_folder(tmp_path, frozenset({"docs"})) != before


def test_every_solution_is_measured_and_each_seed_once() -> None:
    found = all_tasks(12)
    assert len({task.key for task in found}) == len(found)
    one = [task for task in found if task.name == "abc reference c" and task.scenario == "turns"]
    assert sorted(seed for task in one for seed in task.seeds) == list(range(12))
    turns = [
        "mutant" if task.solution.check else f"{task.language == 'python'} {task.seeds.start}"
        for task in found
    ]
    assert list(dict.fromkeys(turns)) == ["False 0", "mutant", "False 10", "True 0", "True 10"]


def test_other_seeds_are_other_rows_and_mutants_stay() -> None:
    few, many = ({task.key: task for task in all_tasks(seeds)} for seeds in (10, 12))
    assert set(few) < set(many)
    assert {task.seeds for key, task in many.items() if key not in few} == {range(10, 12)}


def test_a_grading_counts_when_all_its_scenarios_are_measured() -> None:
    right = [
        task("a", "one"),
        task("b", "one", scenario="second"),
        task("c", "two"),
        task("d", "two", scenario="second"),
        task("e", "two", seeds=range(10, 50)),
        task("f", "two", scenario="second", seeds=range(10, 50)),
    ]
    rows = {key: Row(key=key, runs=20) for key in "cdf"}
    rows["a"] = Row(key="a", runs=20, undecided=("all: u", "script 0, seed 4: u"))
    assert table_rows(right_table(right, rows)) == {
        "demo": ["2", "10 of 60", "80", "0", "1"],
        "**all**": ["2", "10 of 60", "80", "0", "1"],
    }


def test_a_seed_is_accused_once_whatever_fails_in_it() -> None:
    right = [task("a", "one"), task("b", "one", scenario="second")]
    rows = {
        "a": Row(key="a", accused=("script 0, seed 3: race: m", "script 1, seed 3, plain: output: m")),
        "b": Row(key="b", accused=("script 0, seed 3: output: m", "script 0, seed 4: output: m")),
    }
    assert table_rows(right_table(right, rows))["demo"] == ["1", "10 of 10", "0", "2", "0"]


def test_mutants_are_counted_by_the_check_that_must_catch_them() -> None:
    mutants = [task(name, name, check="race", scenario="") for name in "abcd"]
    rows = {
        "a": Row(key="a", got="race"),
        "b": Row(key="b", got="output, race"),
        "c": Row(key="c", got="output, first: the race was not decided"),
    }
    table = table_rows(mutant_table(mutants, rows))
    assert table["race"] == ["2", "1", "3", "4"]
    assert table["deadlock"] == ["0", "0", "0", "0"]
    assert table["**all**"] == ["2", "1", "3", "4"]
