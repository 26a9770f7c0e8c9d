"""Children that were waited for, and those that were not."""

from __future__ import annotations

import pytest

from grader.checkers import reaping
from grader.model.history import EndReason
from grader.model.verdict import Finding

from .history_builder import Story
from .stories import exiting


def test_children_nobody_waited_for_are_told_with_the_fork() -> None:
    s = Story()
    one = s.fork(10, 11, line=5)
    two = s.fork(10, 12, line=5)
    s.exits(11)
    ended = s.exits(10, zombies=[11], orphans=[12])
    assert reaping.check(s.history, s.spec) == [
        Finding(
            check="reaping",
            message="When alice ended, its child (pid 11) had ended and was never waited for "
            "and its child (pid 12) was still alive.",
            why=reaping.RULE,
            read="man 2 wait",
            part="alice",
            pid=10,
            ops=(one, two, ended),
            file="alice.c",
            line=5,
        )
    ]


def test_children_that_were_waited_for_are_no_finding() -> None:
    s = Story()
    s.fork(10, 11)
    s.exits(11)
    s.call(10, "wait", result=11, ok={"child": 11, "status": 0}, pid=-1, flags=[])
    s.exits(10, zombies=[], orphans=[])
    assert reaping.check(s.history, s.spec) == []


def test_who_died_of_a_signal_could_not_wait() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(10, "SIGTERM", "script", zombies=[11], orphans=[])
    assert reaping.check(s.history, s.spec) == []


def test_children_that_outlive_the_sigterm_of_their_parent_are_left_behind() -> None:
    s = Story()
    fork = s.fork(10, 11, line=5)
    s.fork(10, 12)
    s.dies(10, "SIGTERM", "script", orphans=[11, 12])
    ended = s.ops[-1].index
    s.exits(12)
    s.remains(11, "blocked")
    assert [(f.message, f.ops, f.line) for f in reaping.check(s.history, s.spec)] == [
        ("When alice had died of SIGTERM, its child (pid 11) was still alive.", (fork, ended), 5)
    ]


@pytest.mark.parametrize("why", ["it ends soon", "it may stay", "the script was broken off", "it crashed"])
def test_children_of_who_died_of_a_signal_are_not_judged_if(why: str) -> None:
    s = Story(stays=["alice"] if why == "it may stay" else [])
    s.fork(10, 11)
    s.dies(10, "SIGTERM", "kernel" if why == "it crashed" else "script", orphans=[11])
    if why == "it ends soon":
        s.exits(11)
    else:
        s.remains(11, "blocked")
    if why == "the script was broken off":
        s.reason = EndReason.STUCK
    assert reaping.check(s.history, s.spec) == []


def test_the_children_of_a_shell_are_not_the_students() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(11, "/bin/sh", "sh", "-c", "sleep 1 &")
    s.fork(11, 12)
    s.exits(11, orphans=[12])
    assert reaping.check(s.history, s.spec) == []


def test_processes_of_pythons_library_end_by_themselves() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(
        11, "/usr/bin/python3", "python3", "-c", "from multiprocessing.resource_tracker import main;main(5)"
    )
    s.exits(10, orphans=[11])
    assert reaping.check(s.history, s.spec) == []


def test_what_ends_after_the_script_was_broken_off_is_not_judged() -> None:
    s = exiting(0)
    s.fork(10, 11)
    s.unmet(1, "exit", {"alice": {"state": "running"}})
    s.exits(10, orphans=[11])
    assert reaping.check(s.history, s.spec) == []
