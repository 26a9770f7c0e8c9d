"""Points as whole numbers."""

from __future__ import annotations

import pytest

from grader.exports.whole import whole_points
from grader.model.verdict import Outcome, ScenarioResult, Verdict


def verdict(*worth: tuple[float, float]) -> Verdict:
    return Verdict(
        exercise="tea",
        title="Tea",
        submission=".",
        isolation="full",
        seed=0,
        scenarios=tuple(
            ScenarioResult(
                id=f"s{number}",
                title="S",
                outcome=Outcome.PASSED if points else Outcome.FAILED,
                points=points,
                points_max=most,
                schedules=1,
            )
            for number, (points, most) in enumerate(worth)
        ),
    )


@pytest.mark.parametrize(
    ("worth", "whole"),
    [
        ([], []),
        ([(6, 6), (0, 20)], [(6, 6), (0, 20)]),
        ([(2.5, 2.5), (0, 5)], [(5, 5), (0, 10)]),
        ([(0.1, 0.1), (0.25, 0.25), (0, 1)], [(2, 2), (5, 5), (0, 20)]),
        ([(33.33, 33.33), (33.33, 33.33), (33.34, 33.34)], [(3333, 3333), (3333, 3333), (3334, 3334)]),
        ([(1 / 3, 1 / 3), (0, 2 / 3)], [(33, 33), (0, 67)]),
        ([(0, 0)], [(0, 0)]),
    ],
)
def test_shares_stay_as_they_are(worth: list[tuple[float, float]], whole: list[tuple[int, int]]) -> None:
    assert list(whole_points(verdict(*worth)).values()) == whole
