"""Who dies of a mistake of its own."""

from __future__ import annotations

import pytest

from grader.checkers import crash
from grader.model.verdict import Finding

from .history_builder import Story, told
from .stories import exiting


def test_a_process_that_dies_of_its_own_fault_is_told_with_its_last_line() -> None:
    s = Story()
    s.call(10, "mmap", line=8)
    ended = s.dies(10, "SIGSEGV")
    assert crash.check(s.history, s.spec) == [
        Finding(
            check="crash",
            message="alice died of SIGSEGV: it touched memory that is not there; "
            "the last call seen is `mmap` at alice.c:8.",
            why=crash.RULE,
            read="man 7 signal",
            part="alice",
            pid=10,
            ops=(ended,),
            file="alice.c",
            line=8,
        )
    ]


def test_children_that_die_in_the_same_way_are_one_finding() -> None:
    s = Story()
    s.fork(10, 11)
    s.fork(10, 12)
    s.dies(11, "SIGBUS")
    s.dies(12, "SIGBUS")
    assert told(crash.check(s.history, s.spec)) == [
        "alice (pid 11) died of SIGBUS: it touched a mapping beyond the end of its object "
        "(and 1 more processes like it)."
    ]


def test_a_signal_somebody_sent_is_no_crash() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(11, "SIGSEGV", sender=10)
    s.dies(10, "SIGSEGV", sender="script")
    assert crash.check(s.history, s.spec) == []


def test_abort_is_a_crash_though_the_process_sends_the_signal_itself() -> None:
    s = Story()
    s.dies(10, "SIGABRT", sender=10)
    assert len(crash.check(s.history, s.spec)) == 1


def test_to_die_of_a_signal_the_script_demands_is_no_crash() -> None:
    s = Story(steps=[{"exit": {"alice": [0, {"signal": "ABRT"}]}}])
    s.dies(10, "SIGABRT", sender=10)
    assert crash.check(s.history, s.spec) == []


@pytest.mark.parametrize(("signal", "crashes"), [("SIGPIPE", 0), ("SIGTERM", 0), ("SIGSEGV", 1)])
def test_a_demand_for_a_failure_excuses_signals_but_no_mistakes(signal: str, crashes: int) -> None:
    s = exiting("nonzero")
    s.dies(10, signal, "script" if signal == "SIGTERM" else "kernel")
    assert len(crash.check(s.history, s.spec)) == crashes


def unanswered(accepted: object, *, steps: bool = True) -> Story:
    s = exiting(accepted) if steps else Story()
    s.event(10, "sigaction", signal="SIGTERM", action="handler")
    s.dies(10, "SIGTERM", "script")
    return s


def test_a_signal_of_the_script_that_a_program_must_answer_is_no_end() -> None:
    s = unanswered(0)
    assert told(crash.check(s.history, s.spec)) == [
        "alice died of SIGTERM, which it must answer: it has no handler for it."
    ]


def test_a_handler_that_worked_once_is_told() -> None:
    s = exiting(0)
    s.event(10, "deliver", signal="SIGHUP", action="handler", sender="script")
    s.dies(10, "SIGHUP", "script")
    assert told(crash.check(s.history, s.spec)) == [
        "alice died of SIGHUP, which it must answer: its handler was gone after the first time."
    ]


def test_a_signal_of_the_script_may_end_a_program() -> None:
    s = unanswered({"signal": "TERM"})
    assert crash.check(s.history, s.spec) == []
    s = unanswered(0, steps=False)
    assert crash.check(s.history, s.spec) == []


def test_the_main_process_must_not_die_of_sigpipe() -> None:
    s = Story()
    s.dies(10, "SIGPIPE")
    assert len(crash.check(s.history, s.spec)) == 1


def test_a_sigpipe_is_signed_by_the_writer_himself() -> None:
    s = Story()
    s.call(10, "write", error="EPIPE", line=5, fd=3)
    s.dies(10, "SIGPIPE", sender=10)
    assert len(crash.check(s.history, s.spec)) == 1


def test_a_signal_the_process_sent_itself_is_no_crash() -> None:
    s = Story()
    s.call(10, "kill", target=10, signal="SIGPIPE")
    s.dies(10, "SIGPIPE", sender=10)
    assert crash.check(s.history, s.spec) == []


def test_a_child_may_die_of_sigpipe_as_in_a_pipeline() -> None:
    s = Story()
    s.fork(10, 11)
    s.dies(11, "SIGPIPE")
    assert crash.check(s.history, s.spec) == []


def test_a_foreign_program_may_crash() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(11, "/bin/sh", "sh", "-c", "kill -SEGV $$")
    s.fork(11, 12)
    s.dies(12, "SIGSEGV")
    s.dies(11, "SIGSEGV")
    assert crash.check(s.history, s.spec) == []


def test_a_program_of_the_submission_that_was_executed_may_not() -> None:
    s = Story()
    s.exec(10, "/usr/bin/python3", "python3", "/submission/worker.py")
    s.dies(10, "SIGSEGV")
    assert len(crash.check(s.history, s.spec)) == 1


def test_the_reference_is_not_accused_of_a_crash() -> None:
    s = Story("bob_ref")
    s.dies(10, "SIGSEGV")
    assert crash.check(s.history, s.spec) == []
