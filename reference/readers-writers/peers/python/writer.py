"""writer FILE TEXT

Takes an exclusive lock on FILE, prints ``writing``, waits for a line or the end of the standard input, replaces
the content of FILE by TEXT and a newline, and gives the lock back.

LOCK_EX waits until nobody else has any lock, and lets nobody else in. But locks of flock are *advisory*: the
kernel keeps out who asks for a lock, and nobody else. So nothing may happen to the content before we have it.
"""

import fcntl
import os
import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or "\n" in arguments[1]:
        print("usage: writer FILE TEXT", file=sys.stderr)
        return 2
    path, text = arguments
    try:
        # Not open(path, "w"): that empties the file at once, and waits for no lock.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with open(fd, "wb") as file:  # of a descriptor: now "w" means nothing but writing
            fcntl.flock(file, fcntl.LOCK_EX)  # sleeps until nobody has the file
            print("writing", flush=True)
            sys.stdin.buffer.readline()
            file.truncate(0)
            file.write(os.fsencode(text) + b"\n")
            # Leaving the block writes what is still in the buffer, closes, and by that gives the lock back. An
            # unlock by hand would need a flush before it.
    except OSError as error:
        print(f"writer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
