"""Sends the scores of an exercise, each once, and goes on where somebody was stopped. Read this first.

journal --rows--> scores --> client, noted in the record before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.batch.publishing.client import Client, FailedError, PlatformError, RefusedError
from grader.batch.publishing.clock import Clock
from grader.batch.publishing.record import Record
from grader.batch.publishing.scores import Score

_FAILURES_MAX = 3
"""After so many scores one after the other at which the LMS failed, it is not the score."""


@dataclass(slots=True)
class Sent:
    """How it went: how many were sent, how many the LMS has from before, and how many it did not take."""

    sent: int = 0
    before: int = 0
    failed: int = 0


def send_scores(
    line_item: str,
    scores: Sequence[Score],
    record: Record,
    client: Client,
    clock: Clock,
    tell: Callable[[Score, str], None],
    *,
    again: bool = False,
) -> Sent:
    """Send scores to a line item.

    Args:
        line_item: its URL.
        scores: of its exercise.
        record: what was sent.
        client: the LMS.
        clock: what time it is.
        tell: is called for each: with "" if the LMS has it, with the reason if not.
        again: send also what the LMS has.

    Raises:
        LineItemError: it takes none here.
        PlatformError: it cannot be used.
        UsageError: the record cannot be written.
    """
    done = Sent()
    failures = 0
    for score in scores:
        if record.has(line_item, score) and not again:
            done.before += 1
            tell(score, "")
            continue
        used = [0.0]

        def body(score: Score = score, used: list[float] = used) -> dict[str, object]:
            used[0] = record.next_time(line_item, score, clock.now())
            return score.body(used[0])

        try:
            client.send(line_item, body)
        except RefusedError as error:
            done.failed += 1
            tell(score, str(error))
            failures = 0
        except FailedError as error:
            done.failed += 1
            tell(score, str(error))
            failures += 1
            if failures == _FAILURES_MAX:
                raise PlatformError(
                    f"{error}; the same at {failures} students, so no more is sent"
                ) from error
        else:
            record.sent(line_item, score, used[0])
            done.sent += 1
            tell(score, "")
            failures = 0
    return done
