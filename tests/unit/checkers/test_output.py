"""Text that is missing, wrong, or too much."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checkers import ordering, output
from grader.model.errors import InternalError
from grader.model.history import EndReason, ObjectKind, Process
from grader.model.verdict import Finding

from .history_builder import Story, told


def story(demand: object, **other: object) -> Story:
    return Story(steps=[{"start": "alice"}, {"expect": {"part": "alice", **({"lines": demand} | other)}}])


def test_a_line_that_differs_is_shown_beside_the_demanded_one() -> None:
    s = story(["one", "two"])
    channel = s.object(ObjectKind.PIPE, "stdout of alice")
    s.call(10, "write", channel, line=7, fd=1)
    printed = s.prints(10, "one\ntow\n")
    failed = s.got(1, "alice", "one\ntow\n")
    assert output.check(s.history, s.spec) == [
        Finding(
            check="output",
            message='alice printed something else: line 2 should be "two" and is "tow" '
            "(2 of 2 lines printed).",
            why=output.RULE,
            read="man 3 printf",
            part="alice",
            ops=(printed, failed),
            file="alice.c",
            line=7,
        )
    ]


def test_the_demanded_lines_are_no_finding() -> None:
    s = story(["one", "two"])
    s.prints(10, "one\ntwo\n")
    s.took(1, "alice", "one\ntwo\n")
    assert output.check(s.history, s.spec) == []


def test_missing_lines_are_counted_and_it_is_said_what_the_program_does_instead() -> None:
    s = story(["one", "two", "three"])
    s.prints(10, "one\n")
    waits = s.invoke(10, "read", s.stdin(), line=9, fd=0)
    s.asleep(10, waits)
    s.got(1, "alice", "one\n", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "two" and 1 more (1 of 3 lines printed); '
        "it waits in read on stdin of alice at alice.c:9."
    ]


def test_silence_into_a_pipe_may_be_text_that_was_not_flushed() -> None:
    s = story("one")
    s.asleep(10, s.invoke(10, "read", s.stdin(), fd=0))
    s.got(1, "alice", "", EndReason.STUCK)
    assert "fflush(stdout)" in output.check(s.history, s.spec)[0].why


def test_silence_on_a_terminal_is_not() -> None:
    s = story("one")
    s.terminal()
    s.asleep(10, s.invoke(10, "read", s.object(ObjectKind.TERMINAL, "terminal of alice"), fd=0))
    s.got(1, "alice", "", EndReason.STUCK)
    assert output.check(s.history, s.spec)[0].why == output.RULE


@pytest.mark.parametrize(
    ("printed", "hint"),
    [
        ("Two\n", "; they differ only in upper and lower case"),
        ("two \n", "; they differ only in white space at the end"),
        ("two\r\n", "; it ends in a carriage return"),
        ("t wo\n", ""),
    ],
)
def test_differences_that_are_hard_to_see_are_named(printed: str, hint: str) -> None:
    s = story("two")
    s.prints(10, printed)
    s.got(1, "alice", printed)
    (message,) = told(output.check(s.history, s.spec))
    assert message.endswith(f"{hint} (1 of 1 lines printed).")


def test_a_last_line_without_its_newline_is_named() -> None:
    s = story("two")
    s.got(1, "alice", "two", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "two" '
        '(0 of 1 lines printed; "two" came without a newline at its end).'
    ]


def test_text_printed_twice_because_of_fork_is_explained() -> None:
    s = story(["hello", "child", "parent"])
    fork = s.fork(10, 11)
    assert fork
    child = s.prints(11, "hello\nchild\n")
    parent = s.prints(10, "hello\nparent\n")
    failed = s.got(1, "alice", "hello\nchild\nhello\nparent\n")
    (finding,) = output.check(s.history, s.spec)
    assert "stdio buffer at fork" in finding.why
    assert finding.ops == (child, parent, failed)


def test_a_line_that_both_print_on_purpose_is_not_explained_by_fork() -> None:
    s = story(["hello", "hello", "child", "parent"])
    s.fork(10, 11)
    s.prints(11, "hello\nchild\n")
    s.prints(10, "hello\nWRONG\n")
    s.got(1, "alice", "hello\nhello\nchild\nWRONG\n")
    assert output.check(s.history, s.spec)[0].why == output.RULE


def test_text_that_was_in_the_buffer_at_fork_is_named_as_the_cause() -> None:
    s = story(["hello", "child", "parent"])
    fork = s.call(10, "fork", line=5, unflushed="hello\n", ok={"child": 11})
    s.processes[11] = Process(pid=11, parent=10, part="alice", main=False)
    child = s.prints(11, "hello\nchild\n")
    parent = s.prints(10, "hello\nparent\n")
    failed = s.got(1, "alice", "hello\nchild\nhello\nparent\n")
    (finding,) = output.check(s.history, s.spec)
    assert finding.message == (
        'alice printed something else: line 3 should be "parent" and is "hello" (4 of 3 lines printed). '
        '"hello\\n" was still in the buffer of stdout when alice made pid 11 by fork at alice.c:5: each has '
        "a copy of the buffer, and has printed it."
    )
    assert (finding.ops, finding.line) == ((fork, child, parent, failed), 5)


def test_text_that_only_one_prints_was_not_doubled_though_it_was_in_the_buffer() -> None:
    s = story(["hello", "child", "parent"])
    s.call(10, "fork", line=5, unflushed="hello\n", ok={"child": 11})
    s.processes[11] = Process(pid=11, parent=10, part="alice", main=False)
    s.prints(11, "child\n")
    s.prints(10, "hello\nhello\nparent\n")
    s.got(1, "alice", "child\nhello\nhello\nparent\n")
    (finding,) = output.check(s.history, s.spec)
    assert "buffer" not in finding.message


@pytest.mark.parametrize("status", [{"status": 0}, {"signal": "SIGKILL"}])
def test_text_that_exit_has_forgotten_is_named_as_the_cause(status: dict[str, Any]) -> None:
    s = story(["parent", "child"])
    s.call(10, "fork", unflushed="parent\n", ok={"child": 11})
    s.processes[11] = Process(pid=11, parent=10, part="alice", main=False)
    gone = s.event(11, "exit", unflushed="parent\nchild\n", **status)
    s.prints(10, "parent\n")
    failed = s.got(1, "alice", "parent\n", EndReason.STUCK)
    (finding,) = output.check(s.history, s.spec)
    known = '"child\\n" was still in the buffer of stdout when alice (pid 11) ended by _exit, and is lost.'
    assert (known in finding.message) == ("status" in status)
    if "status" in status:
        assert finding.ops == (gone, failed)


def test_a_child_that_leaves_its_parents_text_alone_has_lost_nothing() -> None:
    s = story(["parent"])
    s.call(10, "fork", unflushed="parent\n", ok={"child": 11})
    s.processes[11] = Process(pid=11, parent=10, part="alice", main=False)
    s.exits(11, unflushed="parent\n")
    s.got(1, "alice", "", EndReason.STUCK)
    (finding,) = output.check(s.history, s.spec)
    assert "lost" not in finding.message


def test_text_that_exec_has_forgotten_is_named_as_the_cause() -> None:
    s = story(["one"])
    s.exec(10, "/bin/true", unflushed="one\n", line=7)
    s.got(1, "alice", "", EndReason.STUCK)
    (finding,) = output.check(s.history, s.spec)
    assert finding.message.endswith(
        '"one\\n" was still in the buffer of stdout when alice executed /bin/true at alice.c:7, and is lost.'
    )


def test_silence_is_demanded_and_something_was_printed() -> None:
    s = story([], nothing=True)
    s.prints(10, "too early\nor not\n")
    s.got(1, "alice", "too early\nor not\n")
    assert told(output.check(s.history, s.spec)) == [
        'alice printed "too early" and 1 more lines and should print nothing.'
    ]


def test_something_is_demanded_and_nothing_was_printed() -> None:
    s = story([], something=True)
    s.got(1, "alice", "", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == ["alice printed nothing and should print something."]


def test_lines_in_any_order_are_told_as_missing_and_extra() -> None:
    s = story([], any_order=["a", "b", {"regex": "c[0-9]"}])
    s.got(1, "alice", "b\nx\nc7\n")
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print the lines it should: MISSING "a", EXTRA "x" (3 of 3 lines printed).'
    ]


def test_patterns_are_matched_as_many_as_possible() -> None:
    """`c7` fits both patterns, `cx` only the first: a greedy pairing would miss one."""
    s = story([], any_order=[{"regex": "c."}, {"regex": "c[0-9]"}, "d"])
    s.got(1, "alice", "c7\ncx\n", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "d" (2 of 3 lines printed).'
    ]


def test_repeated_lines_and_process_ids_are_written_out() -> None:
    lines = [{"lines": ["round ${n}"], "repeat": 2, "first": 3}, {"regex": "pid ${alice.pid}"}, "cost $$1"]
    s = story(lines)
    s.call(10, "getppid")
    s.got(1, "alice", "round 3\nround 4\npid 10\n", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "cost $1" (3 of 4 lines printed).'
    ]


def test_what_the_reference_prints_counts_but_the_student_is_not_said_to_have_printed_it() -> None:
    s = Story("alice", "bob_ref", steps=[{"expect": {"part": "bob_ref", "lines": "alice: hi"}}])
    s.prints(20, "alice: ho\n")
    s.got(0, "bob_ref", "alice: ho\n")
    (finding,) = output.check(s.history, s.spec)
    assert (finding.part, finding.pid, finding.file) == ("", 0, "")
    assert finding.message.startswith("bob_ref (played by the reference) printed something else")
    assert not finding.read  # it is not about printing
    assert "shows what it got" in finding.why


def test_without_the_submission_nobody_is_accused() -> None:
    s = Story("bob_ref", steps=[{"expect": {"part": "bob_ref", "lines": "hi"}}])
    s.got(0, "bob_ref", "")
    assert output.check(s.history, s.spec) == []


@pytest.mark.parametrize(("killed", "more"), [(11, 0), (12, 1)])
def test_what_a_child_printed_that_was_killed_nobody_could_ask_for(killed: int, more: int) -> None:
    kill = {"kill": {"part": "alice", "child": killed - 10}}
    s = Story(steps=[{"start": "alice"}, {"expect": {"part": "alice", "lines": "one"}}, kill])
    s.fork(10, 11)
    s.fork(10, 12)
    s.prints(12, "one\n")
    s.took(1, "alice", "one\n")
    s.prints(11, "two\n")
    s.performs(2, "kill", part="alice", child=killed - 10, pid=killed)
    assert len(output.check(s.history, s.spec)) == more


def test_text_after_the_last_expect_is_more_than_was_asked_for() -> None:
    s = story("one")
    s.prints(10, "one\ntwo\n")
    s.took(1, "alice", "one\n")
    s.exits(10)
    assert told(output.check(s.history, s.spec)) == ['alice printed more than was asked for: "two".']


def test_text_is_not_asked_for_where_the_script_does_not_listen() -> None:
    s = Story(steps=[{"start": "alice"}])
    s.prints(10, "one\n")
    s.prints(10, "warning\n", "stderr")
    s.exits(10)
    assert output.check(s.history, s.spec) == []


def test_complaints_on_stderr_are_never_too_much() -> None:
    s = story([], something=True, stream="stderr")
    s.prints(10, "usage\n", "stderr")
    s.took(1, "alice", "usage\n", "stderr")
    s.prints(10, "bye\n", "stderr")
    assert output.check(s.history, s.spec) == []


def test_text_of_a_killed_part_is_not_judged() -> None:
    s = Story(
        steps=[{"start": "alice"}, {"expect": {"part": "alice", "lines": "one"}}, {"kill": "alice"}],
    )
    s.prints(10, "one\ntwo\n")
    s.took(1, "alice", "one\n")
    s.performs(2, "kill", parts=["alice"])
    assert output.check(s.history, s.spec) == []


def test_text_is_not_judged_if_the_records_do_not_fit_together() -> None:
    s = story("one")
    s.prints(10, "\\xff\none\ntwo\n")
    s.took(1, "alice", "one\n")
    assert output.check(s.history, s.spec) == []


def test_a_failed_demand_that_is_met_by_the_text_is_the_graders_fault() -> None:
    s = story("one")
    s.got(1, "alice", "one\n")
    with pytest.raises(InternalError, match="is what the `expect` on alice demands"):
        output.check(s.history, s.spec)


def test_of_several_transcripts_the_nearest_is_compared() -> None:
    s = story([], one_of=[["one", "two"], ["three"]])
    s.prints(10, "one\ntow\n")
    s.got(1, "alice", "one\ntow\n")
    assert told(output.check(s.history, s.spec)) == [
        'alice printed something else: line 2 should be "two" and is "tow" (2 of 2 lines printed); '
        "nor is it the other that would be right."
    ]


@pytest.mark.parametrize(
    ("printed", "missing"),
    [
        ("b\nx\n", 'MISSING "a" (2 lines printed)'),
        ("b\na\n", 'MISSING in its place "b" (2 lines printed)'),
        ("a\nb", 'MISSING "b" (1 line printed; "b" came without a newline at its end)'),
    ],
)
def test_the_line_that_does_not_stand_among_the_others_is_named(printed: str, missing: str) -> None:
    s = story([], includes=[["a", "b"]])
    s.prints(10, printed)
    s.got(1, "alice", printed)
    assert told(output.check(s.history, s.spec)) == [f"alice did not print all it should: {missing}."]


# -- ordering --


def test_the_right_lines_in_the_wrong_order_are_ordering_not_output() -> None:
    s = story(["parent 1", "child 2", "parent 3"])
    s.fork(10, 11)
    s.prints(10, "parent 1\n")
    one = s.prints(10, "parent 3\n")
    two = s.prints(11, "child 2\n")
    failed = s.got(1, "alice", "parent 1\nparent 3\nchild 2\n")
    assert output.check(s.history, s.spec) == []
    assert ordering.check(s.history, s.spec) == [
        Finding(
            check="ordering",
            message='alice printed the right lines in the wrong order: line 2 should be "child 2" and is '
            '"parent 3"; 2 processes wrote them.',
            why=ordering.RULE,
            read="man 7 sem_overview",
            part="alice",
            ops=(2, one, two, failed),
        )
    ]


def test_one_wrong_line_among_them_makes_it_output() -> None:
    s = story(["parent 1", "child 2", "parent 3"])
    s.got(1, "alice", "parent 1\nparent 3\nchild 4\n")
    assert ordering.check(s.history, s.spec) == []
    assert len(output.check(s.history, s.spec)) == 1


def test_a_line_that_is_demanded_later_came_too_early() -> None:
    s = Story(
        steps=[
            {"expect": {"part": "alice", "lines": ["a", "b"]}},
            {"expect": {"part": "alice", "lines": "c"}},
        ]
    )
    s.got(0, "alice", "a\nc\nb\n")
    assert told(ordering.check(s.history, s.spec)) == [
        'alice printed the right lines in the wrong order: line 2 should be "b" and is "c".'
    ]


def test_a_sequence_that_is_turned_round_is_named() -> None:
    s = story([], interleaved=[["a1", "a2"], ["b1", "b2"]])
    s.got(1, "alice", "b1\na2\na1\nb2\n")
    assert told(ordering.check(s.history, s.spec)) == [
        'alice printed the right lines in the wrong order: line 1 of a sequence should be "a1" and is "a2".'
    ]


def test_equal_sequences_are_turned_round_without_a_name() -> None:
    s = story([], interleaved=[["a", "b"], ["a", "b"]])
    s.got(1, "alice", "a\nb\nb\na\n")
    assert told(ordering.check(s.history, s.spec)) == [
        "alice printed the right lines in the wrong order: one of the sequences is turned round."
    ]


def test_a_mixture_of_sequences_that_lacks_a_line_is_short() -> None:
    s = story([], interleaved=[["a1", "a2"], ["b1", "b2"]])
    s.got(1, "alice", "b1\na1\nb2\n", EndReason.STUCK)
    assert ordering.check(s.history, s.spec) == []
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "a2" (3 of 4 lines printed).'
    ]


def test_lines_in_any_order_are_never_in_the_wrong_order() -> None:
    s = story([], any_order=["a", "b"])
    s.got(1, "alice", "b\nc\n")
    assert ordering.check(s.history, s.spec) == []


def test_text_that_came_only_at_exit_is_said_to_be_unflushed() -> None:
    s = story(["child", "parent", "child"])
    s.fork(10, 11)
    s.prints(10, "parent\n")
    late = s.prints(11, "child\nchild\n")
    s.exits(11)
    failed = s.got(1, "alice", "parent\nchild\nchild\n")
    (finding,) = ordering.check(s.history, s.spec)
    assert "until it ended" in finding.why
    assert finding.ops == (late, failed)


def test_lines_flushed_one_by_one_are_not() -> None:
    s = story(["child", "parent", "child"])
    s.fork(10, 11)
    s.prints(10, "parent\n")
    s.prints(11, "child\n")
    s.prints(11, "child\n")
    s.exits(11)
    s.got(1, "alice", "parent\nchild\nchild\n")
    assert ordering.check(s.history, s.spec)[0].why == ordering.RULE


def test_a_program_that_failed_is_told_with_its_last_words() -> None:
    s = story("one")
    s.prints(10, "Traceback\nKeyError: 1\n", "stderr")
    s.exits(10, 1)
    s.got(1, "alice", "", EndReason.STUCK)
    assert told(output.check(s.history, s.spec)) == [
        'alice did not print all it should: MISSING "one" (0 of 1 lines printed); '
        'it ended with status 1; its last line on stderr is "KeyError: 1".'
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("1: a\n", 'alice did not write all it should: MISSING "b" (1 of 2 lines written), in log.'),
        (
            "1: a\n2: c\n",
            'alice wrote something else: line 2 should be "b" and is "c" (2 of 2 lines written), in log.',
        ),
        (
            "1: a\n2: b\n3: c\n",
            'alice did not write the lines it should: EXTRA "c" (3 of 2 lines written), in log.',
        ),
        (
            "1: a\n1: b\n",
            'alice wrote lines with wrong numbers: line 2 should begin with "2: " and is "1: b", in log.',
        ),
    ],
)
def test_a_numbered_log_is_told_by_its_file(written: str, message: str) -> None:
    s = story(["a", "b"], file="log", numbered=": ")
    s.got(1, "alice", written)
    assert (told(output.check(s.history, s.spec)), ordering.check(s.history, s.spec)) == ([message], [])


def test_right_numbers_in_another_order_are_a_matter_of_order_and_told_where_they_were_written() -> None:
    s = story(["a", "b"], file="log", numbered=": ")
    s.call(10, "write", s.object(ObjectKind.FILE, "log"), line=9, fd=3)
    s.got(1, "alice", "2: b\n1: a\n")
    (found,) = ordering.check(s.history, s.spec)
    assert (output.check(s.history, s.spec), found.message, found.line) == (
        [],
        'alice wrote lines with wrong numbers: line 1 should begin with "1: " and is "2: b", in log.',
        9,
    )
