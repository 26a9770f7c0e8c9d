"""Submitty: the configuration carried out as its runner and its validator do, and the points they award."""

from __future__ import annotations

import json
import math
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from grader.exports.base import Course, File
from grader.exports.targets import submitty
from grader.model.errors import UsageError
from grader.model.exercise import Exercise, Scenario
from tests.conformance.exports import submissions

DEFAULTS = {
    "RLIMIT_CPU": 10,
    "RLIMIT_FSIZE": 100 * 1000,
    "RLIMIT_DATA": 500 * 1000 * 1000,
    "RLIMIT_STACK": 500 * 1000 * 1000,
    "RLIMIT_CORE": 0,
    "RLIMIT_NPROC": 0,
    "RLIMIT_NOFILE": 100,
    "RLIMIT_AS": 1000 * 1000 * 1000,
    "RLIMIT_SIGPENDING": 0,
    "RLIMIT_MSGQUEUE": 0,
}
"""Submitty's limits where a configuration says nothing (grading/default_config.h)."""

LINUX = {"RLIMIT_LOCKS": 10, "RLIMIT_SIGPENDING": 11, "RLIMIT_MSGQUEUE": 12}
"""Limits by number that Python's module does not name everywhere."""

POINTS = {
    "usage": 6,
    "zero-rounds": 6,
    "one-round": 20,
    "turns": 30,
    "many-rounds": 14,
    "parent-waits": 12,
    "two-at-once": 12,
}


@dataclass(frozen=True, slots=True)
class Awarded:
    """What one test case got: points, and what the student reads."""

    points: int
    messages: tuple[tuple[str, str], ...]

    @property
    def said(self) -> str:
        return "\n".join(message for message, _ in self.messages)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("submitty", tmp_path_factory.mktemp("submitty") / "bundle")


def limited(limits: Mapping[str, int]) -> Callable[[], None]:
    def set_limits() -> None:
        for name, value in {**DEFAULTS, **limits}.items():
            number = LINUX.get(name, getattr(resource, name, None))
            assert number is not None, name
            hard = resource.getrlimit(number)[1]
            bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (bound, bound))

    return set_limits


def configuration(bundle: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((bundle / "pingpong/config.json").read_text())
    assert config["autograding_method"] == "docker"
    assert all(type(case["points"]) is int for case in config["testcases"])
    assert sum(case["points"] for case in config["testcases"]) == config["grading_parameters"]["AUTO_POINTS"]
    return config


def executed(bundle: Path, work: Path, submission: Path) -> dict[str, Any]:
    """Run the commands of all test cases, each in a folder with the files that are copied there."""
    config = configuration(bundle)
    for number, case in enumerate(config["testcases"], 1):
        folder = work / f"test{number:02}"
        folder.mkdir(parents=True)
        for path in submission.iterdir():
            if any(fnmatch(f"/{path.name}", p.removeprefix("**")) for p in patterns(config)):
                shutil.copy(path, folder)
        program, *arguments = shlex.split(case["command"])
        assert program == "bash", "other programs need the administrator's permission"
        image = str(bundle / "image")
        with (folder / "STDOUT.txt").open("a") as stdout, (folder / "STDERR.txt").open("a") as stderr:
            subprocess.run(
                [program, *(argument.replace(submitty.COURSE, image) for argument in arguments)],
                cwd=folder,
                env={
                    "PATH": "/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
                    "HOME": "/tmp",
                    "IPC_GRADER_PYTHON": sys.executable,
                    "IPC_GRADER_OPTIONS": submissions.FEW,
                },
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                check=False,
                preexec_fn=limited(config["resource_limits"]),
            )
    return config


def patterns(config: dict[str, Any]) -> list[str]:
    return list(config["autograding"]["submission_to_runner"])


def validated(bundle: Path, work: Path, config: dict[str, Any]) -> dict[str, Awarded]:
    """Have each test case validated in the folder above, and reckon as Submitty does."""
    for path in (bundle / "pingpong/custom_validation_code").iterdir():
        shutil.copy(path, work)
    awarded: dict[str, Awarded] = {}
    for number, case in enumerate(config["testcases"], 1):
        (validation,) = case["validation"]
        assert validation["method"] == "custom_validator"
        assert validation["actual_file"]
        told = {**validation, "testcase_prefix": f"test{number:02}/", "username": "student"}
        (work / "custom_validator_input.json").write_text(json.dumps(told))
        subprocess.run([sys.executable, *shlex.split(validation["command"])[1:]], cwd=work, check=True)
        result = json.loads((work / "validation_results.json").read_text())
        (work / "validation_results.json").unlink()
        score, messages = _read(result)
        name = case["title"].split(":")[0]
        awarded[name] = Awarded(math.floor((1.0 - (1.0 - score)) * case["points"]), messages)
    return awarded


def _read(result: dict[str, Any]) -> tuple[float, tuple[tuple[str, str], ...]]:
    if result["status"] != "success":
        return 0.0, ((result["message"], "failure"),)
    data = result["data"]
    assert 0 <= data["score"] <= 1
    assert data["status"] in ("information", "failure", "warning", "success")
    return data["score"], tuple((one["message"], one["status"]) for one in data["message"])


def graded(bundle: Path, work: Path, submission: Path) -> dict[str, Awarded]:
    return validated(bundle, work, executed(bundle, work, submission))


def points(awarded: dict[str, Awarded]) -> dict[str, int]:
    return {name: one.points for name, one in awarded.items()}


def test_right_gets_all_points(bundle: Path, tmp_path: Path, right: Path) -> None:
    awarded = graded(bundle, tmp_path / "work", right)

    assert points(awarded) == {"Grading": 0, **POINTS}
    assert awarded["Grading"].messages[0] == (
        "7 of 7 scenarios passed; 100 of 100 points.",
        "information",
    )
    assert awarded["usage"].messages == (("usage: Wrong usage is refused: passed, 6 of 6 points", "success"),)


def test_wrong_loses_the_points_of_what_failed(bundle: Path, tmp_path: Path, wrong: Path) -> None:
    awarded = graded(bundle, tmp_path / "work", wrong)

    assert points(awarded) == {"Grading": 0, **POINTS, "zero-rounds": 0}
    assert "pingpong.c:29" in awarded["zero-rounds"].said
    assert {status for _, status in awarded["zero-rounds"].messages} == {"failure"}


def test_hanging_is_told_why(bundle: Path, tmp_path: Path, hanging: Path) -> None:
    awarded = graded(bundle, tmp_path / "work", hanging)

    assert sum(points(awarded).values()) == submissions.HANGING_POINTS
    assert "deadlock: " in awarded["turns"].said
    assert awarded["many-rounds"].said.endswith("needs turns, which did not pass")


def test_hostile_gets_what_it_earns(bundle: Path, tmp_path: Path, hostile: Path) -> None:
    """Even with the output it would like among the files it hands in."""
    full = json.dumps({name: submitty._data(1.0, "success") for name in ("", *POINTS)})
    for name in ("STDOUT.txt", "validation_results.json", "validate.py"):
        (hostile / name).write_text(full)

    awarded = graded(bundle, tmp_path / "work", hostile)

    assert points(awarded) == {"Grading": 0, **dict.fromkeys(POINTS, 0), "usage": 6}
    assert "\x1b" not in "".join(one.said for one in awarded.values())


def test_what_does_not_compile_is_told_so_once(bundle: Path, tmp_path: Path, uncompilable: Path) -> None:
    awarded = graded(bundle, tmp_path / "work", uncompilable)

    assert sum(points(awarded).values()) == 0
    assert "#error" in awarded["Grading"].said
    assert "#error" not in awarded["usage"].said


@pytest.mark.parametrize(
    ("printed", "why"), [(None, "printed nothing"), ("", "did not end well"), ("[]", "did not end well")]
)
def test_without_a_result_there_are_no_points(
    bundle: Path, tmp_path: Path, printed: str | None, why: str
) -> None:
    (tmp_path / "test01").mkdir()
    if printed is not None:
        (tmp_path / "test01/STDOUT.txt").write_text(printed)

    awarded = validated(bundle, tmp_path, configuration(bundle))

    assert points(awarded) == {"Grading": 0, **dict.fromkeys(POINTS, 0)}
    assert why in awarded["usage"].said


def test_hidden_scenarios_are_hidden_test_cases(bundle: Path) -> None:
    cases = configuration(bundle)["testcases"]

    assert [case["title"].split(":")[0] for case in cases if case.get("hidden")] == ["two-at-once"]


def made(*worth: float) -> dict[str, Any]:
    """Return the configuration of an exercise whose scenarios are worth this."""
    exercise = Exercise.model_construct(
        id="tea",
        title="Tea",
        scenarios=[
            Scenario.model_construct(id=f"s{number}", title="T", points=points, hidden=False)
            for number, points in enumerate(worth)
        ],
    )
    assert submitty.TARGET.files
    site = {"requirements.txt": File(content=b"")}
    files = submitty.TARGET.files(Course(exercises=(exercise,), site=site))
    config: dict[str, Any] = json.loads(files["tea/config.json"].content)
    return config


def test_points_that_are_not_whole_are_multiplied_and_it_is_said() -> None:
    config = made(2.5, 0.75, 1)

    assert [case["points"] for case in config["testcases"]] == [0, 10, 3, 4]
    assert config["grading_parameters"] == {"AUTO_POINTS": 17}
    assert config["assignment_message"] == ("Points are 4 times those of the exercise, to be whole numbers.")
    assert "assignment_message" not in made(2, 3)


def test_points_that_cannot_be_whole_are_refused() -> None:
    with pytest.raises(UsageError, match="those of tea are not whole even 100 times over"):
        made(1 / 7, 1 / 11, 1 / 13)


def test_bundles_are_the_same(bundle: Path, tmp_path: Path) -> None:
    again = submissions.export("submitty", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
