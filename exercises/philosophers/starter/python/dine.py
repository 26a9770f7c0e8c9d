"""dine N MEALS - N philosophers eat MEALS times each, with two forks.

So far one philosopher eats, and he has no forks. What is missing is marked with "Step".
"""

import os
import sys

# import posix_ipc       # POSIX semaphores: posix_ipc.Semaphore(name, flags, mode=..., initial_value=...)
# import sysv_ipc        # System V semaphores
# import multiprocessing # processes and semaphores of the standard library


def philosopher(me, meals):
    """The life of a philosopher."""
    for meal in range(1, meals + 1):
        # Step 3: take both forks. In which order, so that there is never a circle of waiting?

        print(f"{me} eats {meal}", flush=True)  # printed now, not when the process ends

        # Step 4: put them down.


def main(arguments):
    if len(arguments) != 2 or not all(text.isascii() and text.isdigit() for text in arguments):
        print("usage: dine N MEALS", file=sys.stderr)
        return 2
    seats, meals = map(int, arguments)

    # Step 2: lay the table, with a semaphore for each fork, where all processes see the same ones. Which value has
    #         each at the start? What if nobody comes?

    # Step 1: start all philosophers, not one.
    guest = os.fork()
    if guest == 0:
        philosopher(0, meals)
        os._exit(0)  # a child ends here; the rest of the program is the parent's

    # Step 5: wait for all of them, and remove what would stay behind.
    os.waitpid(guest, 0)

    print(f"dine: not finished yet ({seats} philosophers)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
