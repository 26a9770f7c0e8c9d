"""Points for systems that know whole numbers only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from grader.model.verdict import Verdict


def whole_points(verdict: Verdict) -> Mapping[str, tuple[int, int]]:
    """Return each scenario's points and the most it gives, by its id, as whole numbers.

    Where the exercise has fractions, all are multiplied by the smallest number that makes whole ones of them,
    to the hundredth: 2.5 of 5 points become 5 of 10. So the share of the whole stays as it is.
    """
    factor = math.lcm(*(_hundredths(scenario.points_max).denominator for scenario in verdict.scenarios))
    return {
        scenario.id: (
            math.floor(_hundredths(scenario.points) * factor),
            math.floor(_hundredths(scenario.points_max) * factor),
        )
        for scenario in verdict.scenarios
    }


def _hundredths(points: float) -> Fraction:
    return Fraction(round(points * 100), 100)
