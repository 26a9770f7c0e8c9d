"""Starting the agent: in bubblewrap, or as a plain child where that is impossible and allowed."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess

from grader.model.config import LimitsConfig
from grader.sandbox import protocol
from grader.sandbox.bundle import agent_code, sealed
from grader.sandbox.isolation import FULL, CommandLine, full_isolation, interpreter

_MIB = 1 << 20
_STACK_BYTES = 8 * _MIB
_CPU_S_MIN = 60
_COMMAND_MEMORY = 4096 * _MIB
_COMMAND_FILE = 256 * _MIB
_COMMAND_FILES = 1024


def spawn(isolation: str, limits: LimitsConfig, other: socket.socket, errors: int) -> subprocess.Popen[bytes]:
    """Start the agent.

    Args:
        isolation: `full` or `limits-only`.
        limits: size of what is writable.
        other: the agent's end of the socket; the caller closes it.
        errors: descriptor for what bubblewrap and the agent have to complain of.

    Raises:
        HostError: bubblewrap is missing.
    """
    _raise_queue_limit()
    code = sealed("agent", agent_code())
    line = CommandLine()
    try:
        if isolation == FULL:
            line = full_isolation(limits)
            line.add("--")
        line.add(interpreter(), "-I", "-S", "-B")
        line.add(f"/proc/self/fd/{code}", str(other.fileno()), str(code))
        return subprocess.Popen(
            line.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=[code, other.fileno(), *line.fds],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,  # no way to the grader's terminal
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
