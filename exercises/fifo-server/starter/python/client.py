"""usage: client FIFO COUNT

Asks the server at FIFO for COUNT numbers, and prints the first of them.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not (arguments[1].isascii() and arguments[1].isdigit()):
        print("usage: client FIFO COUNT", file=sys.stderr)
        return 2
    fifo, count = arguments[0], int(arguments[1])

    # Step 1: make a FIFO of your own, FIFO.PID, with mode 0600. When is the right moment to open it?

    # Step 2: send `PID COUNT` and a newline, in one write. Does the file you use write at once?

    # Step 3: wait for the answer, and print it. What does read say while the server has not opened your FIFO yet?

    # Step 4: remove your FIFO, whatever has happened.

    print(f"client: not written yet ({fifo}, {count})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
