"""Accepted: the child is a program of its own, started with SIGUSR1 blocked; sigwaitinfo tells who has sent it."""

import os
import signal
import subprocess
import sys


def turns(other):
    while True:
        if signal.sigwaitinfo([signal.SIGUSR1]).si_pid == other:
            yield


def child(parent, rounds):
    for number, _ in zip(range(1, rounds + 1), turns(parent)):
        sys.stdout.write(f"pong {number}\n")
        sys.stdout.flush()
        os.kill(parent, signal.SIGUSR1)


def main(rounds):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    command = [sys.executable, __file__, "the child of", str(os.getpid()), str(rounds)]
    with subprocess.Popen(command) as process:
        answers = turns(process.pid)
        for number in range(rounds):
            sys.stdout.write(f"ping {number + 1}\n")
            sys.stdout.flush()
            process.send_signal(signal.SIGUSR1)
            next(answers)
    return process.returncode


match sys.argv[1:]:
    case [text] if text.isdecimal() and text.isascii():
        sys.exit(main(int(text)))
    case ["the child of", parent, rounds]:
        child(int(parent), int(rounds))
    case _:
        sys.stderr.write("usage: volley ROUNDS\n")
        sys.exit(2)
