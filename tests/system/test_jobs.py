"""Job control: stopped, continued, and what a terminal's keys do."""

from __future__ import annotations

import pytest

from grader.model.history import EndReason
from tests.system.run_program import c_program, c_source, output, perform

pytestmark = pytest.mark.system

_ECHO = r"""
int main(void)
{
    char text[64];
    ssize_t count;
    setvbuf(stdout, NULL, _IONBF, 0);
    while ((count = read(0, text, sizeof text)) > 0)
        write(1, text, (size_t)count);
    return count < 0 ? 1 : 0;
}
"""


def test_calls_go_on_after_a_stop() -> None:
    history = perform(c_program("stops"))
    assert history.end.reason is EndReason.FINISHED
    assert output(history).splitlines() == [
        "read done 2",
        "nanosleep done 3",
        "poll done 3",
        "sem_wait done 2",
        "msgrcv done 2",
        "flock done 2",
    ]


def test_waitid_tells_a_child_that_stopped_from_one_that_ended() -> None:
    body = """
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        pause();
    }
    siginfo_t told;
    waitid(P_ALL, 0, &told, WSTOPPED);
    kill(child, SIGCONT);
    waitid(P_ALL, 0, &told, WCONTINUED);
    kill(child, SIGKILL);
    waitid(P_ALL, 0, &told, WEXITED);
    """
    history = perform(c_source(f"int main(void)\n{{{body}return 0;\n}}"))
    told = [set(op.value) - {"child"} for op in history.ops if op.f == "wait" and op.result is not None]
    assert told == [{"stopped"}, {"continued"}, {"signal"}]


def test_the_script_stops_and_continues_a_part() -> None:
    steps = """
    - start: tracee
    - send: {tracee: "1\\n"}
    - expect: {part: tracee, lines: "1"}
    - signal: {tracee: STOP}
    - stopped: tracee
    - send: {tracee: "2\\n"}
    - expect: {part: tracee, nothing: true}
    - signal: {tracee: CONT}
    - expect: {part: tracee, lines: "2"}
    - close: tracee
    - exit: {tracee: 0}
    """
    history = perform(c_source(_ECHO), steps)
    assert history.end.reason is EndReason.FINISHED
    assert [op.f for op in history.ops if op.f in ("stop", "continue")] == ["stop", "continue"]
    # To the program it was one call that waited.
    assert [op.result for op in history.ops if op.f == "read" and op.result is not None] == [2, 2, 0]
    delivered = [op.value for op in history.ops if op.f == "deliver"]
    assert delivered == [{"signal": "SIGSTOP", "from": "script", "action": "stop"}]


def test_the_keys_of_a_terminal() -> None:
    steps = """
    - start: tracee
    - type: {tracee: one}
    - expect: {part: tracee, lines: one}
    - send: {tracee: "\\x1a"}
    - stopped: tracee
    - signal: {tracee: CONT}
    - type: {tracee: two}
    - expect: {part: tracee, lines: two}
    - running: tracee
    - send: {tracee: "\\x03"}
    - exit: {tracee: {signal: INT}}
    """
    history = perform(c_source(_ECHO), steps, parts={"tracee": {"terminal": True}})
    assert history.end.reason is EndReason.FINISHED
    delivered = [(op.value["signal"], op.value["from"]) for op in history.ops if op.f == "deliver"]
    assert delivered == [("SIGTSTP", "kernel"), ("SIGINT", "kernel")]


def test_the_end_of_input_on_a_terminal() -> None:
    steps = "[{start: tracee}, {type: {tracee: one}}, {close: tracee}, {exit: {tracee: 0}}]"
    history = perform(c_source(_ECHO), steps, parts={"tracee": {"terminal": True}})
    assert history.end.reason is EndReason.FINISHED
    assert output(history) == "one\n"


def test_a_closed_input_of_a_program_that_is_stopped() -> None:
    steps = (
        "[{start: tracee}, {signal: {tracee: STOP}}, {stopped: tracee}, {close: tracee}, {exit: {tracee: 0}}]"
    )
    history = perform(c_source(_ECHO), steps)
    assert history.end.reason is EndReason.STUCK
    assert [waiting.state for waiting in history.end.waiting] == ["stopped"]
