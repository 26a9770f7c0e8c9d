"""The programs that docs/races.md compares, each in one schedule: every race is found, nobody is accused."""

from __future__ import annotations

import pytest

from benchmarks.races.judging import Answer, judge
from benchmarks.races.ours import findings, races
from benchmarks.races.programs import read_all

pytestmark = pytest.mark.system


def test_one_schedule_shows_every_race_and_accuses_no_right_program() -> None:
    examples = read_all()
    found = findings(examples)
    accused = {name: found[name] for name in (one.name for one in examples if one.right) if found[name]}
    assert accused == {}
    missed = {
        one.name: found[one.name]
        for one in examples
        if not one.right and judge(one, races(one, found[one.name]), both=True) is Answer.MISSED
    }
    assert missed == {}
