"""Accepted: the records are slices of a mapping; the lock is taken through a small class."""

import argparse
import fcntl
import mmap
import os
import sys

RECORD, ROWS = 16, 100


class Hall:
    """The rows of a file, as bytes."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.truncate(self.fd, RECORD * ROWS)
        self.map = mmap.mmap(self.fd, RECORD * ROWS)  # has a descriptor of its own, which stays open as well

    def hold(self, row):
        """Sleep until the row is ours; the end of the process gives it back."""
        fcntl.lockf(self.fd, fcntl.LOCK_EX, RECORD, RECORD * row, os.SEEK_SET)

    def __getitem__(self, row):
        return self.map[RECORD * row : RECORD * (row + 1)].rstrip(b"\0")

    def __setitem__(self, row, name):
        self.map[RECORD * row : RECORD * (row + 1)] = name.ljust(RECORD, b"\0")


def row_number(text):
    if not text.isascii() or not text.isdigit() or int(text) >= ROWS:
        raise argparse.ArgumentTypeError("a row is 0 to 99")
    return int(text)


def some_name(text):
    if not text:
        raise argparse.ArgumentTypeError("a name has at least one byte")
    return os.fsencode(text)


parser = argparse.ArgumentParser(prog="seat")
parser.add_argument("file")
parser.add_argument("row", type=row_number)
parser.add_argument("name", type=some_name)
args = parser.parse_args()
if len(args.name) > RECORD:
    sys.exit("seat: the name has more than 16 bytes")
try:
    hall = Hall(args.file)
    hall.hold(args.row)
except OSError as error:
    sys.exit(f"seat: {error}")
os.write(1, b"holding %d\n" % args.row)
sys.stdin.readline()
if hall[args.row]:
    os.write(1, b"taken by %s\n" % hall[args.row])
    sys.exit(3)
hall[args.row] = args.name
os.write(1, b"reserved\n")
