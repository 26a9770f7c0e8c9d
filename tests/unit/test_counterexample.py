"""Counterexamples as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.counterexample import Counterexample, load
from grader.model.errors import UsageError
from grader.model.schedule import Switch

EXAMPLE = Counterexample(
    exercise="abc",
    exercise_digest="1" * 64,
    submission="/home/ada/abc",
    submission_digest="2" * 64,
    scenario="turns",
    script_index=0,
    seed=3,
    umask=0o077,
    check="ordering",
    message="B came before A.",
    history_digest="3" * 64,
    switches=(Switch("", 0, "script"), Switch("p/1", 4, "p/2")),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "turns.replay.json"
    path.write_text(EXAMPLE.dump())
    assert load(path) == EXAMPLE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("[]", "is no counterexample; this grader replays files of `ipc-grader/replay/v1`"),
        ('{"schema": "ipc-grader/replay/v9"}', "is of `ipc-grader/replay/v9`; this grader replays"),
        ('{"schema": "ipc-grader/replay/v1"}', "is damaged"),
        (json.dumps({**json.loads(EXAMPLE.dump()), "seed": "x"}), "is damaged: .*seed is 'x'"),
        (json.dumps({**json.loads(EXAMPLE.dump()), "switches": [[1]]}), "is damaged"),
        (json.dumps({**json.loads(EXAMPLE.dump()), "more": 1}), "is damaged"),
    ],
)
def test_what_is_no_counterexample_is_told_as_such(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.replay.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        load(path)


def test_an_older_file_is_of_a_run_with_the_usual_umask(tmp_path: Path) -> None:
    path = tmp_path / "x.replay.json"
    document = json.loads(EXAMPLE.dump())
    del document["umask"]
    path.write_text(json.dumps(document))
    assert load(path) == replace(EXAMPLE, umask=0o022)


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no .*gone\.json"):
        load(tmp_path / "gone.json")
    with pytest.raises(UsageError, match="is a folder; name a file"):
        load(tmp_path)


def test_equal_examples_give_equal_files() -> None:
    assert replace(EXAMPLE).dump() == EXAMPLE.dump()
