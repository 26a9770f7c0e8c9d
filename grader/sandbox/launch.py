"""Starting a part: a keeper, a process waiting at a gate, and exec. Runs inside the sandbox.

    agent --fork--> keeper (session leader) --fork--> the part's main process

The keeper stays for the rest of the run. It owns the session, so that the part's process group is not
an orphaned one (SIGTSTP would be ignored there), and it is the parent that a shell would be. Nobody asks it
anything. Agent and keeper ignore SIGCHLD, which lets the kernel remove a dead child at the moment the
tracer lets go of it: whether a process still exists never depends on how quickly somebody reaps.

The main process does everything that can be done beforehand, says its pid at the gate, and waits for one
byte. The tracer seizes it there. After the byte come the filter and exec, and nothing else.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import struct
import termios

from grader.sandbox import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

_GATE = 3
_EXECUTABLE = 4
ALL = 1 << 20  # more descriptors than anybody has
FOLDERS = ("/work", "/submission", "/build", "/opt/python")
_NOT_EXECUTED = 127  # what a shell says


class World:
    """What the agent knows of its sandbox.

    Attributes:
        root: prefix of /work, /submission, ...; empty in a real sandbox, a temporary folder without one.
        alone: this agent is pid 1 of its own pid namespace.
        nested: each part gets a user namespace of its own.
        uid, gid: the ids of everybody in the sandbox.
        limits: resource limits of parts, by the name of the constant without RLIMIT_.
        filter_program: the seccomp filter of parts.
        connection: the descriptor of the socket to the grader.
        cpu: the processor on which all parts run.
    """

    __slots__ = ("alone", "connection", "cpu", "filter_program", "gid", "limits", "nested", "root", "uid")

    def __init__(self, root: str, limits: dict[str, int], filter_program: bytes, connection: int) -> None:
        self.connection = connection
        self.cpu = kernel.libc.sched_getcpu()
        self.root = root
        self.alone = os.getpid() == 1
        self.nested = False
        self.uid = os.getuid()
        self.gid = os.getgid()
        self.limits = limits
        self.filter_program = filter_program

    def where(self, path: str) -> str:
        """Return where a path of the sandbox really is."""
        inside = any(path == top or path.startswith(top + "/") for top in FOLDERS)
        return self.root + path if self.root and inside else path


def nested_namespaces_work(world: World) -> bool:
    """Find out, in a child, whether parts can have user namespaces of their own."""
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(OSError):
            kernel.own_user_namespace(world.uid, world.gid)
            status = 0 if os.getuid() == world.uid else 1
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def use_up_pid() -> None:
    """Use up the pid that finding out would have taken: parts get the same ones in every sandbox."""
    with contextlib.suppress(OSError):
        os.posix_spawn("/dev/null", ["none"], {})  # fails, after it has made a process


def open_terminal() -> tuple[int, int]:
    """Return the two ends of a new terminal that neither echoes nor changes output.

    It edits lines and makes signals of Ctrl-C and Ctrl-Z, as a student's terminal does.
    """
    master, slave = os.openpty()
    settings: list[Any] = termios.tcgetattr(slave)
    settings[0] = termios.ICRNL
    settings[1] = 0
    settings[3] = termios.ICANON | termios.ISIG | termios.IEXTEN
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return master, slave


def start(
    world: World,
    argv: Sequence[str],
    cwd: str,
    env: Mapping[str, str],
    fds: Mapping[str, int],
    *,
    open_at: int,
    umask: int,
    filter_program: bytes,
) -> None:
    """Fork the keeper, which forks the part's main process.

    Args:
        world: the sandbox.
        argv: argv[0] is what is executed, unless fds has `executable`.
        cwd: working directory.
        env: the whole environment.
        fds: `gate`, `stdin`, `stdout`, `stderr`, and if needed `executable`; `terminal` if stdin is one.
        open_at: the number at which `executable` stays open in the program; -1: it does not.
        umask: that the program begins with.
        filter_program: the seccomp filter that it begins with.
    """
    if os.fork() == 0:
        try:
            os.umask(umask)
            _keep(world, argv, cwd, env, fds, open_at, filter_program)
        finally:
            os._exit(1)


def _keep(
    world: World,
    argv: Sequence[str],
    cwd: str,
    env: Mapping[str, str],
    fds: Mapping[str, int],
    open_at: int,
    filter_program: bytes,
) -> NoReturn:
    if not world.alone:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    if "terminal" in fds:
        fcntl.ioctl(fds["terminal"], termios.TIOCSCTTY, 0)
    if os.fork() == 0:
        _main_process(world, argv, cwd, env, fds, open_at, filter_program)
    os.closerange(0, ALL)
    while True:
        signal.pause()


def _main_process(
    world: World,
    argv: Sequence[str],
    cwd: str,
    env: Mapping[str, str],
    fds: Mapping[str, int],
    open_at: int,
    filter_program: bytes,
) -> NoReturn:
    gate = fds["gate"]
    try:
        if not world.alone:
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if world.nested:
            kernel.own_user_namespace(world.uid, world.gid)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
        os.setpgid(0, 0)
        executable = _arrange(fds, open_at)
        gate = _GATE if open_at != _GATE else _EXECUTABLE
        if "terminal" in fds:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
            os.tcsetpgrp(0, os.getpgrp())
        os.chdir(cwd)
        reset_signals()
        kernel.no_address_randomisation()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.stay_on(world.cpu)
        set_limits(world.limits)
        execute = kernel.Exec(argv, env, filter_program, executable)
        os.write(gate, str(os.getpid()).encode())
    except Exception as error:
        with contextlib.suppress(OSError):
            os.write(gate, f"!{type(error).__name__}: {error}".encode()[:1000])
        os._exit(_NOT_EXECUTED)
    if os.read(gate, 1):
        execute()
    os._exit(_NOT_EXECUTED)


def _arrange(fds: Mapping[str, int], open_at: int) -> int:
    """Put the descriptors at their numbers and close all others; return that of the executable or -1."""
    gate = fcntl.fcntl(fds["gate"], fcntl.F_DUPFD_CLOEXEC, 32)
    executable = -1
    if "executable" in fds:
        executable = fcntl.fcntl(fds["executable"], fcntl.F_DUPFD_CLOEXEC, 32)
    streams = [fcntl.fcntl(fds[name], fcntl.F_DUPFD_CLOEXEC, 32) for name in ("stdin", "stdout", "stderr")]
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
    gate_at, executable_at = (_EXECUTABLE, _GATE) if open_at == _GATE else (_GATE, _EXECUTABLE)
    os.dup2(gate, gate_at, inheritable=False)
    highest = gate_at
    if executable >= 0:
        os.dup2(executable, executable_at, inheritable=open_at >= 0)
        highest = _EXECUTABLE
    os.closerange(highest + 1, ALL)
    return executable_at if executable >= 0 and open_at < 0 else -1


def reset_signals() -> None:
    """Default dispositions and an empty mask: Python ignores SIGPIPE and SIGXFSZ, the agent nearly all."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    kernel.default_actions_of_reserved_signals()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def set_limits(limits: Mapping[str, int]) -> None:
    """Set resource limits, soft and hard, never above what is allowed."""
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(number)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))
