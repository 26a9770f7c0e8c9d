"""Accepted: a Process of multiprocessing; one class for both sides, which waits with sigtimedwait and a long time-out."""

import argparse
import multiprocessing
import os
import signal


class Player:
    def __init__(self, word, rounds):
        self.word, self.rounds = word, rounds

    def wait(self):
        if signal.sigtimedwait({signal.SIGUSR1}, 86400) is None:
            raise TimeoutError("no answer for a whole day")

    def strike(self, number, other):
        os.write(1, b"%s %d\n" % (self.word, number))
        os.kill(other, signal.SIGUSR1)


class Child(multiprocessing.get_context("fork").Process):
    def __init__(self, rounds):
        super().__init__()
        self.player = Player(b"pong", rounds)

    def run(self):
        for number in range(self.player.rounds):
            self.player.wait()
            self.player.strike(number + 1, os.getppid())


def count(text):
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("ROUNDS is a number of 0 or more")
    return int(text)


def main():
    parser = argparse.ArgumentParser(prog="volley")
    parser.add_argument("rounds", type=count, metavar="ROUNDS")
    rounds = parser.parse_args().rounds

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    child = Child(rounds)
    child.start()
    player = Player(b"ping", rounds)
    for number in range(rounds):
        player.strike(number + 1, child.pid)
        player.wait()
    child.join()
    raise SystemExit(child.exitcode)


if __name__ == "__main__":
    main()
