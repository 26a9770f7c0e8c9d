"""What a user waits for: `grader check` of a right fifo-chat with its build, and `grader --help`.

Aims: 2.5 s with the fair schedule on two cores, and 0.3 s.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import GRADER, ROOT, NotMeasuredError, machine, seconds, show

CHECK_AIM_S = 2.5
HELP_AIM_S = 0.3
TURNS = 5
SUBMISSION = str(ROOT / "reference" / "fifo-chat" / "accepted" / "c-processes")


def main() -> int:
    """Print the figures; return 1 if an aim is missed, 2 if they cannot be measured."""
    check = [*GRADER, "check", "fifo-chat", SUBMISSION, "--strategy", "fair", "--schedules", "1"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            checks = [seconds(check, cwd=Path(folder)) for _ in range(TURNS)]
            helps = [seconds([*GRADER, "--help"]) for _ in range(TURNS)]
        except NotMeasuredError as error:
            print(f"check_time: {error}")
            return 2
    status = show("grader check of a right fifo-chat", statistics.median(checks), CHECK_AIM_S, " s")
    status |= show("grader --help", statistics.median(helps), HELP_AIM_S, " s")
    print(f"  {machine()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
