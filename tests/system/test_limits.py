"""Programs that go beyond every bound are ended soon, and nothing of them is left."""

from __future__ import annotations

import os
import time

import pytest

from grader.model.history import EndReason, History
from tests.system.leftovers import nothing_left
from tests.system.run_program import c_source, output, perform, python_program

pytestmark = pytest.mark.system

_MARKER = f"a-run-of-the-tests-of-limits-{os.getpid()}"
_SOON_S = 10.0


def _perform(source: str, **limits: float) -> History:
    program = c_source(source) if "main(" in source else python_program(source)
    begun = time.monotonic()
    with nothing_left(_MARKER):
        history = perform(
            program, "[{start: tracee}, {exit: {tracee: 0}}]", parts={"tracee": {"args": [_MARKER]}}, **limits
        )
    assert time.monotonic() - begun < _SOON_S
    return history


_BUSY = """int main(void)
{
    volatile int i = 0;
    write(1, "on\\n", 3);
    for (;;)
        i++;
}
"""


def test_a_busy_loop_ends_the_run_and_tells_its_line() -> None:
    history = _perform(_BUSY, cpu_s=0.3)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "cpu")
    (spin,) = (op for op in history.ops if op.f == "spin")
    assert spin.file.endswith(".c")
    assert spin.line in (5, 6)
    assert output(history) == "on\n"


def test_a_busy_loop_in_the_library_tells_the_line_that_called_it() -> None:
    source = """int main(void)
{
    static char text[1 << 20];
    memset(text, 'x', sizeof text - 1);
    for (;;)
        text[0] = (char)strlen(text);
}
"""
    history = _perform(source, cpu_s=0.3)
    (spin,) = (op for op in history.ops if op.f == "spin")
    assert spin.line in (5, 6)


def test_a_busy_loop_of_one_process_among_others() -> None:
    source = """int main(void)
{
    int fds[2];
    pipe(fds);
    if (fork() == 0)
        for (;;)
            ;
    read(fds[0], fds, 1);
    return 0;
}
"""
    history = _perform(source, cpu_s=0.3)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "cpu")
    assert {waiting.pid: waiting.state for waiting in history.end.waiting} in (
        {4: "blocked", 5: "running"},
        {4: "running", 5: "running"},
    )


def test_a_busy_loop_in_a_signal_handler() -> None:
    source = """
static void handler(int number) { for (;;) (void)number; }
int main(void)
{
    signal(SIGALRM, handler);
    alarm(1);
    pause();
    return 0;
}
"""
    assert _perform(source, cpu_s=0.3).end.limit == "cpu"


def test_a_python_program_that_computes_for_ever() -> None:
    assert _perform("while True:\n    pass\n", cpu_s=0.3).end.limit == "cpu"


def test_a_fork_bomb() -> None:
    history = _perform("int main(void)\n{\n    for (;;)\n        fork();\n}\n", processes=40)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "processes")


def test_a_bomb_of_threads() -> None:
    source = """
#include <pthread.h>
static void *sleeper(void *unused) { pause(); return unused; }
int main(void)
{
    pthread_t thread;
    for (;;)
        pthread_create(&thread, NULL, sleeper, NULL);
}
"""
    assert _perform(source, processes=40).end.limit == "processes"


def test_a_bomb_of_vforks_and_execs() -> None:
    source = """
int main(int argc, char **argv)
{
    if (argc > 50)
        return 0;
    if (vfork() == 0) {
        execv("/proc/self/exe", argv);
        _exit(1);
    }
    pause();
    return 0;
}
"""
    assert _perform(source, processes=20).end.limit == "processes"


@pytest.mark.parametrize("size", [100, 65536, 1 << 20])
def test_100_megabytes_of_output(size: int) -> None:
    source = f"""
static char text[{size}];
int main(void)
{{
    memset(text, 'x', sizeof text);
    for (long i = 0; i < 100000000 / (long)sizeof text; i++)
        write(1, text, sizeof text);
    return 0;
}}
"""
    history = _perform(source, output_kib=256)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "output")
    assert len(history.dump()) < 8_000_000


@pytest.mark.parametrize(
    "loop",
    [
        "getppid();",
        "usleep(10);",
        "waitpid(-1, NULL, WNOHANG);",
        "poll(&(struct pollfd){0, POLLIN, 0}, 1, 0);",
        "poll(&(struct pollfd){0, POLLIN, 0}, 1, 10);",
        'access("missing", F_OK);',
        "sched_yield();",
        "semop(set, (struct sembuf[]){{0, -1, IPC_NOWAIT}}, 1);",
        "sem_trywait(semaphore);",
        "sleep(1);",
        "kill(getpid(), 0);",
        "signal(SIGUSR1, SIG_IGN);",
        'close(open("lock", O_RDWR | O_CREAT, 0600));',
    ],
)
def test_polling_for_ever(loop: str) -> None:
    source = f"""
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/sem.h>
int main(void)
{{
    int set = semget(IPC_PRIVATE, 1, 0600);
    sem_t *semaphore = sem_open("/s", O_CREAT, 0600, 0);
    for (;;) {{
        {loop}
        (void)set, (void)semaphore;
    }}
}}
"""
    history = _perform(source, cpu_s=0.5)
    assert history.end.reason is EndReason.LIMIT
    assert history.end.limit in ("events", "time", "cpu")


def test_operations_without_end() -> None:
    source = """
int main(void)
{
    int fds[2];
    char one;
    pipe(fds);
    for (;;) {
        write(fds[1], "x", 1);
        read(fds[0], &one, 1);
    }
}
"""
    history = _perform(source, events=2000)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "events")
    assert 2000 <= len(history.ops) <= 2100


def test_sleeping_without_end() -> None:
    source = 'int main(void)\n{\n    for (;;) {\n        sleep(60);\n        write(1, ".", 1);\n    }\n}\n'
    history = _perform(source, virtual_s=600.0)
    assert (history.end.reason, history.end.limit) == (EndReason.LIMIT, "time")


def test_memory_without_end() -> None:
    source = """
int main(void)
{
    while (malloc(1 << 20))
        ;
    return errno == ENOMEM ? 0 : 1;
}
"""
    assert _perform(source, memory_mib=64).end.reason is EndReason.FINISHED


def test_a_file_without_end() -> None:
    source = """
static char text[1 << 20];
int main(void)
{
    int fd = open("file", O_WRONLY | O_CREAT, 0600);
    signal(SIGXFSZ, SIG_IGN);
    while (write(fd, text, sizeof text) > 0)
        ;
    return errno == EFBIG ? 0 : 1;
}
"""
    assert _perform(source, file_mib=4).end.reason is EndReason.FINISHED


def test_descriptors_without_end() -> None:
    source = "int main(void)\n{\n    while (dup(1) >= 0)\n        ;\n    return errno == EMFILE ? 0 : 1;\n}\n"
    assert _perform(source, open_files=32).end.reason is EndReason.FINISHED
