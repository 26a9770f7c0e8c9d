"""pingpong ROUNDS - a parent and its child pass a number to and fro over two pipes."""

import os
import sys

# import struct  # struct.pack("=i", number) makes 4 bytes, struct.unpack takes them apart


def say(name, number):
    """Print one line, now and not when the process ends."""
    print(name, number, flush=True)


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: pingpong ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    # Step 1: make the pipes, before the fork. How many, and who uses which end?

    child = os.fork()
    if child == 0:
        # Step 2: the child. Which ends does it not need? Then, until end of file: read a number, print one more, send
        #         it back.
        say("child", 2)
        os._exit(0)  # a child ends here; the rest of the program is the parent's

    # Step 3: the parent. Which ends does it not need? Then, in each round: print, send, wait for the answer.

    # Step 4: how does the child learn that there are no more rounds? And has it ended by then?

    print(f"pingpong: not written yet ({rounds} rounds)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
