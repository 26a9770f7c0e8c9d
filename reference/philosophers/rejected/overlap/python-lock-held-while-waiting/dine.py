# Wrong: both forks are taken under a lock for all, which is held while waiting for a fork.
import os
import sys
from contextlib import ExitStack

import posix_ipc


def parse_count(text: str) -> int:
    """A count in decimal. ``int`` alone would also take " 7", "+7" and "1_000"."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a count: {text!r}")
    return int(text)


def lay_table(seats: int) -> list[posix_ipc.Semaphore]:
    """Make the forks.

    They need a name to be made, and lose it at once: the object lives on until the last process that has it open is
    gone. So nothing can be left behind, not even by a process that is killed.
    """
    forks = []
    for number in range(seats + 1):  # the last one is for the table
        name = f"/dine-{os.getpid()}-{number}"  # our own: others may dine at the same time
        forks.append(posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=1))
        posix_ipc.unlink_semaphore(name)
    return forks


def philosopher(me: int, forks: list[posix_ipc.Semaphore], meals: int) -> None:
    """What each process does."""
    # A set: who dines alone has one fork only, left and right of him.
    *forks, table = forks
    mine = {me, (me + 1) % len(forks)}
    for meal in range(1, meals + 1):
        with ExitStack() as hands:
            table.acquire()
            for number in mine:
                hands.enter_context(forks[number])  # acquires now, and releases when the block is left
            table.release()
            # This is the meal, and so it must have ended when the forks are put down: what is only in a buffer is
            # not printed yet. os.write has no buffer; print() would take flush=True.
            os.write(1, f"{me} eats {meal}\n".encode())


def start(me: int, forks: list[posix_ipc.Semaphore], meals: int) -> int:
    """Start one philosopher and return the id of his process."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            philosopher(me, forks, meals)
            status = 0
        finally:
            os._exit(status)  # at once: the rest of this program is the parent's
    return pid


def main(arguments: list[str]) -> int:
    try:
        seats, meals = map(parse_count, arguments)
    except ValueError:  # no count, or not two of them
        print("usage: dine N MEALS", file=sys.stderr)
        return 2

    children = []
    well = True
    try:
        forks = lay_table(seats)
        for me in range(seats):
            children.append(start(me, forks, meals))
    except (posix_ipc.Error, OSError) as error:
        print(f"dine: {error}", file=sys.stderr)
        well = False
    # If not all could come, those who did can still eat: nobody waits for a guest, only for a fork.
    for child in children:
        _, status = os.waitpid(child, 0)
        well = well and status == 0
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
