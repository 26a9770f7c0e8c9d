"""seat FILE ROW NAME

Reserves row ROW (0 to 99) for NAME. FILE is 100 records of 16 bytes, one for each row: the name of whoever has it,
filled up with NUL bytes; a free row is all NUL bytes.

To look whether a row is free and to write a name there are two acts, and between the two somebody else could
come. So the row is locked around both. Not the file: fcntl locks any range of bytes, and who wants another row has
no reason to wait.
"""

import fcntl
import os
import sys

ROWS = 100
RECORD = 16


def parse_row(text: str) -> int:
    """The number of a row. ``int`` alone would also take " 7", "+7" and "0_7"."""
    if not (text.isascii() and text.isdigit()) or int(text) >= ROWS:
        raise ValueError(f"no row: {text!r}")
    return int(text)


def open_seats(path: str) -> int:
    """Open the file, with all its records, and return a descriptor.

    Several of us may find it missing or empty at the same time: O_CREAT makes it once, and to make it longer twice
    does no harm, for ftruncate adds NUL bytes (free rows) at the end and leaves alone what is there. To write the
    empty records ourselves could wipe out a name that has come since.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.fstat(fd).st_size < ROWS * RECORD:
        os.ftruncate(fd, ROWS * RECORD)
    return fd


def reserve(fd: int, row: int, name: bytes) -> int:
    """Wait for the row, and for a line; then take it if it is free. Returns the exit status."""
    place = row * RECORD
    # fcntl.lockf makes the locks of fcntl(2) with F_SETLKW: it sleeps until nobody else has these bytes. Without
    # length and start it would lock the whole file.
    #
    # The lock belongs to this process and this file, whatever descriptor it was taken by: closing *any* descriptor
    # of the file gives it back, one from `with open(path) as file` as well. So there is one descriptor only.
    fcntl.lockf(fd, fcntl.LOCK_EX, RECORD, place)
    print(f"holding {row}", flush=True)
    sys.stdin.buffer.readline()

    # Read now, and not before: what the record was before we had the lock is out of date.
    owner = os.pread(fd, RECORD, place).rstrip(b"\0")
    if owner:
        sys.stdout.buffer.write(b"taken by " + owner + b"\n")
        sys.stdout.flush()
        return 3
    os.pwrite(fd, name.ljust(RECORD, b"\0"), place)
    print("reserved", flush=True)
    return 0


def main(arguments: list[str]) -> int:
    try:
        path, row, name = arguments[0], parse_row(arguments[1]), os.fsencode(arguments[2])
        if len(arguments) != 3 or not name:
            raise ValueError("wrong number of arguments, or no name")
    except (IndexError, ValueError):
        print("usage: seat FILE ROW NAME", file=sys.stderr)
        return 2
    if len(name) > RECORD:  # bytes, not characters
        print(f"seat: {arguments[2]}: longer than {RECORD} bytes", file=sys.stderr)
        return 1
    try:
        return reserve(open_seats(path), row, name)
    except OSError as error:
        print(f"seat: {error}", file=sys.stderr)
        return 1
    # The end of the process closes the file, and by that gives the lock back.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
