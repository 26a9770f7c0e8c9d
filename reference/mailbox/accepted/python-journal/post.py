# Accepted: a journal that only grows, in JSON.
import sys

from journal import Journal

if len(sys.argv) == 3 and "\n" not in sys.argv[2]:
    with Journal(sys.argv[1]) as journal:
        journal.append(sys.argv[2])
else:
    print("usage: post FILE TEXT", file=sys.stderr)
    sys.exit(2)
