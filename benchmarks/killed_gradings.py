"""1,000 gradings in a row, a third of them killed with SIGKILL at a random instant: what is left of them.

`python -m benchmarks.killed_gradings [COUNT]`. Aim: no process, mount, kernel object or temporary file.
Killed is the grader, not the program it grades. This process adopts all orphans, so none of them gets lost.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import GRADER, ROOT, NotMeasuredError, machine, seconds, show

COUNT = 1000
PATIENCE_S = 30.0
_PR_SET_CHILD_SUBREAPER = 36
_CHECK = ("check", "shm-counter", str(ROOT / "reference" / "shm-counter" / "peers" / "c"), "--schedules", "2")


def main() -> int:
    """Print what is left; return 1 if anything is, 2 if it cannot be measured."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        print("killed_gradings: orphans cannot be adopted here")
        return 2
    before = _kernel_objects()
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = temporary
        try:
            killed, processes = _grade(count, Path(work))
            seconds([*GRADER, *_CHECK], cwd=Path(work))
        except NotMeasuredError as error:
            print(f"killed_gradings: {error}")
            return 2
        files = sum(1 for _ in Path(temporary).rglob("*"))
    after = _kernel_objects()
    print(f"{count} gradings, {killed} of them killed with SIGKILL")
    status = show("processes left", processes, 0, "")
    for what, names in after.items():
        status |= show(f"{what} left", len(names - before[what]), 0, "")
    status |= show("temporary files left", files, 0, "")
    print(f"  {machine()}")
    return status


def _grade(count: int, work: Path) -> tuple[int, int]:
    """Grade so often; return how many gradings were killed, and how many processes outlived theirs."""
    choices = random.Random(0)
    usual = seconds([*GRADER, *_CHECK], cwd=work)
    killed = left = 0
    for number in range(count):
        report = work / "report.txt"
        with (
            report.open("wb") as output,
            subprocess.Popen([*GRADER, *_CHECK], cwd=work, stdout=output, stderr=subprocess.STDOUT) as grader,
        ):
            if number % 3 == 0:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    grader.wait(choices.uniform(0, usual))
                killed += grader.poll() is None
                grader.send_signal(signal.SIGKILL)
            elif grader.wait() != 0:
                said = report.read_text(errors="replace")
                raise NotMeasuredError(f"grading {number + 1} ended with status {grader.returncode}:\n{said}")
        left += _outlived()
    return killed, left


def _outlived() -> int:
    """Wait until all orphans have ended; return how many have not in time, and end them."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        if pid == 0 and time.monotonic() > deadline:
            break
        if pid == 0:
            time.sleep(0.001)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    return len(children)


def _kernel_objects() -> dict[str, set[str]]:
    """Return what is there outside of all sandboxes."""
    return {
        "mounts": set(Path("/proc/self/mountinfo").read_text().splitlines()),
        "System V objects": {
            f"{kind} {line.split()[1]}"
            for kind in ("shm", "sem", "msg")
            for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
        },
        "POSIX objects": {
            str(path)
            for folder in ("/dev/shm", "/dev/mqueue")
            for path in (Path(folder).iterdir() if Path(folder).is_dir() else ())
        },
    }


if __name__ == "__main__":
    sys.exit(main())
