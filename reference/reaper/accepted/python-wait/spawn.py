"""Accepted: no signal at all; os.wait sleeps until somebody ends, and says so when nobody is left."""

import os
import re
import sys


def children():
    """Yield whoever ends, until nobody is left."""
    while True:
        try:
            yield os.wait()
        except ChildProcessError:
            return


if len(sys.argv) != 2 or not re.fullmatch("[0-9]+", sys.argv[1]):
    sys.exit(os.write(2, b"usage: spawn COUNT\n") and 2)

count = int(sys.argv[1])
pids = []
while len(pids) < count:
    pid = os.fork()
    if not pid:
        os._exit((len(pids) + 1) % 7)
    pids.append(pid)

for pid, status in children():
    os.write(1, b"child %d status %d\n" % (pids.index(pid) + 1, os.WEXITSTATUS(status)))
os.write(1, b"reaped %d\n" % count)
