"""Runs programs as a container of Docker's default settings would: its root, its capabilities, its filter.

Docker itself is not needed. As root, bubblewrap gives a process what Docker would and nothing else: the
capabilities a container has, and not the system calls its default profile refuses, those for namespaces
first of all (https://docs.docker.com/engine/security/seccomp/).
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyseccomp
import pytest

from grader.executors._run_time import _place
from grader.exports.contained import CACHE
from grader.sandbox.isolation import top_level

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run programs as a container does")

VENV = "/opt/ipc-grader"
"""Where the bundles' set-up puts the Python environment."""

CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
    "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
)  # fmt: skip
"""What root has in a container."""

REFUSED = (
    "unshare", "setns", "mount", "umount2", "pivot_root", "keyctl", "add_key", "request_key", "bpf", "kcmp",
    "perf_event_open", "pidfd_getfd", "userfaultfd", "acct", "reboot",
)  # fmt: skip
TRACERS = frozenset({"kcmp", "pidfd_getfd"})
"""Of these, what the profile allows to whoever may trace."""

_NEW_NAMESPACES = 0x7E020000
_ADDR_NO_RANDOMIZE = 0x0040000


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """How programs are run.

    Attributes:
        writable: folders of this machine, by their place in the container.
        readable: the same, read-only.
        capabilities: of root in there.
        namespaces: programs may make namespaces, as with the three `--security-opt` of `docker run`.
        profile: the seccomp profile of that option; None: `unconfined`.
    """

    writable: Mapping[str, Path] = field(default_factory=dict)
    readable: Mapping[str, Path] = field(default_factory=dict)
    capabilities: tuple[str, ...] = CAPABILITIES
    namespaces: bool = False
    profile: Path | None = None

    def run(
        self, *argv: str, cwd: str = "/", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with tempfile.TemporaryFile() as filter_file:
            line = ["bwrap", *self._system(), *self._folders(), "--chdir", cwd, "--clearenv"]
            for name, value in ({"PATH": "/usr/local/bin:/usr/bin:/bin"} | dict(env or {})).items():
                line += ["--setenv", name, value]
            line += self._seccomp(filter_file)
            return subprocess.run(
                [*line, "--", *argv],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                pass_fds=[filter_file.fileno()],
            )

    def _system(self) -> list[str]:
        line = ["--unshare-ipc", "--unshare-net", "--unshare-uts", "--die-with-parent"]
        # Whoever may make namespaces must see /proc in full; bubblewrap covers parts of a new one.
        line += ["--bind", "/proc", "/proc"] if self.namespaces else ["--unshare-pid", "--proc", "/proc"]
        for name in self.capabilities:
            line += ["--cap-add", f"CAP_{name}"]
        for folder in ("/opt", "/var/cache", *map(str, [*Path(sys.base_prefix).parents][-2::-1])):
            line += ["--perms", "0755", "--dir", folder]
        for folder in ("/usr", "/etc", sys.base_prefix):
            line += ["--ro-bind", folder, folder]
        for path, target in top_level():
            line += ["--symlink", target, path] if target else ["--ro-bind", path, path]
        line += ["--ro-bind", sys.prefix, VENV, "--dev", "/dev"]
        for folder in ("/dev/shm", "/tmp"):
            line += ["--perms", "1777", "--tmpfs", folder]
        cache = _place("").parent
        cache.mkdir(parents=True, exist_ok=True)
        return [*line, "--mqueue", "/dev/mqueue", "--bind", str(cache), f"{CACHE}/{cache.name}"]

    def _folders(self) -> list[str]:
        line = []
        for option, folders in (("--bind", self.writable), ("--ro-bind", self.readable)):
            for place, folder in folders.items():
                line += [option, str(folder), place]
        return line

    def _seccomp(self, file: IO[bytes]) -> list[str]:
        if self.namespaces and self.profile is None:
            return []
        rules = (
            _default_rules(self.capabilities)
            if self.profile is None
            else _rules(json.loads(self.profile.read_text()))
        )
        rules.export_bpf(file)
        file.flush()
        file.seek(0)
        return ["--seccomp", str(file.fileno())]


def _rules(profile: dict[str, Any]) -> pyseccomp.SyscallFilter:
    """Read a profile as runc does; calls that this machine does not know are left out."""
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for rule in profile["syscalls"]:
        assert (rule["action"], set(rule)) == ("SCMP_ACT_ERRNO", {"names", "action", "errnoRet"})
        for name in rule["names"]:
            if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
                rules.add_rule(pyseccomp.ERRNO(rule["errnoRet"]), name)
    return rules


def _default_rules(capabilities: Sequence[str]) -> pyseccomp.SyscallFilter:
    """Return what Docker's default profile refuses."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        if name in TRACERS and "SYS_PTRACE" in capabilities:
            continue
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for bit in range(32):
        flag = 1 << bit
        if flag & _NEW_NAMESPACES:
            rules.add_rule(
                pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag)
            )
    no_randomisation = pyseccomp.Arg(0, pyseccomp.EQ, _ADDR_NO_RANDOMIZE)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "personality", no_randomisation)
    return rules
