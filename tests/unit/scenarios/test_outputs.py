"""What was printed against one of several transcripts."""

import pytest

from grader.model.exercise import Expectation
from grader.scenarios.outputs import Decision, decide, wanted_lines


@pytest.mark.parametrize(
    ("printed", "decision"),
    [
        ("one\ntwo\n", (Decision.MET, 2)),
        ("one\n", (Decision.MET, 1)),
        ("", (Decision.MET, 0)),
        ("one\nthree\n", (Decision.MET, 1)),
        ("two\n", (Decision.MET, 0)),
    ],
)
def test_the_longest_transcript_that_was_printed_counts(printed: str, decision: tuple[Decision, int]) -> None:
    demand = Expectation(part="alice", one_of=[["one", "two"], ["one"], []])
    assert decide(demand, printed, {}) == decision
    assert wanted_lines(demand) == 2


@pytest.mark.parametrize(
    ("printed", "decision"),
    [
        ("", Decision.NOT_YET),
        ("a\n", Decision.NOT_YET),
        ("b", Decision.NOT_YET),
        ("a\nb\n", Decision.NEVER),
        ("d\n", Decision.NEVER),
    ],
)
def test_what_begins_no_transcript_never_will_be_one(printed: str, decision: Decision) -> None:
    demand = Expectation(part="alice", one_of=[["a", "c"], ["b"]])
    assert decide(demand, printed, {}) == (decision, None)


@pytest.mark.parametrize(
    ("printed", "decision"),
    [
        ("x\na\ny\nb\nc\nz\n", Decision.MET),
        ("c\na\nb\n", Decision.MET),
        ("b\na\nc\n", Decision.NOT_YET),
        ("a\nb\n", Decision.NOT_YET),
        ("", Decision.NOT_YET),
    ],
)
def test_what_is_to_be_included_may_stand_among_other_lines(printed: str, decision: Decision) -> None:
    demand = Expectation(part="alice", includes=[["a", "b"], ["c"]])
    assert decide(demand, printed, {}) == (decision, None)


@pytest.mark.parametrize(
    ("written", "decision"),
    [
        ("1: a\n2: b\n3: c\n", Decision.MET),
        ("1: b\n2: c\n3: a", Decision.MET),
        ("1: a\n2: b\n", Decision.NOT_YET),
        ("1: a\n2: b\n2: c\n", Decision.NOT_YET),
        ("a\nb\nc\n", Decision.NOT_YET),
        ("1: a\n2: b\n3: c\n4: d\n", Decision.NOT_YET),
    ],
)
def test_a_numbered_log_is_compared_as_a_whole_and_may_yet_be_written(
    written: str, decision: Decision
) -> None:
    demand = Expectation(part="alice", file="log", numbered=": ", any_order=["a", "b", "c"])
    assert decide(demand, written, {}) == (decision, None)


def test_a_wrong_number_on_a_stream_stays_wrong() -> None:
    demand = Expectation(part="alice", numbered=": ", lines=["a", "b"])
    assert decide(demand, "1: a\n2: b\n", {}) == (Decision.MET, 2)
    assert decide(demand, "1: a\n3: b\n", {}) == (Decision.NEVER, None)


@pytest.mark.parametrize(
    ("written", "decision"),
    [
        ("a\n", Decision.MET),
        ("a\nb\n", Decision.MET),
        ("a\nb\nc\n", Decision.NOT_YET),
        ("", Decision.NOT_YET),
    ],
)
def test_a_file_is_one_of_its_transcripts_and_nothing_more(written: str, decision: Decision) -> None:
    demand = Expectation(part="alice", file="log", one_of=[["a"], ["a", "b"]])
    assert decide(demand, written, {}) == (decision, None)
