"""What is in a buffer when memory is copied or forgotten, and what signal handlers do."""

from __future__ import annotations

import pytest

from grader.checkers import output
from grader.model.history import EndReason
from tests.system.expected import assert_as_told
from tests.system.run_program import c_program, c_source, perform, spec_of

pytestmark = pytest.mark.system

_LIBRARY = frozenset({"nanosleep", "sigprocmask", "stat"})


@pytest.mark.parametrize("name", ["unsafe_calls", "unflushed"])
def test_what_the_run_time_tells_by_the_way_is_recorded_as_the_program_says(name: str) -> None:
    history = perform(c_program(name, instrument=True))
    assert history.end.reason is EndReason.FINISHED
    assert_as_told(history, ignore=_LIBRARY)


def test_text_is_recorded_that_a_process_leaves_in_its_buffer_when_it_ends() -> None:
    history = perform(c_program("unflushed", instrument=True))
    ends = [op.value for op in history.ops if op.f == "exit"]
    assert [(end["status"], end.get("unflushed", "")) for end in ends] == [
        (0, ""),
        (1, "left and lost"),
        (3, ""),
        (0, "left"),
    ]


_DOUBLED = """
int main(void)
{
    printf("hello\\n");
    if (fork() == 0)
        return 0;
    wait(NULL);
    return 0;
}
"""


def test_text_doubled_by_fork_is_told_by_the_line_of_the_fork() -> None:
    steps = "[{start: tracee}, {expect: {part: tracee, lines: hello}}, {exit: {tracee: 0}}]"
    history = perform(c_source(_DOUBLED, instrument=True), steps)
    (finding,) = output.check(history, spec_of(steps, {"tracee": {}}))
    assert (finding.message.partition(". ")[2], finding.line) == (
        '"hello\\n" was still in the buffer of stdout when tracee made pid 5 by fork at '
        f"{finding.file}:5: each has a copy of the buffer, and has printed it.",
        5,
    )


_HANDLERS = "\n".join(
    f"static void handler_{n}(int number) {{ (void)number; called = {n}; }}" for n in range(40)
)
_MANY = f"""
static volatile int called = -1;
{_HANDLERS}
static void (*const handlers[])(int) = {{{", ".join(f"handler_{n}" for n in range(40))}}};
int main(void)
{{
    for (int i = 0; i < 40; i++) {{
        struct sigaction old;
        signal(SIGUSR1, handlers[i]);
        sigaction(SIGUSR1, NULL, &old);
        CHECK(old.sa_handler == handlers[i]);
        raise(SIGUSR1);
        CHECK(called == i);
    }}
    return 0;
}}
"""


def test_more_handlers_than_are_watched_are_called_all_the_same() -> None:
    history = perform(c_source(_MANY, instrument=True))
    assert [op.value["status"] for op in history.ops if op.f == "exit"] == [0]
