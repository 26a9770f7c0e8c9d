"""Submissions that every target is tried with; what they are is said in `submissions.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.exports import submissions


@pytest.fixture
def right(tmp_path: Path) -> Path:
    return submissions.right(tmp_path / "right")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return submissions.wrong(tmp_path / "wrong")


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    return submissions.hanging(tmp_path / "hanging")


@pytest.fixture
def uncompilable(tmp_path: Path) -> Path:
    return submissions.uncompilable(tmp_path / "uncompilable")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    return submissions.hostile(tmp_path / "hostile")
