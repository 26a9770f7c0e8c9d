"""take FIFO - print what comes through a FIFO. Something is missing: read the handout."""

import sys

if len(sys.argv) != 2:
    print("usage: take FIFO", file=sys.stderr)
    sys.exit(2)
print(f"I would like to read from {sys.argv[1]}")
