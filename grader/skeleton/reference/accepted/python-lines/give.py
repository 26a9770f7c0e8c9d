"""give FIFO TEXT, with a text file: its buffer goes out with one write when it is closed."""

import sys


def main():
    if len(sys.argv) != 3:
        print("usage: give FIFO TEXT", file=sys.stderr)
        return 2
    with open(sys.argv[1], "w") as fifo:
        print(sys.argv[2], file=fifo)
    return 0


sys.exit(main())
