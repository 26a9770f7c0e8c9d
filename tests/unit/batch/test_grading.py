"""What is kept of a verdict, and what of it a student may see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.batch.grading import check_programs, patient, result_of
from grader.batch.model import TEACHER, Status
from grader.executors.tree import SourceTree
from grader.model.config import Config
from grader.model.errors import SubmissionError
from grader.model.verdict import Finding, Outcome, ScenarioResult, Verdict

FOUND = Finding(check="race", message="an unmistakable secret", why="two at once", file="a.c", line=7)


def scenario(name: str, outcome: Outcome, *, hidden: bool = False, replay: str = "") -> ScenarioResult:
    return ScenarioResult(
        id=name,
        title=f"It {name}",
        outcome=outcome,
        points=5 if outcome is Outcome.PASSED else 0,
        points_max=5,
        schedules=1,
        hidden=hidden,
        replay=replay,
        findings=(FOUND,) if outcome is Outcome.FAILED else (),
        explanation="the machine was too slow" if outcome is Outcome.INCONCLUSIVE else "",
    )


def verdict(folder: Path, *scenarios: ScenarioResult) -> Verdict:
    for one in scenarios:
        if one.replay:
            document = {"submission": str(folder / "submission"), "check": "race"}
            (folder / one.replay).write_text(json.dumps(document))
    return Verdict(
        exercise="ex",
        title="Ex",
        submission=str(folder / "submission"),
        isolation="full",
        seed=0,
        scenarios=scenarios,
        run_dir=str(folder),
    )


def test_points_and_rows_are_those_of_the_verdict(tmp_path: Path) -> None:
    result = result_of(
        verdict(tmp_path, scenario("works", Outcome.PASSED), scenario("holds", Outcome.FAILED)), "ada"
    )
    assert (result.status, result.points, result.points_max, result.reason) == (Status.GRADED, 5, 10, "")
    assert [row["outcome"] for row in result.scenarios] == ["passed", "failed"]
    assert result.scenarios[1]["findings"] == [
        {"check": "race", "message": "an unmistakable secret", "file": "a.c", "line": 7}
    ]


def test_what_hidden_scenarios_found_is_for_teachers_only(tmp_path: Path) -> None:
    hidden = scenario("hides", Outcome.FAILED, hidden=True, replay="hides.replay.json")
    shown = scenario("shows", Outcome.PASSED)
    files = result_of(verdict(tmp_path, shown, hidden), "ada").files
    students = {name: text for name, text in files.items() if not name.startswith(TEACHER)}
    assert sorted(students) == ["report.json", "report.txt", "report.xml"]
    assert all("unmistakable" not in text for text in students.values())
    assert all("unmistakable" in files[TEACHER + name] for name in students)
    assert f"{TEACHER}hides.replay.json" in files


def test_no_file_tells_where_it_was_graded(tmp_path: Path) -> None:
    failed = scenario("holds", Outcome.FAILED, replay="holds.replay.json")
    files = result_of(verdict(tmp_path, failed), "ada").files
    assert json.loads(files["holds.replay.json"]) == {"submission": "ada", "check": "race"}
    assert all(str(tmp_path) not in text for text in files.values())
    assert all("ada" in text for name, text in files.items() if name.endswith((".txt", ".json")))


def test_what_is_not_decided_waits_for_a_person(tmp_path: Path) -> None:
    for outcome, transient in ((Outcome.INCONCLUSIVE, False), (Outcome.ERROR, True)):
        result = result_of(
            verdict(tmp_path, scenario("works", Outcome.PASSED), scenario("waits", outcome)), "ada"
        )
        assert (result.status, result.transient) == (Status.UNDECIDED, transient)
        assert result.reason.startswith("waits: ")


def test_a_failure_beside_something_undecided_is_no_grade_either(tmp_path: Path) -> None:
    both = (scenario("fails", Outcome.FAILED), scenario("waits", Outcome.INCONCLUSIVE))
    assert result_of(verdict(tmp_path, *both), "ada").status is Status.UNDECIDED


def test_a_batch_is_more_patient_with_the_clock_and_with_nothing_else() -> None:
    config = Config()
    changed = patient(config)
    back = replace_times(changed, config)
    assert back == config
    assert changed.exploration.patience > config.exploration.patience
    assert changed.limits.wall_s > config.limits.wall_s
    assert changed.limits.cpu_s == config.limits.cpu_s


def replace_times(changed: Config, config: Config) -> Config:
    """Put the times of one configuration into another."""
    exploration = {"patience": config.exploration.patience, "jobs": config.exploration.jobs}
    return changed.model_copy(
        update={
            "exploration": changed.exploration.model_copy(update=exploration),
            "limits": changed.limits.model_copy(update={"wall_s": config.limits.wall_s}),
            "build": changed.build.model_copy(update={"time_s": config.build.time_s}),
        }
    )


def tree(*names: str) -> SourceTree:
    return SourceTree(files=dict.fromkeys(names, b""), modes={})


@pytest.mark.parametrize("names", [["server.c"], ["client.py", "notes.txt"], ["Makefile", "all.c"]])
def test_whoever_hands_in_one_of_the_programs_is_judged(names: list[str]) -> None:
    check_programs(tree(*names), ["server", "client"])


def test_whoever_hands_in_something_else_has_not_failed() -> None:
    with pytest.raises(SubmissionError) as raised:
        check_programs(tree("notes.pdf", "b\n.c", *"12345"), ["server", "client"])
    assert str(raised.value) == (
        "it has none of the programs (server, client), only 1, 2, 3, 4, 5 and 2 more"
    )
