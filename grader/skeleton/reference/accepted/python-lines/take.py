"""take FIFO, line by line."""

import sys


def main():
    if len(sys.argv) != 2:
        print("usage: take FIFO", file=sys.stderr)
        return 2
    with open(sys.argv[1]) as fifo:
        for line in fifo:
            print(line, end="", flush=True)
    return 0


sys.exit(main())
