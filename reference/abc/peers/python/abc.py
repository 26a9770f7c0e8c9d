"""abc ROUNDS - three processes print A, B, C strictly in turn, by semaphores.

Each process has a semaphore of its own, which says how often it may print. It takes one unit, prints, and gives a
unit to the next:

     turn A = 1         turn B = 0         turn C = 0
    A: acquire A ----> B: acquire B ----> C: acquire C
       print              print              print
       release B          release C          release A ----> and A again

There is exactly one unit in the circle, as a staff in a relay race: who holds it prints. A semaphore remembers: it
does not matter whether release or acquire comes first, so nothing can be lost, and no process ever has to ask whether
it is its turn.
"""

import os
import sys

import posix_ipc

LETTERS = "ABC"


def make_semaphores():
    """Make one semaphore for each letter; the first has the one unit there is.

    They need a name to be made, and lose it at once: the object lives on until the last process that has it open is
    gone. So nothing can be left behind, not even by a process that is killed.
    """
    turns = []
    for letter in LETTERS:
        name = f"/abc-{os.getpid()}-{letter}"  # our own: others may run abc at the same time
        turns.append(posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=int(letter == "A")))
        posix_ipc.unlink_semaphore(name)
    return turns


def print_in_turn(mine, following, letter, rounds):
    """What each of the three processes does."""
    line = f"{letter}\n".encode()
    for _ in range(rounds):
        mine.acquire()
        # First print, then pass on. With print() it would take flush=True: what is in a buffer when the next
        # process is let go is not printed yet.
        os.write(1, line)
        following.release()


def start(turns, number, rounds):
    """Start one of the processes and return its id."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            print_in_turn(turns[number], turns[(number + 1) % len(turns)], LETTERS[number], rounds)
            status = 0
        finally:
            os._exit(status)  # at once: the rest of this program is the parent's
    return pid


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: abc ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    turns = make_semaphores()
    children = [start(turns, number, rounds) for number in range(len(LETTERS))]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    return 1 if any(statuses) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
