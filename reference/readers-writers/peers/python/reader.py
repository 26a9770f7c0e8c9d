"""reader FILE

Takes a shared lock on FILE, prints ``reading``, waits for a line or the end of the standard input, prints the
content of FILE, and gives the lock back.

Why a lock, if we only look? A writer replaces the content in two steps: it empties the file, and then it writes.
Between the two there is something in the file that nobody ever wrote. Why a shared one? Two who only look do not
disturb each other: LOCK_SH lets in any number of readers, and keeps out only who wants LOCK_EX.
"""

import fcntl
import os
import shutil
import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: reader FILE", file=sys.stderr)
        return 2
    path = arguments[0]
    try:
        # os.open: a missing file is made, and the content of one that exists is left alone.
        fd = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
        with open(fd, "rb") as file:  # closing it gives the lock back, whatever happens
            fcntl.flock(file, fcntl.LOCK_SH)  # sleeps until no writer has the file
            print("reading", flush=True)
            sys.stdin.buffer.readline()
            # Only now: whatever had been read before the lock was there could be half of a text.
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
    except OSError as error:
        print(f"reader: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
