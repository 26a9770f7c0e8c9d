"""Docker: an image that runs the grader anywhere, without any right, and the profile its sandbox needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from grader.exports.base import Course, File, Target
from grader.exports.machine import PREFIX, prepared
from grader.exports.templates import filled

COURSE: Final = "/opt/ipc-course"
"""Where the exercises are in the image."""

DENIED: Final = (
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "delete_module", "finit_module",
    "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl",
    "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mbind", "migrate_pages", "move_pages",
    "nfsservctl", "open_by_handle_at", "perf_event_open", "quotactl", "quotactl_fd", "reboot", "request_key",
    "set_mempolicy", "settimeofday", "swapoff", "swapon", "syslog", "userfaultfd", "vhangup",
)  # fmt: skip
"""Calls neither the grader nor a sandbox makes, and that Docker's default profile denies for good reason.

Of what it denies, a sandbox needs `clone`, `clone3` and `unshare` with new namespaces, `mount`, `umount2`,
`pivot_root`, `sethostname`; the grader needs `personality` without address randomisation, so that runs
repeat, and `kcmp` and `pidfd_getfd`, to tell descriptors apart.
"""


def profile() -> File:
    """Return the seccomp profile: all calls but those that are denied."""
    rules = [{"names": list(DENIED), "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]
    text = json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}, indent=2)
    return File(content=f"{text}\n".encode())


def _files(course: Course) -> Mapping[str, File]:
    files = {f"site/{path}": file for path, file in course.site.items()}
    files |= prepared(course, "setup")
    files["Dockerfile"] = filled("docker/Dockerfile.j2", prefix=PREFIX, course=COURSE)
    files["seccomp.json"] = profile()
    files["grader.sh"] = filled("docker/grader.sh.j2", executable=True)
    return files


TARGET: Final = Target(title="Docker", files=_files)
