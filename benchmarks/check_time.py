"""What a user waits for: `grader check` of a right fifo-chat with its build, and `grader --help`.

Aims: 2.5 s with the fair schedule, and 0.3 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

from grader.config import site_root

TURNS = 5
CHECK_AIM_S = 2.5
HELP_AIM_S = 0.3


def main() -> None:
    """Print the medians."""
    submission = str(site_root() / "reference/fifo-chat/peers/c")
    check = [sys.executable, "-m", "grader", "check", "fifo-chat", submission, "--strategy", "fair"]
    check_s = _median([*check, "--schedules", "1"])
    help_s = _median([sys.executable, "-m", "grader", "--help"])
    sys.stdout.write(
        f"check_time: grader check fifo-chat {check_s:.2f} s (aim: at most {CHECK_AIM_S}), "
        f"grader --help {help_s:.2f} s (aim: at most {HELP_AIM_S})\n"
    )


def _median(command: list[str]) -> float:
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TURNS):
            began = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
            times.append(time.monotonic() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
