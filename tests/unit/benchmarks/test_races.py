"""The comparison of race detectors: what programs say of themselves, what answers are worth, the table."""

from __future__ import annotations

import re

import pytest

from benchmarks.races import tools
from benchmarks.races.judging import BEGIN, END, Answer, Column, judge, spliced, table
from benchmarks.races.ours import exercise_of, races
from benchmarks.races.programs import Example, parse, read_all
from grader.model.verdict import Finding

WRONG = """/* wrong: nothing keeps the two apart,
   and one reads what the other writes.
   prints: 42 */
int main(void)
{
    number = 42; /* race */
    seen = number; /* race */
}
"""
RIGHT = "/* right: there is one process only.\n   prints: 42 */\nint main(void) { return 0; }\n"

TSAN = """==================
WARNING: ThreadSanitizer: data race (pid=14266)
  Read of size 4 at 0x564af1e2e05c by thread T2:
    #0 w /tmp/some/pipe_wrong.c:6 (program+0x11d7)

  Previous write of size 4 at 0x564af1e2e05c by thread T1:
    #0 w /tmp/some/pipe_wrong.c:7 (program+0x11f8)

  Thread T2 (tid=14269, running) created by main thread at:
    #1 main /tmp/some/pipe_wrong.c:9 (program+0x1258)

SUMMARY: ThreadSanitizer: data race /tmp/some/pipe_wrong.c:6 in w
==================
"""
HELGRIND = """==1== ---Thread-Announcement------------------------------------------
==1==\x20
==1== Thread #3 was created
==1==    by 0x1091CA: main (pipe_wrong.c:9)
==1==\x20
==1== ----------------------------------------------------------------
==1==\x20
==1== Possible data race during read of size 4 at 0x10C02C by thread #3
==1== Locks held: none
==1==    at 0x10916A: w (pipe_wrong.c:6)
==1==\x20
==1== This conflicts with a previous write of size 4 by thread #2
==1==    at 0x109173: w (pipe_wrong.c:7)
==1==\x20
==1== ----------------------------------------------------------------
==1==\x20
==1== Thread #3: pthread_cond_signal: dubious: no lock is held
==1==    at 0x109173: w (pipe_wrong.c:8)
"""
DRD = """==1== Thread 3:
==1== Conflicting load by thread 3 at 0x0010c02c size 4
==1==    at 0x10916A: w (pipe_wrong.c:6)
==1== Other segment start (thread 2)
==1==    (thread finished, call stack no longer available)
==1==\x20
==1== Conflicting store by thread 3 at 0x0010c02c size 4
==1==    at 0x109173: w (pipe_wrong.c:7)
==1==\x20
==1== The object at address 0x10 is not a mutex.
==1==    at 0x109173: w (pipe_wrong.c:8)
"""


def wrong(name: str = "pipe_wrong") -> Example:
    return parse(name, WRONG)


def test_a_program_says_what_it_is() -> None:
    assert wrong() == Example(
        name="pipe_wrong",
        right=False,
        why="nothing keeps the two apart, and one reads what the other writes.",
        prints="42",
        marked=frozenset({6, 7}),
    )
    assert parse("pipe_right", RIGHT).right


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("int main(void) {}\n", "first comment"),
        (WRONG.replace("/* race */", ""), "one or two lines"),
        (WRONG.replace("wrong:", "right:"), "it is right"),
    ],
)
def test_a_program_that_does_not_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse("pipe_wrong", text)


def test_every_program_has_its_twin() -> None:
    """They differ in whether something races, and in nothing that is printed."""
    names = {example.name: example for example in read_all()}
    for name, example in names.items():
        mechanism, _, word = name.rpartition("_")
        twin = names[f"{mechanism}_{'wrong' if word == 'right' else 'right'}"]
        assert example.right == (word == "right")
        assert example.prints == twin.prints


def test_every_program_is_small() -> None:
    lengths = {example.name: len(example.path.read_text().splitlines()) for example in read_all()}
    assert {name: length for name, length in lengths.items() if not 30 <= length <= 70} == {}


@pytest.mark.parametrize(
    ("reported", "both", "answer"),
    [
        ([], True, Answer.MISSED),
        ([{6}], True, Answer.MISSED),
        ([{6}], False, Answer.FOUND),
        ([{8}], False, Answer.MISSED),
        ([{8}, {6, 7}], True, Answer.FOUND),
        ([{6, 7, 8}], True, Answer.MISSED),
    ],
)
def test_a_race_is_found_where_it_is(reported: list[set[int]], both: bool, answer: Answer) -> None:
    assert judge(wrong(), [frozenset(lines) for lines in reported], both=both) is answer


def test_any_report_of_a_race_accuses_a_right_program() -> None:
    right = parse("pipe_right", RIGHT)
    assert judge(right, [frozenset({3})], both=True) is Answer.ACCUSED
    assert judge(right, [], both=True) is Answer.SILENT


def test_a_finding_names_lines_before_it_gives_advice() -> None:
    def finding(check: str, message: str, *effects: Finding) -> Finding:
        return Finding(check=check, message=message, why="", effects=effects)

    race = finding("race", "a reads at pipe_wrong.c:6, b writes at pipe_wrong.c:7; not at pipe_wrong.c:8.")
    assert races(wrong(), [race]) == [frozenset({6, 7})]
    assert races(wrong(), [finding("lock-misuse", "at pipe_wrong.c:8", race)]) == [frozenset({6, 7})]


@pytest.mark.parametrize(
    ("report", "said", "lines"),
    [
        (tools.TSAN_REPORT, TSAN, [{6, 7}]),
        (tools.HELGRIND_REPORT, HELGRIND, [{6, 7}]),
        (tools.DRD_REPORT, DRD, [{6}, {7}]),
    ],
)
def test_what_other_tools_say(report: re.Pattern[str], said: str, lines: list[set[int]]) -> None:
    assert tools.lines_in(report, wrong(), said) == [frozenset(found) for found in lines]


def test_the_table_counts_right_and_wrong_programs_apart() -> None:
    examples = [parse("pipe_right", RIGHT), wrong()]
    good = Column("ours", {"pipe_right": Answer.SILENT, "pipe_wrong": Answer.FOUND}, 1.4)
    bad = Column("theirs", {"pipe_right": Answer.ACCUSED, "pipe_wrong": Answer.CRASHED}, 3.0)
    none = Column("nobody's", missing="not installed")
    folder = "../benchmarks/races/programs"
    assert table(examples, [good, bad, none]) == (
        "| program | ours | theirs | nobody's |\n"
        "| --- | --- | --- | --- |\n"
        f"| [`pipe_right`]({folder}/pipe_right.c) | silent | **falsely accused** | not installed |\n"
        f"| [`pipe_wrong`]({folder}/pipe_wrong.c) | found | crashed | not installed |\n"
        "| **found**, of 1 | 1 | 0 |  |\n"
        "| **missed**, of 1 | 0 | 0 |  |\n"
        "| **falsely accused**, of 1 | 0 | 1 |  |\n"
        "| **silent**, of 1 | 1 | 0 |  |\n"
        "| **crashed**, of 2 | 0 | 1 |  |\n"
        "| **seconds** | 1 | 3 |  |\n"
    )


def test_only_what_is_made_is_replaced() -> None:
    page = f"before\n{BEGIN}old\n{END}after\n"
    assert spliced(page, "new\n") == f"before\n{BEGIN}\nnew\n\n{END}after\n"


def test_the_exercise_runs_each_program_once() -> None:
    exercise = exercise_of([wrong("one_wrong"), wrong("other_wrong")])
    assert list(exercise.roles) == ["one_wrong", "other_wrong"]
    assert [scenario.id for scenario in exercise.scenarios] == ["one-wrong", "other-wrong"]
