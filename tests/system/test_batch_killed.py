"""A batch that is killed at any instant goes on where it was."""

from __future__ import annotations

import pytest

from benchmarks import batch_killed

pytestmark = pytest.mark.system


def test_nothing_is_lost_or_doubled_when_the_head_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    assert batch_killed.main(4, 5, 80) == 0
    assert "results lost: 0   doubled: 0   summaries that differ: 0" in capfd.readouterr().out
