"""scribe FILE CHILDREN LINES

CHILDREN child processes write LINES lines each into one FILE, at the same time; the parent waits for all of them,
and prints what has come of it.

Why does no line fall upon another, without any lock and without O_APPEND? A descriptor is a number; what it stands
for is an *open file description* in the kernel, made by open(), and the position in the file belongs to that. fork()
copies the number, not the description: all of us have the same position. Each write() takes it and moves it on in
one act, so the next one, whoever makes it, begins where this one has ended. A child that opened the file for itself
would have a position of its own, and would begin at 0 as the others do.

So everything is done with os.write and os.read: a file object would gather lines in a buffer of its process, and
write several of them, or half of one, at once.
"""

import os
import sys


def parse_count(text: str) -> int:
    """A count in decimal. ``int`` alone would also take " 7", "+7" and "1_000"."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a count: {text!r}")
    return int(text)


def write_lines(fd: int, child: int, lines: int) -> None:
    """What a child does: each line in one call, for between two calls another child may write."""
    for i in range(1, lines + 1):
        line = f"child {child} line {i}\n".encode()
        if os.write(fd, line) != len(line):  # the rest of it would not be in the same write any more
            raise OSError("the disk is full")


def run_children(fd: int, children: int, lines: int) -> bool:
    """Start the children and wait until all of them have ended. True if all went well."""
    pids = []
    well = True
    try:
        for child in range(1, children + 1):
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    write_lines(fd, child, lines)
                    status = 0
                except OSError as error:
                    os.write(2, f"scribe: {error}\n".encode())
                finally:
                    os._exit(status)  # at once: the rest of this program is the parent's
            pids.append(pid)
    except OSError as error:  # no more processes; those that did start are still waited for
        print(f"scribe: fork: {error}", file=sys.stderr)
        well = False
    for pid in pids:
        _, status = os.waitpid(pid, 0)
        well = well and status == 0
    return well


def print_rest(fd: int) -> None:
    """Copy the file to stdout, from where the descriptor stands to its end."""
    while piece := os.read(fd, 4096):
        sys.stdout.buffer.write(piece)
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    try:
        path, children, lines = arguments[0], parse_count(arguments[1]), parse_count(arguments[2])
        if len(arguments) != 3:
            raise ValueError("too many arguments")
    except (IndexError, ValueError):
        print("usage: scribe FILE CHILDREN LINES", file=sys.stderr)
        return 2
    try:
        # Once, and before the forks. O_RDWR, for the parent reads by the same descriptor afterwards.
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        if not run_children(fd, children, lines):
            return 1
        # The position is ours as well: it stands where the last child has stopped, at the end of the file.
        os.lseek(fd, 0, os.SEEK_SET)
        print_rest(fd)
    except OSError as error:
        print(f"scribe: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
