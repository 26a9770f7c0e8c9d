"""What /proc says of a tracee: asleep or not, its pid inside the sandbox, pending signals, mappings."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

from grader.tracer import ptrace, refusals


class TaskFiles:
    """The two files that tell whether a thread is asleep, kept open: they are asked after every step."""

    __slots__ = ("_stat", "_syscall")

    def __init__(self, tid: int) -> None:
        self._stat = os.open(f"/proc/{tid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._syscall = os.open(f"/proc/{tid}/syscall", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._syscall = -1

    def state(self) -> str:
        """Return the letter of proc(5): R, S, D, T, t, Z, X; X if the thread is gone."""
        try:
            text = os.pread(self._stat, 256, 0)
        except ProcessLookupError:
            return "X"
        return chr(text[text.rindex(b")") + 2])

    def asleep(self) -> bool:
        """Whether the thread really sleeps in the kernel and can be interrupted.

        State S alone is no proof: a task sets it before it has left the CPU and may be preempted in
        between. /proc/TID/syscall says `running` until the task is off the CPU for good.
        """
        if self.state() != "S":
            return False
        if self._syscall >= 0:
            try:
                if os.pread(self._syscall, 32, 0).startswith(b"running"):
                    return False
            except OSError:
                return False
        return self.state() == "S"

    def close(self) -> None:
        """Close the files."""
        os.close(self._stat)
        if self._syscall >= 0:
            os.close(self._syscall)


def status_fields(tid: int) -> dict[str, str]:
    """Return the fields of /proc/TID/status; empty if the thread is gone."""
    try:
        text = Path(f"/proc/{tid}/status").read_text(errors="replace")
    except OSError:
        return {}
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def sandbox_ids(tid: int) -> tuple[int, int]:
    """Return (pid, tid) as seen in the innermost pid namespace; (0, 0) if the thread is gone."""
    fields = status_fields(tid)
    if "NSpid" not in fields:
        return int(fields.get("Tgid", 0)), int(fields.get("Pid", 0))
    return int(fields["NStgid"].split()[-1]), int(fields["NSpid"].split()[-1])


def group_leader(tid: int) -> int:
    """Return the process (thread group) a thread belongs to, as the tracer's namespace numbers it."""
    return int(status_fields(tid).get("Tgid", tid))


_IGNORED_BY_DEFAULT = sum(1 << (number - 1) for number in (17, 18, 23, 28))
"""SIGCHLD, SIGCONT, SIGURG, SIGWINCH."""


_KILLED = 1 << 8
"""SIGKILL, which every thread of a process that is killed finds among its own signals."""


def deliverable_signals(tid: int) -> int:
    """Return the bit mask of pending signals that will run a handler, stop or end the process.

    A tracer sees ignored signals too (they are queued for a traced process): those do not count here.
    """
    fields = status_fields(tid)
    if not fields:
        return 0
    pending = int(fields["SigPnd"], 16) | int(fields["ShdPnd"], 16)
    caught = int(fields["SigCgt"], 16)
    without_effect = (int(fields["SigIgn"], 16) | _IGNORED_BY_DEFAULT) & ~caught
    return pending & ~int(fields["SigBlk"], 16) & ~without_effect


def blocked_signals(tid: int) -> int:
    """Return the bit mask of signals that a thread blocks."""
    return int(status_fields(tid).get("SigBlk", "0"), 16)


def descriptors(tid: int) -> dict[int, tuple[int, int]]:
    """Return {fd: (inode, access mode)} of all open descriptors; access is O_RDONLY, O_WRONLY or O_RDWR."""
    found: dict[int, tuple[int, int]] = {}
    try:
        names = [entry.name for entry in Path(f"/proc/{tid}/fd").iterdir()]
    except OSError:
        return found
    for name in names:
        try:
            inode = Path(f"/proc/{tid}/fd/{name}").stat().st_ino
            info = Path(f"/proc/{tid}/fdinfo/{name}").read_text()
        except OSError:
            continue
        flags = next((line.split()[1] for line in info.splitlines() if line.startswith("flags:")), "0")
        found[int(name)] = (inode, int(flags, 8) & os.O_ACCMODE)
    return found


def count_descriptors(tid: int) -> int:
    """Return how many descriptors are open; 0 if the process is gone."""
    try:
        return len(os.listdir(f"/proc/{tid}/fd"))
    except OSError:
        return 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """One line of /proc/PID/maps."""

    start: int
    end: int
    permissions: str
    offset: int
    inode: int
    path: str


def mappings(tid: int) -> list[Mapping]:
    """Return the memory mappings of a process; empty if it is gone."""
    result = []
    try:
        text = Path(f"/proc/{tid}/maps").read_text(errors="replace")
    except OSError:
        return []
    for line in text.splitlines():
        fields = line.split(None, 5)
        start, end = (int(part, 16) for part in fields[0].split("-"))
        path = fields[5] if len(fields) > 5 else ""
        result.append(Mapping(start, end, fields[1], int(fields[2], 16), int(fields[4]), path))
    return result


def is_open(tid: int, fd: int) -> bool:
    """Whether a descriptor is open."""
    return os.path.lexists(f"/proc/{tid}/fd/{fd}")


def link(tid: int, fd: int) -> str:
    """Return what /proc calls that which a descriptor stands for; "" if it is not open."""
    try:
        return os.readlink(f"/proc/{tid}/fd/{fd}")
    except OSError:
        return ""


_syscall = ctypes.CDLL(None).syscall


def same_file(tid: int, fd: int, other: int, number: int) -> bool:
    """Whether two descriptors stand for the same open file.

    Raises:
        HostError: this machine does not let us compare them.
    """
    if (tid, fd) == (other, number):
        return True
    refusals.need_comparison()
    return bool(_syscall(refusals.KCMP, tid, other, refusals.KCMP_FILE, fd, number) == 0)


def executable(tid: int) -> str:
    """Return the path of the program a process runs; "" if it is gone."""
    try:
        return os.readlink(f"/proc/{tid}/exe")
    except OSError:
        return ""


def command_line(tid: int) -> list[str]:
    """Return the arguments a process was started with."""
    try:
        raw = Path(f"/proc/{tid}/cmdline").read_bytes()
    except OSError:
        return []
    return [argument.decode("utf-8", "surrogateescape") for argument in raw.split(b"\0")[:-1]]


def waits_for_its_child(tid: int) -> bool:
    """Whether a thread sleeps in vfork, and was not killed there: it does in an uninterruptible sleep."""
    fields = status_fields(tid)
    return fields.get("State", "X")[0] == "D" and not int(fields["SigPnd"], 16) & _KILLED


def held(tid: int) -> bool:
    """Whether a thread is in a ptrace stop, and not on its way to its end out of one it was killed in."""
    fields = status_fields(tid)
    if int(fields.get("SigPnd", "0"), 16) & _KILLED:
        return False
    # To be asked after the signal: what had taken it by then is running until it stops for the last time.
    return status_fields(tid).get("State", "X")[0] == "t"


def continued(tid: int) -> bool:
    """Whether a thread left in its group-stop has been let out of it."""
    return status_fields(tid).get("State", "X")[0] not in "tT"


_AT_NULL, _AT_IGNORE, _AT_RANDOM, _AT_SYSINFO_EHDR = 0, 1, 25, 33
_NOT_RANDOM = bytes(range(16))
_ZERO = os.makedev(1, 5)


def make_repeatable(tid: int) -> None:
    """Right after exec: take from a program what the kernel makes different each time.

    libc then reads clocks by system calls, which the virtual clock can answer, and makes its stack guard of
    known bytes: they are found again in whatever part of the stack a program sends without having written it.
    """
    try:
        vector = Path(f"/proc/{tid}/auxv").read_bytes()
        stack = next(mapping for mapping in mappings(tid) if mapping.path == "[stack]")
    except (OSError, StopIteration):
        return
    memory = ptrace.read_memory(tid, stack.start, stack.end - stack.start)
    position = memory.rfind(vector)
    if position < 0:
        return
    for offset in range(0, len(vector), 16):
        kind = int.from_bytes(vector[offset : offset + 8], "little")
        if kind == _AT_SYSINFO_EHDR:
            address = stack.start + position + offset
            ptrace.write_memory(tid, address, _AT_IGNORE.to_bytes(8, "little"))
        elif kind == _AT_RANDOM:
            place = int.from_bytes(vector[offset + 8 : offset + 16], "little")
            ptrace.write_memory(tid, place, _NOT_RANDOM)
        elif kind == _AT_NULL:
            return


def is_zero_device(tid: int, fd: int) -> bool:
    """Whether a descriptor is of /dev/zero."""
    try:
        return os.stat(f"/proc/{tid}/fd/{fd}").st_rdev == _ZERO
    except OSError:
        return False
