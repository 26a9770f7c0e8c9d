"""The script kills one child process, at whatever point of its life the schedule says."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

import pytest

from grader.checkers import compose
from grader.executors.base import Program
from grader.model.history import EndReason, History, Op
from grader.model.verdict import Finding, Severity
from tests.system.run_program import c_program, c_source, output, perform, python_program, spec_of

pytestmark = pytest.mark.system

_FAMILY = """
#include <sys/sem.h>
#include <sys/wait.h>
#include <semaphore.h>
#include <fcntl.h>
int main(int argc, char **argv)
{
    int children = atoi(argv[1]), ends[2], set = semget(IPC_PRIVATE, 1, 0600), lost = 0, status;
    struct sembuf take = {0, -1, SEM_UNDO}, give = {0, 1, SEM_UNDO};
    semctl(set, 0, SETVAL, 1);
    pipe(ends);
    for (int child = 1; child <= children; child++)
        if (fork() == 0) {
            for (int round = 0; round < 3; round++) {
                semop(set, &take, 1);
                write(ends[1], "x", 1);
                semop(set, &give, 1);
            }
            _exit(0);
        }
    for (int child = 1; child <= children; child++) {
        wait(&status);
        lost += WIFSIGNALED(status) ? 100 : WEXITSTATUS(status) ? 1000 : 1;
    }
    semctl(set, 0, IPC_RMID);
    return argc > 2 ? lost : 0;
}
"""
_KILLED = "[{start: tracee}, {kill: {part: tracee, child: 2}}, {exit: {tracee: 102}}]"
_ARGS = {"tracee": {"args": ["3", "count"]}}


@functools.cache
def family() -> Program:
    return c_source(_FAMILY)


def judge(
    history: History, steps: str, parts: Mapping[str, Mapping[str, Sequence[str]]] | None = None
) -> list[Finding]:
    found = compose.judge(history, spec_of(steps, parts or {"tracee": {}}))
    return [finding for finding in found if finding.severity is Severity.ERROR]


def ends(history: History) -> list[Op]:
    return [op for op in history.ops if op.f == "exit" and op.pid]


def death(history: History) -> int:
    """How many operations the killed process had begun."""
    (kill,) = (op for op in history.ops if op.f == "kill" and not op.part)
    return sum(1 for op in history.ops if op.pid == kill.value["pid"] and op.invoked is not None)


@pytest.mark.parametrize("strategy", ["fair", "random", "pct"])
def test_one_child_is_killed_and_the_others_go_on(strategy: str) -> None:
    places = set()
    for seed in range(12):
        history = perform(family(), _KILLED, parts=_ARGS, strategy=strategy, seed=seed)
        assert history.end.reason is EndReason.FINISHED
        (kill,) = (op for op in history.ops if op.f == "kill" and not op.part)
        assert kill.value == {"step": 1, "part": "tracee", "child": 2, "pid": 6}
        assert [op.pid for op in ends(history) if op.value.get("signal") == "SIGKILL"] == [6]
        assert judge(history, _KILLED, _ARGS) == []
        places.add(death(history))
    assert len(places) >= {"fair": 1, "random": 4, "pct": 1}[strategy]


_ENDS = {
    "exit_group": "int main(void) { if (fork() == 0) _exit(7);",
    "exit": "int main(void) { if (fork() == 0) syscall(SYS_exit, 7);",
    "vfork": "int main(void) { if (vfork() == 0) _exit(7);",
    "exec": 'int main(void) { if (fork() == 0) execl("/bin/true", "true", NULL);',
    "threads": "void *idle(void *x) { return x; } int main(void) { pthread_t t;"
    "if (fork() == 0) { pthread_create(&t, 0, idle, 0); pthread_create(&t, 0, idle, 0); pthread_exit(0); }",
}


@pytest.mark.parametrize("way", _ENDS)
@pytest.mark.parametrize("seed", range(6))
def test_a_child_does_not_end_before_it_is_killed(way: str, seed: int) -> None:
    steps = "[{start: tracee}, {kill: {part: tracee, child: 1}}, {exit: {tracee: 0}}]"
    source = (
        f"#include <sys/wait.h>\n#include <sys/syscall.h>\n{_ENDS[way]}\nint s; wait(&s); return s != 9; }}"
    )
    history = perform(c_source(source), steps, strategy="random", seed=seed)
    assert history.end.reason is EndReason.FINISHED
    assert [op.value.get("signal") for op in ends(history)] == ["SIGKILL", None]
    assert judge(history, steps) == []


@pytest.mark.parametrize("order", [(1, 3), (3, 1)])
def test_of_several_that_are_killed_in_a_row_none_ends_before(order: tuple[int, int]) -> None:
    kills = ", ".join(f"{{kill: {{part: tracee, child: {child}}}}}" for child in order)
    steps = f"[{{start: tracee}}, {kills}, {{exit: {{tracee: 201}}}}]"
    for strategy, seed in [("random", seed) for seed in range(8)] + [("pct", 0)]:
        history = perform(family(), steps, parts=_ARGS, strategy=strategy, seed=seed)
        assert history.end.reason is EndReason.FINISHED
        killed = [op.pid for op in ends(history) if op.value.get("signal") == "SIGKILL"]
        assert killed == [4 + child for child in order]


def test_a_child_of_python_is_killed() -> None:
    program = python_program(
        "import multiprocessing, time\n"
        "fork = multiprocessing.get_context('fork')\n"
        "workers = [fork.Process(target=time.sleep, args=(1,)) for _ in '123']\n"
        "for each in workers: each.start()\n"
        "for each in workers: each.join()\n"
        "print([each.exitcode for each in workers])\n"
    )
    steps = (
        "[{start: tracee}, {kill: {part: tracee, child: 2}}, {expect: {part: tracee, lines: '[0, -9, 0]'}}]"
    )
    for seed in range(3):
        history = perform(program, steps, strategy="random", seed=seed)
        assert history.end.reason is EndReason.FINISHED, output(history, stream="stderr")


def test_it_waits_until_the_child_is_born_also_if_that_takes_time() -> None:
    source = (
        "#include <sys/wait.h>\nint s; int main(void) { sleep(5); if (!fork()) pause(); wait(&s); return s; }"
    )
    steps = "[{start: tracee}, {kill: {part: tracee, child: 1}}, {exit: {tracee: 9}}]"
    history = perform(c_source(source), steps)
    assert history.end.reason is EndReason.FINISHED


def test_a_child_is_killed_where_the_steps_before_have_seen_it() -> None:
    program = c_program("victims")
    parts = {"tracee": {"args": ["blocked", "0"]}}
    steps = "[{start: tracee}, {blocked: {part: tracee, processes: 2}}, {kill: {part: tracee, child: 1}}]"
    for seed in range(4):
        history = perform(program, steps, parts=parts, strategy="random", seed=seed)
        (kill,) = (op for op in history.ops if op.f == "kill" and not op.part)
        assert history.ops[kill.index - 1].f == "blocked"


def test_a_child_that_is_held_has_not_ended_when_the_others_have() -> None:
    source = """
    int main(void)
    {
        for (int i = 0; i < 3; i++)
            if (fork() == 0)
                _exit(0);
        wait(NULL);
        wait(NULL);
        puts("2 ended");
        fflush(stdout);
        return wait(NULL) < 0;
    }
    """
    steps = """
    - start: tracee
    - expect: {part: tracee, lines: 2 ended}
    - blocked: {part: tracee, call: wait}
    - kill: {part: tracee, child: 2, held: true}
    - exit: {tracee: 0}
    """
    program = c_source(f"#include <sys/wait.h>\n{source}")
    for seed in range(4):
        history = perform(program, steps, strategy="random", seed=seed)
        assert history.end.reason is EndReason.FINISHED


@pytest.mark.parametrize(
    ("source", "steps", "message"),
    [
        (
            "int main(void) { if (fork() == 0) pause(); int s; wait(&s); return 0; }",
            "[{start: tracee}, {kill: {part: tracee, child: 2}}]",
            "tracee has started 1 child process, and should have started 2 by now; "
            "it waits in wait at inline.c:1.",
        ),
        (
            "int main(void) { return 4; }",
            "[{start: tracee}, {kill: {part: tracee, child: 1}}]",
            "tracee has started no child process, and should have started 1 by now; it ended with status 4.",
        ),
        (
            "int main(void) { int s; if (fork() == 0) _exit(3); wait(&s); pause(); }",
            "[{start: tracee}, {blocked: {part: tracee, call: pause}}, {kill: {part: tracee, child: 1}}]",
            "tracee (pid 5) ended with status 3, and should still run: it is child 1 of tracee.",
        ),
        (
            "int main(void) { int s; if (fork() == 0) raise(SIGTERM); wait(&s); pause(); }",
            "[{start: tracee}, {blocked: {part: tracee, call: pause}}, {kill: {part: tracee, child: 1}}]",
            "tracee (pid 5) died of SIGTERM, and should still run: it is child 1 of tracee.",
        ),
    ],
)
def test_a_child_that_is_not_there_is_a_demand_that_is_not_met(source: str, steps: str, message: str) -> None:
    history = perform(c_source(f"#include <sys/wait.h>\n#include <signal.h>\n#line 1\n{source}"), steps)
    assert history.end.reason in (EndReason.UNMET, EndReason.STUCK)
    told = [(f.check, re.sub(r"\bp[0-9a-f]{12}\.c", "inline.c", f.message)) for f in judge(history, steps)]
    assert told == [("exit-status", message)]


def test_a_child_that_another_process_ended_first_proves_nothing() -> None:
    source = (
        "#include <sys/wait.h>\n#include <signal.h>\n"
        "int main(void) { pid_t c = fork(); if (c == 0) pause(); kill(c, SIGTERM); wait(0); return 0; }"
    )
    steps = "[{start: tracee}, {kill: {part: tracee, child: 1}}]"
    ended = set()
    for seed in range(8):
        history = perform(c_source(source), steps, strategy="random", seed=seed)
        ended.add(history.end.reason)
        assert judge(history, steps) == []
    assert ended == {EndReason.FINISHED, EndReason.UNMET}


_MAKER = """
#include <sys/wait.h>
#include <sys/stat.h>
int main(int argc, char **argv)
{
    if (argv[1][0] == 'p')
        mkfifo("left", 0600);
    if (fork() == 0) {
        mkfifo(argv[1][0] == 'c' ? "left" : "other", 0600);
        unlink("other");
        pause();
    }
    wait(0);
    return access("left", F_OK) * argc * 0;
}
"""


@pytest.mark.parametrize(("maker", "checks"), [("child", []), ("parent", ["leftovers"])])
def test_what_the_killed_one_leaves_is_no_fault_but_what_another_leaves_is(
    maker: str, checks: list[str]
) -> None:
    steps = "[{start: tracee}, {blocked: {part: tracee, call: pause}}, {kill: {part: tracee, child: 1}}]"
    parts = {"tracee": {"args": [maker]}}
    history = perform(c_source(_MAKER), steps, parts=parts)
    assert history.end.reason is EndReason.FINISHED
    assert [finding.check for finding in judge(history, steps, parts)] == checks


def test_the_same_schedule_kills_at_the_same_point() -> None:
    first, second = (perform(family(), _KILLED, parts=_ARGS, strategy="random", seed=3) for _ in "12")
    assert first.dump() == second.dump()
