"""Untraced commands, for building. Runs inside the sandbox."""

# pathlib would cost every run the time of its import.
# ruff: noqa: PTH123, PTH208

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time

from grader.sandbox import kernel, launch
from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

_LOOK_S = 0.02
_NICE = 10  # however many processes a command starts, the agent gets its turn
_PROCESSES_MAX = 512
_BURIED_MAX = 256  # at once: where somebody forks for ever there may always be another one to bury
_READ = 65536
_KILL_AGAIN_MS = 2
_NOT_EXECUTED = 127


def run(
    world: World, argv: Sequence[str], cwd: str, env: Mapping[str, str], bounds: Mapping[str, Any]
) -> tuple[dict[str, Any], bytes]:
    """Run a command to its end, and end whatever else runs in the sandbox then.

    Args:
        world: the sandbox.
        argv: the command; looked up in PATH.
        cwd: its working directory.
        env: the whole environment.
        bounds: `time_s`, `output_max` in bytes, and `limits` as resource limits.

    Returns:
        How it ended (fields of CommandResult), and what it printed.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out, inside = os.pipe()
    os.set_blocking(out, False)
    try:
        child = os.fork()
        if child == 0:
            _become(argv, cwd, env, inside, bounds["limits"])
        os.close(inside)
        command = _Command(world, child, out, bounds["output_max"])
        ended_by = command.watch(time.monotonic() + bounds["time_s"])
        end_all(world, command.note)
        command.drain()
        status = command.status
        answer = {
            "status": None if status is None or status < 0 else status,
            "signal": None if status is None or status >= 0 else -status,
            "timed_out": ended_by == "time",
            "too_many": ended_by == "processes",
            "truncated": command.truncated,
        }
        return answer, bytes(command.output)
    finally:
        os.close(out)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)


class _Command:
    def __init__(self, world: World, child: int, out: int, output_max: int) -> None:
        self._world = world
        self._child = child
        self._out = out
        self._output_max = output_max
        self.output = bytearray()
        self.truncated = False
        self.status: int | None = None

    def watch(self, deadline: float) -> str:
        """Wait until the command has ended, or must be: return `` or which bound it went over."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        poll.register(self._world.connection, 0)  # only that it was closed
        while self.status is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return "time"
            for fd, _ in poll.poll(min(left, _LOOK_S) * 1000):
                if fd != self._out:
                    return "grader"
                if not self.drain():
                    poll.unregister(fd)  # closed its output; may run on
            _bury(self.note)
            if self._processes() > _PROCESSES_MAX:
                return "processes"
        return ""

    def _processes(self) -> int:
        return sum(map(str.isdigit, os.listdir("/proc"))) if self._world.alone else len(_descendants())

    def note(self, pid: int, status: int) -> None:
        """Remember how the command itself ended."""
        if pid == self._child:
            self.status = os.waitstatus_to_exitcode(status)

    def drain(self) -> bool:
        """Take what is there, for one buffer at a time; return whether there may be more one day."""
        for _ in range(64):
            try:
                data = os.read(self._out, _READ)
            except BlockingIOError:
                return True
            if not data:
                return False
            room = self._output_max - len(self.output)
            self.output += data[:room]
            self.truncated |= len(data) > room
        return True


def _become(
    argv: Sequence[str], cwd: str, env: Mapping[str, str], out: int, limits: Mapping[str, int]
) -> NoReturn:
    try:
        os.setsid()
        os.nice(_NICE)
        null = os.open(os.devnull, os.O_RDONLY)
        out = fcntl.fcntl(out, fcntl.F_DUPFD_CLOEXEC, 32)
        os.dup2(null, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.closerange(3, launch.ALL)
        os.chdir(cwd)
        os.umask(0o022)
        launch.reset_signals()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        launch.set_limits(limits)
        os.execvpe(argv[0], list(argv), env)  # noqa: S606 - no shell, on purpose
    except Exception as error:
        with contextlib.suppress(OSError):
            os.write(2, f"{argv[0]}: {error}\n".encode(errors="surrogateescape"))
    finally:
        os._exit(_NOT_EXECUTED)


def end_all(world: World, note: Any = None) -> None:
    """Kill everything in the sandbox but the agent, and wait until it is gone."""
    poll = select.poll()
    while True:
        if world.alone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)  # pid 1 of a pid namespace: everybody in it but itself
        else:
            for pid in _descendants():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        # Each time all are killed, whoever ends has to wait: many are buried between two times.
        if not _bury(note):
            return
        poll.poll(_KILL_AGAIN_MS)


def _bury(note: Any) -> bool:
    """Wait for those who have ended, and note how; False if there is nobody left to wait for."""
    for _ in range(_BURIED_MAX):
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            break
        if note is not None:
            note(pid, status)
    return True


def _descendants() -> list[int]:
    """Return all our descendants, each behind its parent: no shell shall tell how its child was killed."""
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
    ours = [os.getpid()]
    for ancestor in ours:
        ours += [pid for pid, parent in parents.items() if parent == ancestor]
    return ours[1:]
