"""Checks of an exercise among the built-in ones, and what is said when they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.checkers import compose
from grader.checkers._custom import EXPLAINS, CustomCheck
from grader.checkers.base import Spec
from grader.model.errors import InternalError
from grader.model.history import History, OpType
from grader.model.verdict import Finding, Severity

from .history_builder import Story

FILE = "demo/checks.py"


def finding(check: str = "", **fields: Any) -> Finding:
    return Finding(check=check, message="It is so.", why="", part="alice", **fields)


def custom(
    id_: str = "own", explains: frozenset[str] = EXPLAINS, function: Callable[..., object] | None = None
) -> CustomCheck:
    def finds(history: History, spec: Spec) -> list[Finding]:
        return [finding()]

    return CustomCheck(id=id_, rule="Do it so.", explains=explains, function=function or finds, file=FILE)


def judged(s: Story, *checks: CustomCheck) -> list[tuple[str, list[str]]]:
    found = compose.judge(s.history, s.spec, custom=checks)
    return [(one.check, [effect.check for effect in one.effects]) for one in found]


def wrong_status() -> Story:
    """A run in which `exit-status` is not met."""
    s = Story(steps=[{"start": "alice"}, {"exit": {"alice": 0}}])
    s.exits(10, 1)
    s.unmet(1, "exit", {"alice": {"state": "exited", "status": 1}})
    return s


def test_a_finding_has_the_name_and_the_rule_of_its_check() -> None:
    s = Story()
    assert compose.judge(s.history, s.spec, custom=[custom()]) == [
        Finding(check="own", message="It is so.", why="Do it so.", part="alice")
    ]


def test_a_check_that_is_tolerated_is_not_asked() -> None:
    s = Story(tolerates=["own"])
    assert judged(s, custom(), custom("other")) == [("other", [])]
    assert compose.judge(Story().history, Story().spec, ["own"], [custom()]) == []


def test_it_explains_what_went_wrong_in_the_end() -> None:
    assert judged(wrong_status(), custom()) == [("own", ["exit-status"])]


@pytest.mark.parametrize(
    ("explains", "found"),
    [
        (frozenset({"output"}), [("exit-status", ["own"])]),
        (frozenset(), [("own", []), ("exit-status", [])]),
        (frozenset({"crash"}), [("own", []), ("exit-status", [])]),
    ],
)
def test_it_explains_what_it_says_it_does(explains: frozenset[str], found: list[Any]) -> None:
    assert judged(wrong_status(), custom(explains=explains)) == found


def test_a_crash_explains_it_unless_it_explains_crashes() -> None:
    s = Story()
    s.dies(10, "SIGSEGV")
    assert judged(s, custom()) == [("crash", ["own"])]
    assert judged(s, custom(explains=frozenset({"crash"}))) == [("own", ["crash"])]


def test_several_stand_side_by_side_in_their_order() -> None:
    assert judged(Story(), custom("zebra"), custom("ape")) == [("zebra", []), ("ape", [])]


def test_advice_explains_nothing() -> None:
    advice = custom(function=lambda history, spec: [finding(severity=Severity.ADVICE)])
    assert judged(wrong_status(), advice) == [("exit-status", ["own"])]
    assert judged(Story(), advice) == [("own", [])]


def test_under_a_fault_it_keeps_its_name_and_tells_of_the_fault() -> None:
    s = Story()
    s._add(0, OpType.OK, "fault", value={"kind": "kill", "part": "alice", "act": ["alice", "write", 2]})
    (found,) = compose.judge(s.history, s.spec, custom=[custom()])
    assert (found.check, found.message) == (
        "own",
        "alice was killed at its beginning, and then: It is so.",
    )


def _fails(history: History, spec: Spec) -> list[Finding]:
    raise KeyError("oh")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda history, spec: None, "did not return a list of findings"),
        (lambda history, spec: ["wrong"], "did not return a list of findings"),
        (lambda history, spec: [finding("output")], "made a finding of `output`"),
        (lambda history, spec: [finding(ops=(0,))], "names an operation that is not there"),
    ],
)
def test_what_is_no_list_of_findings_is_an_error_of_ours(function: Callable[..., Any], said: str) -> None:
    with pytest.raises(InternalError, match=f"^demo/checks.py: the check `own` {said}$"):
        judged(Story(), custom(function=function))


def test_a_check_that_fails_is_named_with_its_line() -> None:
    scope: dict[str, Any] = {}
    exec(
        compile("def own(history, spec):\n    return _a()\ndef _a():\n    return {}['oh']\n", FILE, "exec"),
        scope,
    )
    with pytest.raises(InternalError, match=r"^demo/checks.py:4: the check `own` failed: KeyError: 'oh'$"):
        judged(Story(), custom(function=scope["own"]))
