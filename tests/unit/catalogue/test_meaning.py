"""What only the whole file tells; the texts themselves are golden, in tests/catalogue."""

import re
from collections.abc import Callable

import pytest

from grader.catalogue.script import SIGNALS
from grader.model.errors import CatalogueError
from grader.model.exercise import Exercise

Load = Callable[[str], Exercise]
Demo = Callable[..., str]


def complaints(load: Load, text: str) -> list[str]:
    """Return `line: message` of each problem, or nothing."""
    try:
        load(text)
    except CatalogueError as error:
        return [f"{each.line}: {each.message}" for each in error.problems]
    return []


def test_small_exercise_is_right(load: Load, demo: Demo) -> None:
    assert complaints(load, demo()) == []


@pytest.mark.parametrize(
    "step",
    [
        "- type: {alice: [hello, you]}",
        "- send: {bob: 'a${alice.pid}$'}",
        "- close: bob",
        "- running: [alice, bob]",
        "- stopped: alice",
        "- kill: bob",
        "- kill: [alice, bob]",
        "- kill: {part: alice, child: 2}",
        "- signal: {alice: USR1, bob: KILL}",
        "- exit: {alice: [0, nonzero, {signal: TERM}]}",
        "- blocked: {part: alice, call: [read, poll], object: a.fifo, processes: 2}",
        "- expect: {part: alice, lines: ['$5', '$${x}', {regex: '^a$'}]}",
        "- expect: {part: alice, lines: [{lines: ['${n}'], repeat: 3, first: 0}]}",
        "- expect: {part: alice, any_order: [a, b], stream: stderr}",
        "- expect: {part: alice, interleaved: [[a, b], c]}",
        "- expect: {part: alice, something: true}",
        "- present: {kind: queue, name: /q, mode: '0600', size: 2}",
        "- present: {kind: file, name: a, content: {regex: '[0-9]+'}}",
        "- absent: {kind: sysv-shared-memory, name: '1234'}",
        "- absent: {kind: semaphore, name: '${alice.pid}'}",
        "- absent: {kind: fifo, name: 'a.${alice.pid}'}",
        "- create: {kind: file, name: a, content: x}",
        "- create: {kind: sysv-shared-memory, name: '4711', content: x, size: 64}",
        "- create: {kind: sysv-semaphore, name: '-2147483648'}",
        "- create: {kind: sysv-semaphore, name: '4711', values: 0}",
        "- create: {kind: sysv-semaphore, name: '4711', members: 2, values: [1, 0]}",
        "- create: {kind: sysv-queue, name: '${alice.pid}'}",
        "- remove: {kind: sysv-queue, name: '4711'}",
        "- remove: {kind: socket, name: s}",
        "- advance: 1",
        "- reboot: true",
        "- repeat: {over: [1, a], as: i, steps: [{type: {alice: '${i}'}}]}",
        "- repeat: {over: [1], as: i, steps: [{repeat: {over: ['${i}'], as: j, steps: [{kill: bob}]}}]}",
    ],
)
def test_every_step_word_can_be_used(load: Load, demo: Demo, step: str) -> None:
    assert complaints(load, demo("      " + step)) == []


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("running: bob", ["23: `bob` has been ended by a reboot"]),
        ("kill: bob", ["23: `bob` has been ended by a reboot"]),
        ("expect: {part: bob, nothing: true}", []),
        ("exit: {bob: {signal: KILL}}", []),
    ],
)
def test_part_that_was_ended_by_a_reboot_can_do_nothing(
    load: Load, demo: Demo, step: str, wrong: list[str]
) -> None:
    found = complaints(load, demo(f"      - reboot: true\n      - {step}"))
    assert [text.split(";")[0] for text in found] == wrong


@pytest.mark.parametrize(
    ("umask", "mode", "problem"),
    [
        (None, "0660", ["022"]),
        (None, "0640", ["077"]),
        (None, "0600", []),
        ('"022"', "0640", []),
        ('["000", "027"]', "0660", ["027"]),
    ],
)
def test_mode_that_an_umask_takes_away_cannot_be_demanded(
    load: Load, demo: Demo, umask: str | None, mode: str, problem: list[str]
) -> None:
    text = demo(f"      - present: {{kind: fifo, name: a, mode: '{mode}'}}")
    if umask is not None:
        text = text.replace("    steps:", f"    umask: {umask}\n    steps:")
    assert [
        re.sub(r"^\d+: under the umask (\d+) .*", r"\1", each) for each in complaints(load, text)
    ] == problem


def test_mode_of_what_the_script_makes_has_nothing_to_do_with_the_umask(load: Load, demo: Demo) -> None:
    made = "{kind: fifo, name: a, mode: '0666'}"
    steps = f"      - repeat: {{over: [1], as: i, steps: [{{create: {made}}}]}}\n      - present: {made}"
    assert complaints(load, demo(steps)) == []


def test_part_may_be_started_later_and_know_the_pid_of_an_earlier_one(load: Load, demo: Demo) -> None:
    text = demo("      - start: carol").replace(
        "    \n    steps", '      carol: {role: client, by: submission, args: ["${bob.pid}"]}\n    steps'
    )
    assert complaints(load, text) == []


def test_pid_of_a_part_started_in_the_same_step_is_too_early(load: Load, demo: Demo) -> None:
    text = demo().replace("by: reference}", 'by: reference, env: {PEER: "${alice.pid}"}}')
    assert complaints(load, text) == [
        "18: `${alice.pid}` is not known yet here: start `alice` in an earlier step"
    ]


def test_pid_in_a_step_before_its_part_is_started_is_too_early(load: Load, demo: Demo) -> None:
    text = demo().replace("- start:", "- create: {kind: file, name: 'x${bob.pid}'}\n      - start:")
    assert complaints(load, text) == [
        "21: `${bob.pid}` is not known yet here: start `bob` in an earlier step"
    ]


def test_loop_of_one_round_may_start_a_part(load: Load, demo: Demo) -> None:
    text = demo().replace(
        "- start: [alice, bob]", "- repeat: {over: [1], as: i, steps: [{start: [alice, bob]}]}"
    )
    assert complaints(load, text) == []


def test_loop_variable_ends_with_its_loop(load: Load, demo: Demo) -> None:
    steps = (
        "      - repeat: {over: [1], as: i, steps: [{type: {alice: '${i}'}}]}\n"
        "      - repeat: {over: [1], as: i, steps: [{type: {alice: '${i}'}}]}\n"
        "      - type: {alice: '${i}'}"
    )
    assert complaints(load, demo(steps)) == ["24: nothing binds `${i}` here; bind it with `each` or `repeat`"]


def test_regular_expression_is_tried_with_each_value_of_its_variables(load: Load, demo: Demo) -> None:
    steps = """\
      - repeat:
          over: ["[0-9]", "${word}"]
          as: i
          steps:
            - expect: {part: bob, lines: [{regex: "a${i}"}]}
            - expect: {part: bob, lines: [{lines: [{regex: "(${i}${n}"}], repeat: 2}]}"""
    problems = complaints(load, demo(steps, scenario='each: [{word: "{2}"}, {word: "x"}]'))
    assert problems == ["27: this is not a regular expression of Python: missing ), unterminated subpattern"]


def test_enormous_regular_expression_is_a_problem(load: Load, demo: Demo) -> None:
    problems = complaints(load, demo("      - expect: {part: bob, lines: [{regex: 'a{99999999999}'}]}"))
    assert problems == ["22: this is not a regular expression of Python: it is too big"]


def test_doubtful_regular_expression_is_no_problem(load: Load, demo: Demo) -> None:
    """Python warns about `[[`, and warnings are errors in these tests."""
    assert complaints(load, demo("      - expect: {part: bob, lines: [{regex: '[[a]'}]}")) == []


def test_part_and_variable_may_be_named_like_keys(load: Load, demo: Demo) -> None:
    text = demo("      - type: {regex: '('}\n      - exit: {regex: {signal: TERM}}")
    assert complaints(load, re.sub(r"\balice\b", "regex", text)) == []


def test_terminal_of_a_part_overrides_that_of_its_role(load: Load, demo: Demo) -> None:
    text = demo("      - type: {alice: x, bob: y}")
    text = text.replace("role: client,", "role: client, terminal: false,").replace(
        "role: server,", "role: server, terminal: true,"
    )
    remedy = "use `send`, or say `terminal: true` in the role `client`"
    assert complaints(load, text) == [f"22: `alice` has no terminal to type at; {remedy}"]


def test_wrong_role_is_said_once(load: Load, demo: Demo) -> None:
    """A role of wrong form still counts as a role, and nothing is demanded of its terminal."""
    text = demo("      - type: {bob: y}").replace("server: {}", "server: {terminals: true}")
    assert complaints(load, text) == ["9: there is no key `terminals` in this role; did you mean `terminal`?"]


def test_scenario_of_right_form_is_checked_beside_one_of_wrong_form(load: Load, demo: Demo) -> None:
    second = demo().split("scenarios:\n")[1].replace("id: first", "id: second")
    text = demo("      - runing: alice") + second.replace("role: server", "role: sever")
    assert complaints(load, text) == [
        "22: there is no step `runing`; did you mean `running`?",
        "29: there is no role `sever`; did you mean `server`?",
    ]


def test_signals_are_those_of_the_system() -> None:
    assert {"HUP", "INT", "KILL", "TERM", "USR1", "TSTP", "CONT", "CHLD"} <= set(SIGNALS)
    assert not [name for name in SIGNALS if name.startswith("SIG")]


@pytest.mark.parametrize("key", ["stays", "closes_on_exec", "unnamed"])
def test_lists_of_parts_name_parts_of_the_cast(load: Load, demo: Demo, key: str) -> None:
    text = demo().replace("    steps:", f"    {key}: [alice]\n    steps:")
    assert complaints(load, text) == []
    (wrong,) = complaints(load, text.replace(f"{key}: [alice]", f"{key}: [alcie]"))
    assert "alice" in wrong


def test_reboot_takes_true(load: Load, demo: Demo) -> None:
    assert complaints(load, demo("      - reboot: false")) == ["22: expected `true`, found `false`"]


def test_only_programs_of_the_reference_can_be_let_read_nothing(load: Load, demo: Demo) -> None:
    found = complaints(load, demo("      - fill: alice"))
    assert found == [
        "22: `alice` must be played by the reference, by a program that reads nothing: what fills its "
        "connections are bytes nobody has sent"
    ]
