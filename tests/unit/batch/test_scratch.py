"""Temporary folders go with the gradings, also with those that were killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from grader.batch.scratch import scratch, sweep


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_goes_with_its_grading(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch() as folder:
        (folder / "file").write_text("")
        assert folder.parent == tmp_path
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_folders_of_the_killed_are_removed_and_those_in_use_are_not(tmp_path: Path) -> None:
    killed = os.fork()
    if killed == 0:
        with scratch() as folder:
            (folder / "file").write_text("")
            os._exit(0)
    os.waitpid(killed, 0)
    (abandoned,) = tmp_path.iterdir()
    (tmp_path / "grader-of-somebody").mkdir()
    with scratch() as used:
        sweep()
        assert used.exists()
        assert not abandoned.exists()
        assert (tmp_path / "grader-of-somebody").exists()
