"""What all checkers share."""

from __future__ import annotations

import pytest

from grader.checkers import _processes, base
from grader.checkers._lines import resolver
from grader.model.errors import InternalError
from grader.model.exercise import Exit, Expect, Start
from grader.model.history import ObjectKind

from .history_builder import Story


def test_only_demands_of_one_kind_that_were_not_met_have_failed() -> None:
    s = Story(steps=[{"start": "alice"}, {"exit": {"alice": 0}}])
    s.performs(0, "start")
    op = s.unmet(1, "exit", {"alice": {"state": "running"}})
    failed = base.failed(s.history, s.spec, Exit)
    assert failed == [(s.ops[op], s.spec.script.steps[1], {"alice": {"state": "running"}})]
    assert base.failed(s.history, s.spec, Expect) == []


@pytest.mark.parametrize("step", [0, 7, None])
def test_an_op_that_does_not_fit_the_script_is_the_graders_fault(step: object) -> None:
    s = Story(steps=[{"start": "alice"}])
    s.unmet(step, "exit", {})  # type: ignore[arg-type]
    with pytest.raises(InternalError):
        base.failed(s.history, s.spec, Exit)


def test_the_steps_that_are_left_are_those_after_the_end() -> None:
    s = Story(steps=[{"running": "alice"}, {"start": "alice"}])
    assert base.steps_left(s.history, s.spec) == ()
    s.unmet(0, "running", {})
    assert [type(step) for step in base.steps_left(s.history, s.spec)] == [Start]


def test_processes_and_objects_are_named_as_the_student_knows_them() -> None:
    s = Story("alice", "bob_ref")
    s.fork(10, 11)
    queue, pipe = s.object(ObjectKind.SYSV_QUEUE, "51"), s.object(ObjectKind.PIPE)
    assert base.who(s.history, "alice", 10) == "alice"
    assert base.who(s.history, "alice", 11) == "alice (pid 11)"
    assert base.who(s.history, "bob_ref", 99) == "bob_ref (played by the reference, pid 99)"
    assert base.named(s.history, queue) == "System V queue 51"
    assert base.named(s.history, pipe) == "pipe:1"
    assert base.named(s.history, "unheard of") == "unheard of"


def test_quoted_text_is_one_line_and_not_too_long() -> None:
    assert base.quoted('a "b"\n\x00é') == '"a \\"b\\"\\n\\u0000é"'
    assert base.quoted("x" * 100) == '"' + "x" * 77 + '..."'


def test_what_a_thread_did_at_the_end_is_told() -> None:
    s = Story()
    for state in ("running", "stopped", "blocked"):
        s.remains(10, state)
    assert [base.standing(s.history, thread) for thread in s.waiting] == [
        "was still running",
        "is stopped by job control",
        "is blocked",
    ]


def test_a_process_is_foreign_from_its_exec_on_and_so_are_its_children() -> None:
    s = Story()
    s.fork(10, 11)
    shell = s.exec(11, "/bin/sh", "sh")
    s.fork(11, 12)
    grandchild = s.call(12, "write")
    assert _processes.foreign(s.history) == {11: shell, 12: grandchild - 1}


def test_a_process_that_executes_the_submission_is_not_foreign() -> None:
    s = Story()
    s.fork(10, 11)
    s.exec(11, "/bin/sh", "sh")
    s.exec(11, "/submission/worker")
    s.exec(10, "/proc/self/exe", "again")
    assert _processes.foreign(s.history) == {}


def test_the_pid_of_a_part_is_that_of_its_latest_start() -> None:
    s = Story()
    s.call(10, "getppid")
    before = len(s.ops)
    s.processes[50] = type(s.processes[10])(pid=50, parent=0, part="alice", main=True)
    s.call(50, "getppid")
    assert resolver(s.history, before)("${alice.pid} $$ ${bob.pid} ${x}") == "10 $ ${bob.pid} ${x}"
    assert resolver(s.history, len(s.ops))("${alice.pid}") == "50"
