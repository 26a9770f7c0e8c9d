"""Accepted: processes by multiprocessing; os.writev for a line, and the kernel copies the file to stdout."""

import argparse
import multiprocessing
import os
import re
import sys


def count(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text)


def write(fd, child, lines):
    for line in range(1, lines + 1):
        os.writev(fd, [b"child ", str(child).encode(), b" line ", str(line).encode(), b"\n"])


def main():
    parser = argparse.ArgumentParser(prog="scribe")
    parser.add_argument("file")
    parser.add_argument("children", type=count)
    parser.add_argument("lines", type=count)
    args = parser.parse_args()  # wrong usage: exits 2

    try:
        fd = os.open(args.file, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        sys.exit(f"scribe: {error}")
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=write, args=(fd, i + 1, args.lines)) for i in range(args.children)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        sys.exit("scribe: a child failed")
    os.lseek(fd, 0, os.SEEK_SET)
    while os.sendfile(1, fd, None, 1 << 16):
        pass


if __name__ == "__main__":
    main()
