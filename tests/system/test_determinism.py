"""The same program, scenario and seed give the same history, byte for byte, however busy the machine is."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from grader.executors.base import Program
from grader.model.config import LimitsConfig
from grader.sandbox.box import Box
from grader.sandbox.isolation import FULL
from tests.system.run_program import c_program, c_source, output, perform, python_program

pytestmark = pytest.mark.system

_PYTHON = """
import fcntl, mmap, os, random, select, signal, time
import posix_ipc
hits = []
signal.signal(signal.SIGUSR1, lambda number, frame: hits.append(number))
signal.signal(signal.SIGALRM, lambda number, frame: hits.append(number))
print(id(object()), hash("text"), random.random(), time.time(), os.urandom(4), {"a", "b", "c"})
readable, writable = os.pipe()
memory = mmap.mmap(-1, 4096)
semaphore = posix_ipc.Semaphore("/py", posix_ipc.O_CREX, initial_value=1)
lock = open("lock", "w")
for child in range(2):
    if os.fork() == 0:
        for i in range(2):
            with semaphore:
                memory[child] += 1
            time.sleep(0.001 * child)
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.write(writable, bytes([child]))
            fcntl.flock(lock, fcntl.LOCK_UN)
        os.kill(os.getppid(), signal.SIGUSR1)
        os._exit(child)
signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
got = b""
while len(got) < 4:
    got += os.read(readable, 4)
print(list(got))
select.select([readable], [], [], 1.2)
for _ in range(2):
    print(os.wait(), list(memory[:2]))
print(hits, time.process_time())
semaphore.unlink()
"""


@pytest.fixture(scope="module")
def _busy() -> Iterator[None]:
    """Something else that always wants a CPU."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner:
        yield
        spinner.kill()


def _repeat(program: Program, strategy: str, count: int) -> None:
    first = perform(program, strategy=strategy, seed=7)
    assert output(first, stream="stderr") == ""
    dump = first.dump()
    for number in range(1, count):
        # Another sandbox changes what the kernel numbers over the whole machine.
        with Box(FULL, LimitsConfig()) if number % 5 == 0 else contextlib.nullcontext():
            assert perform(program, strategy=strategy, seed=7).dump() == dump


@pytest.mark.parametrize("strategy", ["fair", "random"])
@pytest.mark.usefixtures("_busy")
def test_a_c_program_of_many_means(strategy: str) -> None:
    _repeat(c_program("everything"), strategy, 15)


@pytest.mark.parametrize("strategy", ["fair", "random"])
@pytest.mark.usefixtures("_busy")
def test_a_python_program(strategy: str) -> None:
    _repeat(python_program(_PYTHON), strategy, 10)


def test_another_seed_gives_another_schedule() -> None:
    dumps = {perform(c_program("everything"), strategy="random", seed=seed).dump() for seed in range(3)}
    assert len(dumps) == 3


_SIGNALFD = r"""
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    int fd = signalfd(-1, &mask, 0);
    if (fork() == 0) {
        for (volatile long i = 0; i < 30000000; i++)
            ;
        _exit(0);
    }
    struct signalfd_siginfo info;
    read(fd, &info, sizeof info);
    wait(NULL);
    return 0;
}
"""


def test_the_processor_time_of_a_child_is_not_in_the_history() -> None:
    """SIGCHLD tells it to the parent, in bytes 56 to 72 of what a signalfd gives."""
    history = perform(c_source(_SIGNALFD))
    read = next(op for op in history.ops if op.f == "read" and len(str(op.value.get("data", ""))) == 128)
    assert str(read.value["data"])[56:72] == 16 * "\0"


_TCP = r"""
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    struct sockaddr_in address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *)&address, size);
    printf("asked for port %d\n", ntohs(address.sin_port));
    listen(listener, 5);
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening at port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    if (fork() == 0) {
        char byte;
        int client = socket(AF_INET, SOCK_STREAM, 0);
        connect(client, (struct sockaddr *)&address, size);
        for (int i = 0; i < 5; i++)
            write(client, "small", 5);
        _exit(read(client, &byte, 1));
    }
    char data[25];
    int server = accept(listener, NULL, NULL);
    for (size_t got = 0; got < sizeof data;)
        got += read(server, data + got, sizeof data - got);
    puts("all has come");
    close(server);
    wait(NULL);
    return 0;
}
"""


def test_tcp_has_no_clock_and_no_dice_of_its_own() -> None:
    """Segments that wait for an acknowledgement are under way when all sleep; a free port is any port."""
    history = perform(c_source(_TCP))
    assert output(history) == "asked for port 0\nlistening at port 61000\nall has come\n"


_KILLED_THREADS = r"""
#include <pthread.h>
static void *wait_for_ever(void *unused) { pause(); return unused; }
int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, wait_for_ever, NULL);
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
"""


def test_threads_that_are_killed_together() -> None:
    """Which of them is the last to go is for the kernel to say, and not for the history."""
    steps = "[{start: tracee}, {expect: {part: tracee, lines: ready}}, {kill: tracee}]"
    assert len({perform(c_source(_KILLED_THREADS), steps).dump() for _ in range(30)}) == 1
