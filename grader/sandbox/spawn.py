"""Starting the agent: in bubblewrap, or as a plain child where that is impossible and allowed."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
from collections.abc import Mapping
from typing import Any, Protocol

from grader.model.config import LimitsConfig
from grader.sandbox import other_user, protocol
from grader.sandbox.bundle import agent_code, sealed
from grader.sandbox.gate import ended
from grader.sandbox.isolation import FULL, CommandLine, full_isolation, interpreter

_MIB = 1 << 20
_STACK_BYTES = 8 * _MIB
_CPU_S_MIN = 60
_COMMAND_MEMORY = 4096 * _MIB
_COMMAND_FILE = 256 * _MIB
_COMMAND_FILES = 1024
_END_S = 2.0


class Confined(Protocol):
    """An agent that was started, as the grader holds it."""

    def end(self) -> None:
        """End it, and everything in its sandbox; its socket is closed already."""


class Spawned:
    """An agent in a process of its own: in bubblewrap, or a plain child."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self) -> None:
        """Wait until it has ended; it does when its socket is closed."""
        if not ended(self._process.pid, _END_S):  # a tracee whose tracer does not let go
            self._process.kill()
        self._process.wait()


def spawn(isolation: str, limits: LimitsConfig, other: socket.socket, errors: int) -> Spawned:
    """Start the agent of a box.

    Args:
        isolation: a level; see `isolation.py`.
        limits: size of what is writable.
        other: the agent's end of the socket; the caller closes it.
        errors: descriptor for what bubblewrap and the agent have to complain of.

    Raises:
        HostError: bubblewrap is missing.
    """
    line = CommandLine()
    if isolation == FULL:
        line = full_isolation(limits)
        line.add("--")
    return spawn_agent(line, other, errors, user=other_user.of_child(isolation))


def spawn_agent(
    line: CommandLine, other: socket.socket, errors: int, *words: str, user: Mapping[str, Any] | None = None
) -> Spawned:
    """Start the agent's program behind a command line, whose descriptors are closed then.

    Args:
        line: up to what is to run.
        other: its end of the socket; the caller closes it.
        errors: where its complaints go.
        words: further arguments.
        user: what `subprocess.Popen` is told of its user; None: it has ours.
    """
    _raise_queue_limit()
    code = sealed("agent", agent_code())
    try:
        line.add(interpreter(), "-I", "-S", "-B")
        line.add(f"/proc/self/fd/{code}", str(other.fileno()), str(code), *words)
        return Spawned(
            subprocess.Popen(
                line.arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[code, other.fileno(), *line.fds],
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                cwd="/",
                start_new_session=True,  # no way to the grader's terminal
                **(user or {}),
            )
        )
    finally:
        protocol.close_all([code, *line.fds])


def rlimits(limits: LimitsConfig) -> dict[str, int]:
    """Return the resource limits of a part."""
    # Not NPROC: it counts all processes of the user, of parallel runs too. Not a tight CPU: the tracer
    # measures that better, and this only stops what escaped it.
    return {
        "AS": limits.memory_mib * _MIB,
        "CORE": 0,
        "CPU": max(_CPU_S_MIN, int(limits.cpu_s * 10)),
        "FSIZE": limits.file_mib * _MIB,
        "NOFILE": limits.open_files,
        "STACK": _STACK_BYTES,
    }


def command_rlimits(limits: LimitsConfig, time_s: float) -> dict[str, int]:
    """Return the resource limits of a command: compilers need more than students' programs."""
    return rlimits(limits) | {
        "AS": max(_COMMAND_MEMORY, limits.memory_mib * _MIB),
        "CPU": int(time_s) + 1,
        "FSIZE": _COMMAND_FILE,
        "NOFILE": _COMMAND_FILES,
    }


def _raise_queue_limit() -> None:
    """Memory of message queues is counted per user over all sandboxes: allow as much as can be had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MSGQUEUE)
    wanted = resource.RLIM_INFINITY if os.geteuid() == 0 else hard
    if soft != wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_MSGQUEUE, (wanted, wanted))
