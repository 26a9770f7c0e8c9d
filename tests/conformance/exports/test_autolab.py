"""Autolab: what Tango does with a lab's bundle, and what Autolab reads of its output."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.commands import console
from grader.exports.base import Course, File
from grader.exports.targets import autolab
from tests.conformance.exports import submissions

OUTPUT_MAX = 1000 * 1024
TITLES = {
    "usage": "Wrong usage is refused",
    "zero-rounds": "No round is nothing to do, done right",
    "one-round": "To and fro, once",
    "turns": "Strictly in turn, round after round",
    "many-rounds": "Twenty-five rounds",
    "parent-waits": "The parent ends after its child",
    "two-at-once": "Two of them at the same time do not disturb each other",
}
FULL = {
    "usage": 6,
    "zero-rounds": 6,
    "one-round": 20,
    "turns": 30,
    "many-rounds": 14,
    "parent-waits": 12,
    "two-at-once": 12,
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("autolab", tmp_path_factory.mktemp("autolab") / "bundle")


def handed_in(submission: Path) -> bytes:
    """Pack a submission as a student does: a folder with the programs."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(submission, arcname="my-solution")
    return buffer.getvalue()


def tango(bundle: Path, handin: bytes, name: str = "handin.tar") -> list[str]:
    """Run an autograding job: an empty folder, three files, `make`; return the lines of its output."""
    lab, folder = bundle / "pingpong", bundle.parent / "job"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(lab / "autograde.tar", folder)
    shutil.copy(lab / "autograde-Makefile", folder / "Makefile")
    (folder / name).write_bytes(handin)
    done = subprocess.run(
        ["make"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "IPC_GRADER_PYTHON": sys.executable,
            "IPC_GRADER_OPTIONS": submissions.FEW,
            "PYTHONPYCACHEPREFIX": str(bundle.parent / "compiled"),  # a job of its own would compile it all
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # the job's driver keeps both in one file
        check=False,
    )
    assert len(done.stdout) <= OUTPUT_MAX
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    return done.stdout.decode().rstrip().splitlines()


def scores(lines: list[str], problems: set[str]) -> dict[str, float]:
    """Read the autoresult: the last line, a score for problems that the lab has."""
    autoresult = json.loads(lines[-1])
    assert set(autoresult) == {"scores"}
    assert autoresult["scores"]
    assert set(autoresult["scores"]) <= problems
    assert all(isinstance(score, int | float) for score in autoresult["scores"].values())
    return dict(autoresult["scores"])


def stages(lines: list[str]) -> dict[str, dict[str, Any]]:
    """Read the staged feedback: the line before the last."""
    told = json.loads(lines[-2])
    assert told.pop("_presentation") == "semantic"
    order = told.pop("stages")
    assert sorted(order) == sorted(told)
    for stage in told.values():
        for test in stage.values():
            assert isinstance(test["passed"], bool)
            assert set(test) <= {"passed", "hint"}
    return dict(told)


def passed(lines: list[str]) -> dict[str, bool]:
    return {name: test["passed"] for stage in stages(lines).values() for name, test in stage.items()}


def expected(*failed: str, built: bool = True) -> dict[str, bool]:
    return {"Programs": built} | {f"{id_}: {title}": id_ not in failed for id_, title in TITLES.items()}


def test_the_lab_has_a_problem_for_each_scenario(bundle: Path) -> None:
    lab = yaml.safe_load((bundle / "pingpong/pingpong.yml").read_text())

    assert [(p["name"], p["description"], p["max_score"], p["optional"]) for p in lab["problems"]] == [
        (id_, TITLES[id_], points, False) for id_, points in FULL.items()
    ]
    assert lab["general"]["name"] == "pingpong"
    assert lab["general"]["handin_filename"] == "handin.tar"
    assert 10 <= lab["autograder"]["autograde_timeout"] <= 900


def test_the_archive_to_import_holds_the_lab(bundle: Path) -> None:
    with tarfile.open(bundle / "pingpong.tar") as archive:
        assert {
            m.name: archive.extractfile(m).read()  # type: ignore[union-attr]
            for m in archive
        } == {
            f"pingpong/{path}": data for path, (data, _) in submissions.contents(bundle / "pingpong").items()
        }


def test_a_lab_is_called_by_a_name_that_is_a_ruby_module() -> None:
    exercise = console.exercise("fifo-chat")
    files = autolab.TARGET.files
    assert files

    made = files(Course(exercises=(exercise,), site={"requirements.txt": File(content=b"")}))

    assert b"module Fifochat\n" in made["fifochat/fifochat.rb"].content
    assert b"grade.sh fifo-chat " in made["fifochat/autograde-Makefile"].content


def test_bundles_are_the_same(bundle: Path, tmp_path: Path) -> None:
    again = submissions.export("autolab", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)


def test_right_gets_all_points(bundle: Path, right: Path) -> None:
    lines = tango(bundle, handed_in(right))

    assert scores(lines, set(FULL)) == FULL
    assert passed(lines) == expected()


def test_a_single_file_is_a_handin_too(bundle: Path, wrong: Path) -> None:
    source = (wrong / "pingpong.c").read_bytes()

    lines = tango(bundle, source, "pingpong.c")

    assert scores(lines, set(FULL)) == {**FULL, "zero-rounds": 0}
    assert passed(lines) == expected("zero-rounds")
    hint = stages(lines)["Scenarios"]["zero-rounds: No round is nothing to do, done right"]["hint"]
    assert "pingpong.c:29" in hint


def test_hanging_is_told_why(bundle: Path, hanging: Path) -> None:
    lines = tango(bundle, handed_in(hanging))

    failed = ("one-round", "turns", "many-rounds", "parent-waits", "two-at-once")
    assert scores(lines, set(FULL)) == {**FULL, **dict.fromkeys(failed, 0)}
    assert passed(lines) == expected(*failed)
    assert stages(lines)["Scenarios"][f"one-round: {TITLES['one-round']}"]["hint"].startswith("deadlock: ")
    hidden = stages(lines)["Scenarios"][f"two-at-once: {TITLES['two-at-once']}"]
    assert hidden["hint"] == "A hidden scenario was not run: one it depends on did not pass."


def test_hostile_gets_what_it_earns(bundle: Path, hostile: Path) -> None:
    lines = tango(bundle, handed_in(hostile))

    assert scores(lines, set(FULL)) == {**dict.fromkeys(FULL, 0), "usage": 6}
    assert passed(lines) == expected(*(set(FULL) - {"usage"}))
    assert not any(line.startswith(("{", "\x1b")) for line in lines[:-2])


def test_what_does_not_compile_is_told_so(bundle: Path, uncompilable: Path) -> None:
    lines = tango(bundle, handed_in(uncompilable))

    assert scores(lines, set(FULL)) == dict.fromkeys(FULL, 0)
    assert passed(lines) == expected(*FULL, built=False)
    assert "#error" in stages(lines)["Build"]["Programs"]["hint"]


def test_a_handin_without_the_program_gets_nothing_and_is_told_so(bundle: Path) -> None:
    lines = tango(bundle, b'{"scores": {"usage": 100}}\n')

    assert scores(lines, set(FULL)) == dict.fromkeys(FULL, 0)
    assert "pingpong" in stages(lines)["Build"]["Programs"]["hint"]
