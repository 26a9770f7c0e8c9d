"""What a sandbox sees: the command line of bubblewrap.

Read-only: /usr, what belongs to it, the Python interpreter, a made-up /etc. Private and of limited size:
/work, /tmp, /submission, /build, /dev/shm, /dev/mqueue. Nothing of the grader or of the exercises.
Everything writable is memory inside the mount namespace: when the last process is gone, so is the rest.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.model.config import LimitsConfig
from grader.model.errors import HostError
from grader.sandbox.bundle import sealed

FULL: Final = "full"
OTHER_USER: Final = "other-user"
LIMITS_ONLY: Final = "limits-only"
"""Levels of isolation, best first. `full`: namespaces. `other-user`: programs are those of nobody, a user
without rights, in folders of the machine. `limits-only`: they are those of the grader's user.
"""

ID: Final = 1000
MODULES: Final = "/opt/python"
MINIMAL_ENVIRONMENT: Final = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/work",
    "LANG": "C.UTF-8",
    "PYTHONPATH": MODULES,
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}

EXTENSIONS = ("posix_ipc", "sysv_ipc")
_SIZE_MIN_MIB = 128
_MIB = 1 << 20
_ETC_FILES = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "services", "protocols", "gai.conf",
)  # fmt: skip
_ETC_MADE_UP = {
    "passwd": f"root:x:0:0:root:/:/bin/sh\nstudent:x:{ID}:{ID}:student:/work:/bin/sh\n",
    "group": f"root:x:0:\nstudent:x:{ID}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
}
# For a grader that is root outside, the machine's settings belong to "the user" in the sandbox as well, and
# the kernel checks no more than the owner. bubblewrap covers only folders that are writable themselves.
_PROC_READ_ONLY = (
    "sys",
    "sysrq-trigger",
    "irq",
    "bus",
    "fs",
    "acpi",
    "scsi",
    "driver",
    "mtrr",
    "latency_stats",
)
SIZE_SINCE = (0, 7)
_PERMS_SINCE = (0, 5)


def own_user(isolation: str) -> str:
    """Return the level for what is trusted and must stay secret: of no user whose files programs can read."""
    return LIMITS_ONLY if isolation == OTHER_USER else isolation


def interpreter() -> str:
    """Return the Python that runs the agent and Python submissions: the one below any virtual environment."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    return os.path.realpath(base)


@functools.cache
def bwrap_path() -> str:
    """Return the path of bubblewrap.

    Raises:
        HostError: it is not installed.
    """
    path = shutil.which("bwrap")
    if path is None:
        raise HostError("bubblewrap is not installed: `apt install bubblewrap` (or `dnf install bubblewrap`)")
    return path


@functools.cache
def bwrap_version() -> tuple[int, ...]:
    """Return the version of bubblewrap, e.g. (0, 8, 0)."""
    done = subprocess.run(
        [bwrap_path(), "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return tuple(int(number) for number in re.findall(r"\d+", done.stdout))


def extension_modules() -> Iterator[Path]:
    """Yield the files of the IPC modules Python submissions may import."""
    for name in EXTENSIONS:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin and Path(spec.origin).is_file():
            yield Path(spec.origin)


class CommandLine:
    """The arguments of bubblewrap, and the descriptors they speak of.

    Args:
        root: where in the sandbox everything is put.
    """

    def __init__(self, root: str = "") -> None:
        self.root = root
        self.arguments: list[str] = []
        self.fds: list[int] = []

    def add(self, *arguments: str) -> None:
        """Append arguments."""
        self.arguments.extend(arguments)

    def bind(self, path: str, source: str = "", *, option: str = "--ro-bind") -> None:
        """Let a file or folder of the machine appear, read-only, at the same place if not said otherwise."""
        self.add(option, source or path, self.root + path)

    def link(self, path: str, target: str) -> None:
        """Let a symbolic link appear."""
        self.add("--symlink", target, self.root + path)

    def file(self, path: str, content: bytes) -> None:
        """Let a read-only file of this content appear."""
        fd = sealed("file", content)
        self.fds.append(fd)
        self.add("--ro-bind-data", str(fd), self.root + path)

    def folder(self, path: str, *, size_mib: int = 0, mode: str = "0755") -> None:
        """Let an empty, writable folder in memory appear."""
        if bwrap_version() >= _PERMS_SINCE:
            self.add("--perms", mode)
        if size_mib and bwrap_version() >= SIZE_SINCE:
            self.add("--size", str(size_mib * _MIB))
        self.add("--tmpfs", self.root + path)

    def read_only(self, path: str) -> None:
        """Let nobody write to a folder any more."""
        self.add("--remount-ro", self.root + path)


def namespaces() -> CommandLine:
    """Return the beginning of a command line: all namespaces, no capabilities, our ids and name."""
    line = CommandLine()
    line.add(
        bwrap_path(), "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"
    )
    line.add("--unshare-cgroup-try", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL")
    line.add("--uid", str(ID), "--gid", str(ID), "--hostname", "sandbox")
    return line


def full_isolation(limits: LimitsConfig) -> CommandLine:
    """Return the command line up to the program that is to run; the caller closes the descriptors."""
    line = namespaces()
    show_system(line)
    line.add("--proc", "/proc")
    for name in proc_read_only():
        line.add("--ro-bind", f"/proc/{name}", f"/proc/{name}")
    line.add("--dev", "/dev")
    size = size_mib(limits)
    line.folder("/dev/shm", size_mib=size, mode="1777")  # noqa: S108 - inside the sandbox
    line.add("--mqueue", "/dev/mqueue")
    line.folder("/tmp", size_mib=size, mode="1777")  # noqa: S108 - inside the sandbox
    for path in ("/work", "/submission", "/build"):
        line.folder(path, size_mib=size)
    line.add("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/work")
    return line


def size_mib(limits: LimitsConfig) -> int:
    """Return how much fits into each writable folder."""
    return max(_SIZE_MIN_MIB, 2 * limits.file_mib)


def proc_read_only() -> tuple[str, ...]:
    """Return what there is in /proc that nobody may write to."""
    return tuple(name for name in _PROC_READ_ONLY if Path("/proc", name).exists())


def show_system(line: CommandLine) -> None:
    """Let appear what every program sees and none can change."""
    line.bind("/usr")
    for name, target in top_level():
        if target:
            line.link(name, target)
        else:
            line.bind(name)
    for name in _ETC_FILES:
        line.bind(f"/etc/{name}", option="--ro-bind-try")
    prefix = Path(sys.base_prefix).resolve()
    if not prefix.is_relative_to("/usr"):
        line.bind(str(prefix))
    for path in _hidden(prefix):
        line.add("--tmpfs", line.root + str(path))
        line.read_only(str(path))
    for name, text in _ETC_MADE_UP.items():
        line.file(f"/etc/{name}", text.encode())
    for module in extension_modules():
        line.bind(f"{MODULES}/{module.name}", str(module))


def top_level() -> Iterator[tuple[str, str]]:
    """Yield the folders that belong to /usr, each with what it is a link to, if it is one."""
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            yield str(path), str(path.readlink())
        elif path.is_dir():
            yield str(path), ""


def _hidden(prefix: Path) -> Iterator[Path]:
    """Folders a program must not see below what is visible: installed packages, and the grader itself."""
    visible = (Path("/usr"), prefix)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    wanted = {
        Path("/usr/src"),
        Path("/usr/lib/python3/dist-packages"),
        Path("/usr/local/lib", version, "dist-packages"),
        Path("/usr/local/lib", version, "site-packages"),
        prefix / "lib" / version / "site-packages",
        Path(sysconfig.get_path("purelib")).resolve(),
        Path(__file__).resolve().parents[2],
        Path.cwd().resolve(),
    }
    hidden: list[Path] = []
    for path in sorted(wanted):
        inside = any(path != top and path.is_relative_to(top) for top in visible)
        needed = prefix.is_relative_to(path) or Path(interpreter()).is_relative_to(path)
        if inside and not needed and path.is_dir() and not any(path.is_relative_to(top) for top in hidden):
            hidden.append(path)
            yield path
