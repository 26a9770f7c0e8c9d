"""Accepted: processes and semaphores of the multiprocessing module; a room for N-1 keeps the circle open."""

import multiprocessing
import re
import sys

context = multiprocessing.get_context("fork")


class Philosopher(context.Process):
    """A process that eats whenever it has both forks."""

    def __init__(self, number, left, right, room, meals):
        super().__init__(name=f"philosopher {number}")
        self.number = number
        self.left = left
        self.right = right
        self.room = room
        self.meals = meals

    def run(self):
        for meal in range(1, self.meals + 1):
            with self.room, self.left, self.right:
                print(f"{self.number} eats {meal}", flush=True)


def main(n, meals):
    # Who is alone has a second fork: there is nobody to share the first one with.
    forks = [context.Semaphore(1) for _ in range(max(n, 2))]
    room = context.Semaphore(max(n - 1, 1))
    guests = [Philosopher(i, forks[i], forks[(i + 1) % len(forks)], room, meals) for i in range(n)]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join()
    return int(any(guest.exitcode for guest in guests))


if __name__ == "__main__":
    if len(sys.argv) == 3 and all(re.fullmatch("[0-9]+", text) for text in sys.argv[1:]):
        sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
    print("usage: dine N MEALS", file=sys.stderr)
    sys.exit(2)
