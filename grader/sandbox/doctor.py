"""What this machine offers, and what to do about what is missing."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable

from grader.model.config import IsolationConfig, LimitsConfig
from grader.model.errors import GraderError, HostError
from grader.sandbox import isolation, other_user, protocol
from grader.sandbox.box import Box
from grader.sandbox.gate import Started, ended
from grader.sandbox.own_limits import own_limits, queue_memory, too_low
from grader.sandbox.probe import Probe

_KERNEL_MIN = (5, 3)
_ARCHITECTURES = ("x86_64", "aarch64")
_PTRACE_SEIZE = 0x4206
_WALL = 0x40000000
_PROBE_S = 10
_OUTPUT_MAX = 4096
_NO_NAMESPACES = (
    "user namespaces are refused here. As root: `sysctl -w kernel.unprivileged_userns_clone=1` (Debian), "
    "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` or an AppArmor profile for bwrap (Ubuntu), "
    "`sysctl -w user.max_user_namespaces=10000`; in Docker: `--security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined`, or `--privileged`"
)


def examine() -> list[Probe]:
    """Look at everything the grader needs, and try it out rather than ask for versions.

    Returns:
        All probes, in the order in which problems should be solved.
    """
    probes = [
        _guarded("kernel", _kernel),
        _guarded("architecture", _architecture),
        _guarded("bubblewrap", _bubblewrap),
        _guarded("user namespaces", _namespaces),
        _guarded("ptrace", _ptrace),
        _guarded("libseccomp", _libseccomp),
        _guarded("C compiler", _compiler),
        _guarded("make", _make),
        _guarded("Python modules", _modules),
        _guarded("message queue memory", queue_memory),
        _guarded("own limits", own_limits),
    ]
    if all(probe.ok for probe in probes[2:4]):
        probes.append(_guarded("programs in the sandbox", _inside))
    return probes


def choose_isolation(config: IsolationConfig) -> str:
    """Return the level of isolation programs will run at: `full`, or the best other one if that must be.

    Raises:
        HostError: a sandbox is not possible here and the configuration does not allow less; or programs would
            be root's; or the grader itself is held too short.
    """
    if held := too_low():
        raise HostError(held)
    try:
        complaint = _try_bubblewrap()
    except HostError as error:
        complaint = str(error)
    if not complaint:
        return isolation.FULL
    root = os.geteuid() == 0
    if not config.allow_weaker:
        what = "as the user nobody" if root else "with process limits only"
        rights = "what all users can" if root else "what you can"
        raise HostError(
            f"programs cannot be kept apart from this machine: {complaint}\n"
            f"To run them all the same, {what} (they can read and write {rights}): "
            "`isolation: {allow_weaker: true}` in config.yaml."
        )
    if not root:
        return isolation.LIMITS_ONLY
    if refused := other_user.complaint():
        raise HostError(
            f"programs cannot be kept apart from this machine: {complaint}\n"
            f"Nor can they run as the user nobody: {refused}. They are never run as root."
        )
    return isolation.OTHER_USER


def _guarded(name: str, probe: Callable[[str], Probe]) -> Probe:
    try:
        return probe(name)
    except (OSError, GraderError, subprocess.SubprocessError) as error:
        return Probe(name=name, ok=False, detail=str(error), remedy="See the message.")


def _try_bubblewrap() -> str:
    """Run `true` in a complete sandbox; return why it did not work, or nothing."""
    line = isolation.full_isolation(LimitsConfig())
    line.add("--", "/bin/true")
    try:
        done = subprocess.run(
            line.arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=line.fds,
            timeout=_PROBE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "bubblewrap does not come to an end"
    finally:
        protocol.close_all(line.fds)
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip() or f"status {done.returncode}"
    return f"bubblewrap says `{said}`; {_NO_NAMESPACES}"


def _kernel(name: str) -> Probe:
    release = platform.release()
    numbers = tuple(int(part) for part in release.split("-")[0].split(".")[:2] if part.isdigit())
    ok = sys.platform == "linux" and numbers >= _KERNEL_MIN
    remedy = (
        ""
        if ok
        else "Linux 5.3 or later is needed (PTRACE_GET_SYSCALL_INFO); elsewhere use a virtual machine."
    )
    return Probe(name=name, ok=ok, detail=f"{platform.system()} {release}", remedy=remedy)


def _architecture(name: str) -> Probe:
    machine = platform.machine()
    ok = machine in _ARCHITECTURES
    return Probe(
        name=name, ok=ok, detail=machine, remedy="" if ok else f"One of {', '.join(_ARCHITECTURES)}."
    )


def _bubblewrap(name: str) -> Probe:
    try:
        path = isolation.bwrap_path()
    except HostError as error:
        return Probe(name=name, ok=False, detail="not found", remedy=str(error))
    version = isolation.bwrap_version()
    text = f"{path}, version {'.'.join(map(str, version))}"
    if version < isolation.SIZE_SINCE:
        text += "; too old to limit the size of /tmp and /work as a whole (0.7 can)"
    return Probe(name=name, ok=True, detail=text)


def _namespaces(name: str) -> Probe:
    complaint = _try_bubblewrap()
    if complaint:
        return Probe(name=name, ok=False, detail="no sandbox can be made", remedy=complaint)
    return Probe(name=name, ok=True, detail="a sandbox can be made")


def _ptrace(name: str) -> Probe:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        result = libc.ptrace(ctypes.c_long(_PTRACE_SEIZE), ctypes.c_long(child.pid), None, None)
        problem = os.strerror(ctypes.get_errno()) if result else ""
    finally:
        child.kill()
        child.communicate()
    remedy = (
        "Allow tracing of own children: `sysctl -w kernel.yama.ptrace_scope=1` (or 0); "
        "in Docker `--cap-add SYS_PTRACE`; not under another debugger."
    )
    if problem:
        return Probe(name=name, ok=False, detail=problem, remedy=remedy)
    return Probe(name=name, ok=True, detail="a child can be traced")


def _libseccomp(name: str) -> Probe:
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        return Probe(name=name, ok=False, detail=str(error), remedy="`apt install libseccomp2`")
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    rules.add_rule(pyseccomp.TRACE(0), "msgget")
    return Probe(name=name, ok=True, detail="builds filters")


def _tool(name: str, tool: str, remedy: str) -> Probe:
    path = shutil.which(tool)
    if path is None:
        return Probe(name=name, ok=False, detail="not found", remedy=remedy)
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=_PROBE_S)
    return Probe(name=name, ok=True, detail=(done.stdout.splitlines() or [path])[0])


def _compiler(name: str) -> Probe:
    return _tool(
        name, "gcc", "`apt install gcc libc6-dev`; without it only Python submissions can be graded."
    )


def _make(name: str) -> Probe:
    return _tool(name, "make", "`apt install make`; without it submissions with a Makefile cannot be built.")


def _modules(name: str) -> Probe:
    found = [path.name.split(".")[0] for path in isolation.extension_modules()]
    missing = [wanted for wanted in isolation.EXTENSIONS if wanted not in found]
    if missing:
        remedy = f"`{sys.executable} -m pip install {' '.join(missing)}`"
        return Probe(name=name, ok=False, detail=f"missing: {', '.join(missing)}", remedy=remedy)
    return Probe(name=name, ok=True, detail=", ".join(found))


_INSIDE = """
import ctypes, os, posix_ipc, sysv_ipc
queue = posix_ipc.MessageQueue("/probe", posix_ipc.O_CREX)
queue.send(b"x"); queue.receive(); queue.close(); queue.unlink()
memory = posix_ipc.SharedMemory("/probe", posix_ipc.O_CREX, size=1 << 26)
os.posix_fallocate(memory.fd, 0, 1 << 26)
memory.unlink()
posix_ipc.Semaphore("/probe", posix_ipc.O_CREX).unlink()
sysv_ipc.MessageQueue(None, sysv_ipc.IPC_CREX).remove()
filter = open("/proc/self/status").read().split("Seccomp:")[1].split()[0]
assert filter == "2", "no seccomp filter"
print("fine", end="")
"""
_ALLOW_ALL = b"\x06\x00\x00\x00\x00\x00\xff\x7f"  # BPF: return SECCOMP_RET_ALLOW


def _inside(name: str) -> Probe:
    """Run a program with a filter, seized at the gate, that uses every kind of IPC object."""
    with Box(isolation.FULL, LimitsConfig(), _ALLOW_ALL) as box:
        apart = box.parts_apart
        started = box.start([isolation.interpreter(), "/submission/probe.py"], executable=_INSIDE.encode())
        try:
            printed = _run_to_end(started)
        finally:
            started.close()
    if printed != "fine":
        return Probe(name=name, ok=False, detail=printed.strip(), remedy="IPC does not work in the sandbox.")
    detail = "message queues, shared memory (64 MiB), semaphores, filters and tracing work"
    if not apart:
        remedy = (
            "Nested user namespaces are refused: a submission could read the reference's memory. See above."
        )
        return Probe(name=name, ok=False, detail=detail, remedy=remedy)
    return Probe(name=name, ok=True, detail=detail)


def _run_to_end(started: Started) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(ctypes.c_long(_PTRACE_SEIZE), ctypes.c_long(started.pid), None, None):
        return f"cannot be traced: {os.strerror(ctypes.get_errno())}"
    started.release()
    if ended(started.pid, _PROBE_S):
        os.waitpid(started.pid, _WALL)
    else:
        os.kill(started.pid, signal.SIGKILL)
        os.waitpid(started.pid, _WALL)
        return "does not come to an end"
    out = os.read(started.stdout_fd, _OUTPUT_MAX) + os.read(started.stderr_fd, _OUTPUT_MAX)
    return out.decode(errors="replace")
