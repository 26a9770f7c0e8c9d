# Accepted: a file object without a buffer; the children leave by an exception that nobody catches but the one place.
import os
import shutil
import sys


class ChildEnds(BaseException):
    """All is written: out of everything."""


def create(path):
    return open(path, "wb+", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))


def scribe(path, children, lines):
    with create(path) as file:
        for child in range(children):
            if not os.fork():
                for line in range(lines):
                    file.write(b"child %d line %d\n" % (child + 1, line + 1))
                raise ChildEnds
        statuses = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(children)]
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer, 777)
        sys.stdout.flush()
        return int(any(statuses))


def main():
    try:
        _, path, *counts = sys.argv
        children, lines = (int(word) for word in counts if set(word) <= set("0123456789"))
        if len(counts) != 2:
            raise ValueError
    except ValueError:
        print("usage: scribe FILE CHILDREN LINES", file=sys.stderr)
        return 2
    try:
        return scribe(path, children, lines)
    except OSError as error:
        print("scribe:", error, file=sys.stderr)
        return 1


try:
    code = main()
except ChildEnds:
    os._exit(0)
sys.exit(code)
