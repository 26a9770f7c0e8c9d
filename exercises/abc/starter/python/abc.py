"""abc ROUNDS - three processes print A, B, C strictly in turn.

So far one child prints its letter, and nobody else does anything. What is missing is marked TODO.
"""

import os
import sys

# import posix_ipc       # POSIX semaphores: posix_ipc.Semaphore(name, flags, mode=..., initial_value=...)
# import sysv_ipc        # System V semaphores
# import multiprocessing # processes and semaphores of the standard library


def print_in_turn(letter, rounds):
    """What each child does. TODO: wait for your turn before printing, and pass it on after."""
    for _ in range(rounds):
        print(letter, flush=True)  # printed now, not when the process ends


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: abc ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    # TODO: make three semaphores that all processes share. Which value has each at the start?

    # TODO: start three children, not one.
    child = os.fork()
    if child == 0:
        print_in_turn("A", rounds)
        os._exit(0)  # a child ends here; the rest of the program is the parent's

    # TODO: wait for all of them, and remove what would stay behind.
    os.waitpid(child, 0)

    print("abc: not finished yet", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
