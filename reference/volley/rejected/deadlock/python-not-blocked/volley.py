# Wrong: SIGUSR1 is not blocked, so it is not sigwait that takes it: it ends the process.
import os
import signal
import sys


def take():
    signal.sigwait([signal.SIGUSR1])


def play(word, rounds, serves, other):
    for i in range(rounds):
        if not serves:
            take()
        sys.stdout.write(f"{word} {i + 1}\n")
        sys.stdout.flush()
        os.kill(other, signal.SIGUSR1)
        if serves:
            take()


def main():
    if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
        sys.stderr.write("usage: volley ROUNDS\n")
        return 2
    rounds = int(sys.argv[1])
    parent = os.getpid()
    child = os.fork()
    if not child:
        play("pong", rounds, False, parent)
        os._exit(0)
    play("ping", rounds, True, child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main())
