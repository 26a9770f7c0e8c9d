"""Right: an ordinary file object, whose buffer takes in the neighbours; made whole elsewhere, then linked to its name."""

import fcntl
import os
import re
import sys
import tempfile

SIZE, ROWS = 16, 100


def make(path):
    """Let the file appear whole or not at all."""
    if os.path.exists(path):
        return
    fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(bytes(SIZE * ROWS))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
    finally:
        os.unlink(temporary)


def reserve(path, row, name):
    """Return who has the row already, or nothing."""
    make(path)
    with open(path, "r+b") as hall:
        hall.seek(SIZE * row)
        fcntl.lockf(hall, fcntl.LOCK_EX, SIZE, SIZE * (row - ROWS), os.SEEK_END)
        print("holding", row, flush=True)
        sys.stdin.buffer.readline()
        holder = hall.read(SIZE).rstrip(b"\0")
        if not holder:
            hall.seek(SIZE * row)
            hall.write(name.ljust(SIZE, b"\0"))
    return holder


def main(arguments):
    if len(arguments) != 3 or not re.fullmatch("[0-9]{1,2}", arguments[1], re.ASCII) or not arguments[2]:
        print("usage: seat FILE ROW NAME", file=sys.stderr)
        return 2
    name = os.fsencode(arguments[2])
    if len(name) > SIZE:
        print("seat: the name is too long", file=sys.stderr)
        return 1
    try:
        holder = reserve(arguments[0], int(arguments[1]), name)
    except OSError as error:
        print(f"seat: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(b"taken by " + holder + b"\n" if holder else b"reserved\n")
    sys.stdout.flush()
    return 3 if holder else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
