"""Causes before effects, and what checkers must not do."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import registry
from grader.checkers import compose
from grader.model.errors import InternalError
from grader.model.exercise import CHECKS
from grader.model.history import EndReason, ObjectKind
from grader.model.verdict import Finding, Severity

from .history_builder import Story

Tree = list[tuple[str, list[str]]]


def finding(check: str, part: str = "alice", **fields: Any) -> Finding:
    return Finding(check=check, message=f"{check} of {part}", why="", part=part, **fields)


def tree(findings: list[Finding]) -> Tree:
    return [(f.check, [effect.check for effect in f.effects]) for f in findings]


def arrange(*findings: Finding, story: Story | None = None) -> Tree:
    return tree(compose.arrange(findings, (story or Story()).history))


def test_every_check_has_its_place() -> None:
    assert sorted(compose.ORDER) == sorted(CHECKS)
    assert set(compose._EXPLAINS) == set(CHECKS)


def test_a_check_explains_only_what_stands_behind_it() -> None:
    for cause, effects in compose._EXPLAINS.items():
        for effect in effects:
            assert compose.ORDER.index(cause) < compose.ORDER.index(effect), (cause, effect)


@pytest.mark.parametrize(
    ("cause", "effects"),
    [
        ("mechanism", ["crash", "output"]),
        ("crash", ["deadlock", "output"]),
        ("crash", ["exit-status"]),
        ("crash", ["reaping"]),
        ("crash", ["leftovers"]),
        ("deadlock", ["output"]),
        ("deadlock", ["exit-status"]),
        ("deadlock", ["blocking"]),
        ("limits", ["output"]),
        ("sleep-sync", ["ordering"]),
        ("race", ["output"]),
        ("lost-wakeup", ["deadlock", "output"]),
        ("descriptors", ["deadlock", "exit-status"]),
    ],
)
def test_a_cause_has_its_effects_under_it(cause: str, effects: list[str]) -> None:
    assert arrange(*(finding(name) for name in [*effects, cause])) == [(cause, effects)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("crash", "access"),
        ("crash", "polling"),
        ("deadlock", "reaping"),
        ("polling", "output"),
        ("access", "leftovers"),
        ("reaping", "leftovers"),
        ("leftovers", "output"),
        ("leftovers", "exit-status"),
    ],
)
def test_findings_that_do_not_explain_each_other_stand_side_by_side(one: str, other: str) -> None:
    assert arrange(finding(other), finding(one)) == [(one, []), (other, [])]


def test_effects_of_effects_are_listed_under_the_first_cause() -> None:
    assert arrange(finding("output"), finding("sleep-sync"), finding("crash")) == [
        ("crash", ["sleep-sync", "output"])
    ]


def test_polling_explains_that_the_same_part_is_not_blocked() -> None:
    assert arrange(finding("polling"), finding("blocking")) == [("polling", ["blocking"])]
    assert arrange(finding("polling", "bob"), finding("blocking")) == [("polling", []), ("blocking", [])]


def test_polling_explains_a_run_without_end_but_no_computing() -> None:
    endless = Story()
    endless.limited("events")
    assert arrange(finding("limits"), finding("polling"), story=endless) == [("polling", ["limits"])]
    computing = Story()
    computing.limited("cpu")
    assert arrange(finding("limits"), finding("polling"), story=computing) == [
        ("polling", []),
        ("limits", []),
    ]


def test_a_parent_that_leaves_too_early_explains_its_output_zombies_do_not() -> None:
    s = Story()
    early = s.exits(10, zombies=[], orphans=[11])
    late = s.exits(10, zombies=[11], orphans=[])
    assert arrange(finding("output"), finding("reaping", ops=(early,)), story=s) == [("reaping", ["output"])]
    assert arrange(finding("output"), finding("reaping", ops=(late,)), story=s) == [
        ("reaping", []),
        ("output", []),
    ]
    assert arrange(finding("output", "bob"), finding("reaping", ops=(early,)), story=s) == [
        ("reaping", []),
        ("output", []),
    ]


@pytest.mark.parametrize(("waits", "explains"), [(True, True), (False, False)])
def test_a_child_that_ended_after_the_last_wait_explains_what_its_parent_printed(
    waits: bool, explains: bool
) -> None:
    s = Story()
    s.fork(10, 11)
    if waits:
        s.call(10, "wait", pid=-1)
    s.exits(11)
    end = s.exits(10, zombies=[11], orphans=[])
    found = arrange(finding("output"), finding("reaping", ops=(end,)), story=s)
    assert found == ([("reaping", ["output"])] if explains else [("reaping", []), ("output", [])])


def test_who_wakes_too_early_also_leaves_too_early() -> None:
    assert arrange(finding("reaping"), finding("exit-status"), finding("sleep-sync")) == [
        ("sleep-sync", ["reaping", "exit-status"])
    ]
    assert arrange(finding("reaping", "bob"), finding("sleep-sync")) == [("sleep-sync", []), ("reaping", [])]


def test_a_failure_explains_the_silence_of_the_same_part() -> None:
    assert arrange(finding("output"), finding("exit-status")) == [("exit-status", ["output"])]
    assert arrange(finding("output", "bob"), finding("exit-status")) == [("exit-status", []), ("output", [])]


def test_an_object_taken_away_in_the_middle_is_a_cause_not_an_effect() -> None:
    s = Story(steps=[{"present": {"kind": "queue", "name": "/jobs"}}])
    removal = s.call(10, "mq_unlink", path="/jobs")
    missed = s.unmet(0, "present", None, EndReason.STUCK)
    taken, absent = finding("persistence", ops=(removal,)), finding("persistence", "", ops=(removal, missed))
    assert arrange(finding("deadlock"), finding("output"), taken, story=s) == [
        ("persistence", ["deadlock", "output"])
    ]
    assert arrange(finding("deadlock"), absent, story=s) == [("deadlock", ["persistence"])]
    assert arrange(finding("crash"), taken, story=s) == [("crash", []), ("persistence", [])]
    assert arrange(finding("mechanism"), taken, story=s) == [("mechanism", ["persistence"])]


def test_a_run_that_was_broken_off_and_proves_nothing_is_undecided() -> None:
    s = Story()
    assert compose.undecided(s.history, []) == ""
    s.limited("wall")
    assert compose.undecided(s.history, []) == (
        "a run reached the limit `wall`, and nothing proves through whose fault"
    )
    assert compose.undecided(s.history, [finding("crash")]) == ""
    s.reason = EndReason.STUCK
    assert compose.undecided(s.history, [finding("crash", severity=Severity.ADVICE)]) == (
        "a run was broken off (stuck), and nothing proves through whose fault"
    )


def test_advice_stands_last_and_explains_nothing() -> None:
    assert arrange(finding("crash", severity=Severity.ADVICE), finding("output")) == [
        ("output", []),
        ("crash", []),
    ]


def test_nothing_is_said_twice() -> None:
    assert arrange(finding("crash"), finding("crash"), finding("crash", "bob")) == [
        ("crash", []),
        ("crash", []),
    ]


@given(st.lists(st.sampled_from([c for c in CHECKS if c != "reaping"]), unique=True, max_size=4))
def test_the_order_of_findings_does_not_matter_and_none_is_lost(names: list[str]) -> None:
    results = {str(arrange(*map(finding, order))) for order in permutations(names)}
    assert len(results) == 1
    flat = [name for cause, effects in arrange(*map(finding, names)) for name in (cause, *effects)]
    assert sorted(flat) == sorted(names)


def deadlocked(**scenario: Any) -> Story:
    s = Story(steps=[{"start": "alice"}, {"exit": {"alice": 0}}], **scenario)
    pipe = s.object(ObjectKind.PIPE)
    s.asleep(10, s.invoke(10, "read", pipe, fd=3), (3, pipe, "r"), (4, pipe, "w"))
    s.unmet(1, "exit", {"alice": {"state": "running"}}, EndReason.STUCK)
    return s


def test_a_run_is_judged_by_all_checkers() -> None:
    s = deadlocked()
    assert tree(compose.judge(s.history, s.spec)) == [("descriptors", ["deadlock", "exit-status"])]


def test_tolerated_checks_are_dropped_before_they_explain_anything() -> None:
    s = deadlocked(tolerates=["descriptors"])
    assert tree(compose.judge(s.history, s.spec)) == [("deadlock", ["exit-status"])]
    assert tree(compose.judge(s.history, s.spec, tolerates=["deadlock", "exit-status"])) == []


def test_a_checker_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(history: object, spec: object) -> list[Finding]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(registry, "load", lambda package, attribute: {"odd": broken})
    s = Story()
    with pytest.raises(InternalError, match=r"the checker 'odd' failed: ZeroDivisionError\('oh'\)"):
        compose.judge(s.history, s.spec)


def test_a_checker_that_reports_an_unknown_check_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        registry, "load", lambda package, attribute: {"odd": lambda h, s: [finding("oddity")]}
    )
    s = Story()
    with pytest.raises(InternalError, match="the checker 'odd' reported 'oddity', which is no check"):
        compose.judge(s.history, s.spec)


def test_the_mistake_that_is_to_be_shown_costs_nothing_and_all_others_do() -> None:
    race, output = finding("race", effects=(finding("output"),)), finding("output", part="bob")
    first, second = compose.to_be_shown([race, output], ["race"])
    assert (first, second.severity, second.effects) == (output, Severity.ADVICE, race.effects)
    assert [compose.is_shown(each) for each in (first, second)] == [False, True]
    assert compose.to_be_shown([race, output], []) == [race, output]
