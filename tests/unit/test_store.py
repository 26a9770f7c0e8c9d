"""Stored runs: what is written can be read, and what is damaged is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model.errors import UsageError
from grader.model.history import CastMember, EndReason, History, Object, ObjectKind, Op, OpType, RunEnd
from grader.model.schedule import Switch
from grader.store import RunFolder, StoredPlan, StoredRun, compress, read_history

PLAN = StoredPlan(
    exercise="abc",
    submission="/home/ada/abc",
    isolation="full",
    seed=3,
    runs=(
        StoredRun(scenario="turns", script_index=0, slot=0, strategy="fair", seed=3, file="turns.jsonl.gz"),
    ),
)


def a_history() -> History:
    return History(
        ops=(
            Op(
                index=0,
                time_ns=0,
                part="abc",
                pid=4,
                tid=4,
                type=OpType.OK,
                f="exec",
                value={"argv": ["/submission/abc", "caf\udce9"]},
            ),
        ),
        objects={"pipe:1": Object(id="pipe:1", kind=ObjectKind.PIPE)},
        processes={},
        cast={"abc": CastMember(role="abc", by="submission")},
        before=(),
        after=(),
        end=RunEnd(reason=EndReason.FINISHED),
        schedule=(Switch("", 0, "script"), Switch("abc", 3, "abc/1")),
    )


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.save_plan(PLAN)

    assert folder.load_plan() == PLAN


def test_a_history_is_read_as_it_was_written_even_if_its_texts_are_not_utf8(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.save_history("turns.jsonl.gz", compress(a_history()))

    assert folder.load_history("turns.jsonl.gz") == a_history()


def test_a_run_that_did_not_come_to_its_end_has_no_history(tmp_path: Path) -> None:
    assert RunFolder(tmp_path).load_history("turns.jsonl.gz") is None


def test_equal_histories_are_equal_files() -> None:
    assert compress(a_history()) == compress(a_history())


@pytest.mark.parametrize("content", [b"", b"no gzip", compress(a_history())[:-20]])
def test_a_damaged_history_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(content)

    with pytest.raises(UsageError, match="is not a stored history"):
        read_history(path)


def test_a_folder_without_a_plan_is_no_stored_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no plan\.json"):
        RunFolder(tmp_path).load_plan()


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99}'])
def test_a_plan_of_another_version_or_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)

    with pytest.raises(UsageError, match=r"plan\.json"):
        RunFolder(tmp_path).load_plan()


def test_only_the_newest_folders_are_kept(tmp_path: Path) -> None:
    for _ in range(5):
        RunFolder.create(tmp_path, "abc", keep=3)
    (tmp_path / "notes").mkdir()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["abc-0003", "abc-0004", "abc-0005", "notes"]


def test_nothing_is_stored_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    assert RunFolder.create(tmp_path / "runs", "abc", keep=0) is None
    assert not (tmp_path / "runs").exists()


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")

    with pytest.raises(UsageError, match="runs cannot be stored in"):
        RunFolder.create(tmp_path / "runs", "abc", keep=3)
