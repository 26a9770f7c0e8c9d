# Wrong: the handler may have run between the look at the flag and pause.
import os
import signal
import sys


answered = False


def handler(number, frame):
    global answered
    answered = True


def take():
    global answered
    while not answered:
        signal.pause()
    answered = False


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
    signal.signal(signal.SIGUSR1, handler)
    parent = os.getpid()
    child = os.fork()
    if not child:
        play("pong", rounds, False, parent)
        os._exit(0)
    play("ping", rounds, True, child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main())
