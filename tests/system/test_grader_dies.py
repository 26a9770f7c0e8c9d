"""Whatever happens to the grader in the middle of a run, nothing of the run stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.leftovers import descendants, descriptors, marked, nothing_left
from tests.system.run_program import c_source, perform

pytestmark = pytest.mark.system

_MARKER = f"a-run-of-the-tests-of-dying-graders-{os.getpid()}"
_PATIENCE_S = 60.0
_BUSY = r"""
int main(void)
{
    int fds[2];
    char one;
    pipe(fds);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            setsid();
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            for (;;) {
                write(fds[1], "x", 1);
                read(fds[0], &one, 1);
            }
        }
    for (;;)
        pause();
}
"""
_GRADER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
from tests.system.run_program import c_source, perform
source, marker = sys.argv[1:]
perform(c_source(source), parts={"tracee": {"args": [marker]}}, events=10_000_000, wall_s=60.0)
"""


def _becomes(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_grader_that_is_killed_leaves_nothing(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _GRADER, _BUSY, _MARKER],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.DEVNULL,
    ) as grader:
        # The grader itself, three children, their parent.
        assert _becomes(lambda: len(marked(_MARKER)) == 5)
        below = set(descendants(grader.pid))
        assert len(below) > 4
        grader.send_signal(number)
        grader.wait(_PATIENCE_S)
    assert _becomes(lambda: marked(_MARKER) == [])
    assert _becomes(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_an_error_in_the_middle_of_a_run_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def broken(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 20:
            raise RuntimeError("a defect of the grader")

    monkeypatch.setattr("grader.scheduling.clock.VirtualClock.work_done", broken)
    with nothing_left(_MARKER), pytest.raises(RuntimeError, match="a defect"):
        perform(c_source(_BUSY), parts={"tracee": {"args": [_MARKER]}})


def test_many_runs_leak_nothing() -> None:
    program = c_source("int main(void)\n{\n    return fork() ? 0 : 1;\n}\n")
    perform(program)
    before, children = descriptors(), descendants()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    for seed in range(5):
        perform(program, strategy="random", seed=seed)
    assert descriptors() == before
    assert descendants() == children
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    with contextlib.suppress(ChildProcessError):
        assert os.waitpid(-1, os.WNOHANG) == (0, 0)
