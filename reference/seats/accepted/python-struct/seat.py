# Accepted: fcntl.fcntl with a struct flock packed by hand, an unbuffered file object, print to a line-buffered stdout.
import fcntl
import os
import re
import struct
import sys

FLOCK = "hhxxxxqqixxxx"  # l_type, l_whence, l_start, l_len, l_pid
SIZE = 16


def lock(file, kind, row):
    fcntl.fcntl(file, fcntl.F_SETLKW, struct.pack(FLOCK, kind, os.SEEK_SET, row * SIZE, SIZE, 0))


def opened(path):
    file = open(path, "r+b", buffering=0, opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o600))
    file.truncate(100 * SIZE)
    return file


def main():
    if len(sys.argv) != 4 or not re.fullmatch("[0-9]{1,2}", sys.argv[2]) or sys.argv[3] == "":
        sys.stderr.write("usage: seat FILE ROW NAME\n")
        return 2
    row, name = int(sys.argv[2]), os.fsencode(sys.argv[3])
    if len(name) > SIZE:
        sys.stderr.write("seat: the name is too long\n")
        return 1
    sys.stdout.reconfigure(line_buffering=True, errors="surrogateescape")
    try:
        with opened(sys.argv[1]) as file:
            lock(file, fcntl.F_WRLCK, row)
            try:
                print(f"holding {row}")
                for _ in sys.stdin:
                    break
                file.seek(row * SIZE)
                (owner,) = struct.unpack(f"{SIZE}s", file.read(SIZE))
                if any(owner):
                    print("taken by", os.fsdecode(owner.partition(b"\0")[0]))
                    return 3
                file.seek(-SIZE, os.SEEK_CUR)
                file.write(struct.pack(f"{SIZE}s", name))
                print("reserved")
                return 0
            finally:
                lock(file, fcntl.F_UNLCK, row)
    except OSError as error:
        sys.stderr.write(f"seat: {error}\n")
        return 1


sys.exit(main())
