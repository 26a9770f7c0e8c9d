"""From the results of a batch to what an LMS is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from grader.batch.gradebooks.base import find_grades
from grader.batch.journal import Row
from grader.batch.model import Status, shown
from grader.batch.publishing.users import Users
from grader.reporters.explain import one_line

_COMMENT_MAX: Final = 1000
_DECIMALS: Final = 4
_CANVAS_SUBMISSION: Final = "https://canvas.instructure.com/lti/submission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A grade that is to be sent.

    Attributes:
        user: whose it is, as the LMS calls the student.
        who: the student's name.
        points, points_max: reached and reachable.
        comment: what the student reads beside it; empty: nothing.
    """

    user: str
    who: str
    points: float
    points_max: float
    comment: str = ""

    @property
    def digest(self) -> str:
        """What tells whether the LMS has it already."""
        row = [self.points, self.points_max, self.comment]
        return hashlib.sha256(json.dumps(row).encode()).hexdigest()

    def body(self, timestamp: float) -> dict[str, Any]:
        """Return it as the LMS reads it.

        Args:
            timestamp: seconds since 1970; later than that of any before it of the same student.
        """
        told: dict[str, Any] = {
            "userId": self.user,
            "scoreGiven": round(self.points, _DECIMALS),
            "scoreMaximum": round(self.points_max, _DECIMALS),
            "timestamp": datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds"),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            # Without this Canvas takes every score for another attempt, handed in when the score came.
            _CANVAS_SUBMISSION: {"new_submission": False},
        }
        return told | ({"comment": self.comment} if self.comment else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a batch says of an exercise.

    Attributes:
        scores: to be sent, by name.
        open: who has no grade, and why. Never sent: Canvas and Moodle take a score without points for
            "no grade any more", and forget one that a person gave.
        unknown: who has a grade, and no LTI user id.
    """

    scores: tuple[Score, ...]
    open: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def collect(rows: Callable[[], Iterable[Row]], users: Users, *, comments: bool) -> Collected:
    """Match the grades of an exercise with the users of an LMS.

    Args:
        rows: what was handed in, and what became of it.
        users: who is who.
        comments: tell students what did not go well.
    """
    found = find_grades(users.students, rows())
    scores = [
        Score(
            user=users.ids[place],
            who=shown(users.students[place].name),
            points=points,
            points_max=points_max,
            comment=one_line(found.comments[place], length=_COMMENT_MAX) if comments else "",
        )
        for place, (points, points_max) in found.points.items()
    ]
    left = (
        (
            ", ".join(shown(student.name) for student in row.entry.students) or shown(row.entry.label),
            row.result,
        )
        for row in rows()
        if row.result.status is not Status.GRADED
    )
    return Collected(
        scores=tuple(sorted(scores, key=lambda score: (score.who.casefold(), score.user))),
        open=tuple(
            (who, result.status.value + (f": {shown(result.reason)}" if result.reason else ""))
            for who, result in left
        ),
        unknown=tuple(shown(name) for name in found.strangers),
    )
