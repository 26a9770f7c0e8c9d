"""abc ROUNDS, with processes and semaphores of the multiprocessing module."""

import multiprocessing
import re
import sys


class Printer(multiprocessing.get_context("fork").Process):
    """A process that prints one letter whenever it is its turn."""

    def __init__(self, letter, turn, rounds):
        super().__init__(name=letter)
        self.turn = turn
        self.rounds = rounds
        self.next_turn = None

    def run(self):
        for _ in range(self.rounds):
            self.turn.acquire()
            print(self.name, flush=True)
            self.next_turn.release()


def main(rounds):
    context = multiprocessing.get_context("fork")
    printers = [Printer(letter, context.Semaphore(letter == "A"), rounds) for letter in "ABC"]
    for printer, following in zip(printers, [*printers[1:], printers[0]]):
        printer.next_turn = following.turn
    for printer in printers:
        printer.start()
    for printer in printers:
        printer.join()
    return int(any(printer.exitcode for printer in printers))


if __name__ == "__main__":
    if len(sys.argv) == 2 and re.fullmatch("[0-9]+", sys.argv[1]):
        sys.exit(main(int(sys.argv[1])))
    print("usage: abc ROUNDS", file=sys.stderr)
    sys.exit(2)
