"""Scores reach a platform once each, whatever it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.simulated import EXERCISE
from grader.batch.publishing.client import Client
from tests.unit.batch.publishing.conftest import Publish, graded
from tests.unit.batch.publishing.platform import Clock, Platform

LEFT = (
    "  Err: nothing is sent, for there is no grade (error: the grader failed)\n"
    "  Und: nothing is sent, for there is no grade (undecided: a person has to decide)\n"
)
ALL = {"u-ada": 10.0, "u-bob": 4.0, "u-eve": 7.0}


def test_who_has_a_grade_gets_it_and_nobody_else_gets_a_zero(publish: Publish, platform: Platform) -> None:
    assert publish() == (1, f"{EXERCISE}: 3 scores sent\n{LEFT}", "")
    assert platform.points == ALL
    ada, bob = platform.scores[:2]
    assert (ada["comment"], bob["comment"]) == ("All scenarios passed.", "Not passed: It counts (race)")
    assert (ada["timestamp"], bob["scoreMaximum"]) == ("2027-01-15T08:00:00.251+00:00", 10.0)
    assert list(platform.tokens) == ["secret-token-0"]


def test_only_what_is_new_is_sent_again_and_later(
    publish: Publish, platform: Platform, place: Path, clock: Clock
) -> None:
    publish()
    assert publish() == (1, f"{EXERCISE}: 0 scores sent, 3 sent before\n{LEFT}", "")
    clock.time -= 5000  # somebody sets the clock back
    graded(place, {"Bob": "9 of 10"})
    assert publish() == (1, f"{EXERCISE}: 1 score sent, 2 sent before\n{LEFT}", "")
    assert publish("--force", "--no-comments")[1].startswith(f"{EXERCISE}: 3 scores sent\n")
    assert platform.points == {**ALL, "u-bob": 9.0}
    assert [("comment" in row) for row in platform.scores] == [True] * 4 + [False] * 3


def test_a_dry_run_shows_what_it_would_do_and_does_nothing(
    publish: Publish, platform: Platform, place: Path
) -> None:
    kept = sorted(path.name for path in (place / "out").iterdir())
    status, out, _ = publish("--dry-run")
    assert (status, out) == (
        1,
        f"{EXERCISE}: to {platform.line_item}\n"
        "  Ada (user u-ada): 10 of 10 points, would be sent\n"
        "  Bob (user u-bob): 4 of 10 points, would be sent\n"
        f"  Eve (user u-eve): 7 of 10 points, would be sent\n{LEFT}",
    )
    assert (platform.tokens, sorted(path.name for path in (place / "out").iterdir())) == ({}, kept)
    publish()
    assert "Bob (user u-bob): 4 of 10 points, sent before" in publish("--dry-run")[1]


def test_a_busy_platform_is_asked_again_when_it_says(
    publish: Publish, platform: Platform, clock: Clock
) -> None:
    date = "Fri, 15 Jan 2027 08:02:00 GMT"
    platform.faults["token"].extend([(503, {}, ""), "close"])
    platform.faults["score"].extend(
        [
            (429, {"Retry-After": "7"}, ""),
            (429, {"Retry-After": date}, ""),
            (500, {}, "oh"),
            (403, {}, "403 Forbidden (Rate Limit Exceeded)"),
            None,
            "close",
            (502, {"Retry-After": "never"}, "<html>"),
        ]
    )
    assert publish() == (1, f"{EXERCISE}: 3 scores sent\n{LEFT}", "")
    assert platform.points == ALL
    waits = [wait for wait in clock.waits if wait > 0.01]
    assert waits == pytest.approx([1, 2, 7, 109.75, 4, 8, 1, 2], abs=0.1)


def test_a_platform_that_does_not_answer_in_time_is_asked_again(publish: Publish, platform: Platform) -> None:
    platform.faults["score"].append("hang")
    assert publish() == (1, f"{EXERCISE}: 3 scores sent\n{LEFT}", "")
    assert platform.points == ALL


def test_a_score_whose_receipt_was_lost_is_sent_again_with_a_later_time(
    publish: Publish, platform: Platform
) -> None:
    platform.faults["score"].append("lose")
    assert publish() == (1, f"{EXERCISE}: 3 scores sent\n{LEFT}", "")
    assert [row["userId"] for row in platform.scores] == ["u-ada", "u-ada", "u-bob", "u-eve"]


def test_tokens_are_renewed_when_they_end_or_are_refused(
    publish: Publish, platform: Platform, clock: Clock
) -> None:
    platform.token_life = 60
    platform.faults["score"].extend(
        [None, (429, {"Retry-After": "45"}, ""), None, (401, {}, {"error": "expired"})]
    )
    assert publish() == (1, f"{EXERCISE}: 3 scores sent\n{LEFT}", "")
    assert (platform.points, len(platform.tokens)) == (ALL, 3)


def test_who_is_killed_in_between_goes_on_and_sends_that_one_again(
    publish: Publish, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Client.send

    def killed(self: Client, line_item: str, score: Any) -> None:
        send(self, line_item, score)
        if len(platform.scores) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Client, "send", killed)
        assert publish() == (2, "", "grader: interrupted\n")
    assert publish() == (1, f"{EXERCISE}: 2 scores sent, 1 sent before\n{LEFT}", "")
    assert [row["userId"] for row in platform.scores] == ["u-ada", "u-bob", "u-bob", "u-eve"]


def test_a_student_whom_the_platform_does_not_know_is_told_and_the_others_get_theirs(
    publish: Publish, platform: Platform, place: Path
) -> None:
    (place / "users.csv").write_text("name,sub\nAda,u-ada\nBob,nobody\n")
    assert publish() == (
        2,
        f"{EXERCISE}: 1 score sent, 1 not sent; the same command tries these again\n{LEFT}"
        "  Eve: nothing is sent, for the LTI user id is not known; add a line to --users\n",
        "Bob (user nobody): not sent: 422 User not found in course\n",
    )
    assert platform.points == {"u-ada": 10.0}


def test_a_platform_that_fails_at_one_score_gets_the_others(publish: Publish, platform: Platform) -> None:
    platform.faults["score"].extend([(500, {}, {"message": "no \x1b[31mway\nsecret-token-0"})] * 6)
    status, out, err = publish()
    assert (status, platform.points) == (2, {"u-bob": 4.0, "u-eve": 7.0})
    assert out.startswith(f"{EXERCISE}: 2 scores sent, 1 not sent; the same command tries these again\n")
    assert err == "Ada (user u-ada): not sent: 127.0.0.1 failed 6 times: 500 no \\x1b[31mway\\n...\n"


@pytest.mark.parametrize(
    ("kind", "faults", "said"),
    [
        ("score", [(500, {}, "")] * 18, "127.0.0.1 failed 6 times: 500; the same at 3 students, so no more"),
        ("score", [(429, {}, "")] * 6, "127.0.0.1 takes no more now; what was sent is noted"),
        (
            "score",
            [(429, {"Retry-After": "7200"}, "")],
            "takes no more now (it asks us to wait for 120 minutes); what was sent is noted",
        ),
        ("score", ["close"] * 6, "127.0.0.1 closed the connection; what was sent is noted"),
        ("score", [(401, {}, {"error": "no"})] * 2, "refuses the tool: 401 no. Is it allowed to send"),
        ("score", [(403, {}, "<html>no")], "refuses the tool: 403. Is it allowed to send scores"),
        ("score", [(404, {}, "<html>no")], "there is no such line item"),
        (
            "score",
            [(302, {"Location": "https://x/login"}, "")],
            "has moved to https://x/login; use the address",
        ),
        (
            "token",
            [(400, {}, {"error": "invalid_client", "error_description": "unknown kid"})],
            "gives no token: 400 invalid_client: unknown kid. Are client_id, token_url",
        ),
        ("token", [(200, {}, "[1]")], "gives no token: 200"),
        ("token", [(200, {}, {"access_token": "a\nb"})], "gives no token: 200"),
        (
            "token",
            [(200, {}, {"access_token": "x", "scope": "other"})],
            "does not let the tool send scores: allow it the scope https://purl",
        ),
    ],
)
def test_what_makes_no_sense_to_go_on_with_is_told_in_one_line(
    kind: str, faults: list[Any], said: str, publish: Publish, platform: Platform
) -> None:
    platform.faults[kind].extend(faults)
    status, _, err = publish()
    told = [line for line in err.splitlines() if "not sent:" not in line]
    assert (status, len(told), said in told[0], platform.scores) == (2, 1, True, [])


def test_the_public_key_can_be_shown_to_be_registered(publish: Publish) -> None:
    status, out, _ = publish("--show-key")
    key = json.loads(out)
    assert (status, key.keys()) == (0, {"kty", "n", "e", "alg", "use", "kid"})


def test_requests_keep_to_the_rate(publish: Publish, platform: Platform, place: Path, clock: Clock) -> None:
    settings = place / "lti.yaml"
    settings.write_text(settings.read_text().replace("rate: 1000", "rate: 0.5"))
    publish()
    assert clock.waits == [2.0, 2.0, 2.0]  # a token and three scores
