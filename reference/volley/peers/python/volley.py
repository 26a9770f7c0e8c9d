"""volley ROUNDS - a parent and its child print "ping 1", "pong 1", "ping 2", ... strictly in turn, by SIGUSR1 alone.

The whole difficulty of signals is *when* they come: at any moment, also before the receiver has got as far as to wait.
Whoever waits with signal.pause() for a signal that has already been handled waits for ever.

The way out is to keep the signal blocked. A blocked signal that comes is not lost and not handled: it stays pending in
the kernel, as a letter in a letter box. signal.sigwait() takes it out, or sleeps until there is one. Whether the signal
or the sigwait comes first makes no difference any more, so there is no wrong moment.
"""

import os
import signal
import sys

TURN = {signal.SIGUSR1}


def strike(word, number, other):
    """Print a line, and only then let the other side go on: what is still in a buffer is not printed."""
    print(word, number, flush=True)
    os.kill(other, signal.SIGUSR1)


def answer(rounds, parent):
    """What the child does."""
    for number in range(1, rounds + 1):
        signal.sigwait(TURN)
        strike("pong", number, parent)


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: volley ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    # Before the fork, because the child inherits the mask: there is no instant in which the child lives and SIGUSR1
    # would end it, which is what SIGUSR1 does to a process that has said nothing else.
    signal.pthread_sigmask(signal.SIG_BLOCK, TURN)
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            answer(rounds, parent)
            status = 0
        finally:
            os._exit(status)  # at once: the rest of this program is the parent's

    for number in range(1, rounds + 1):
        strike("ping", number, child)
        signal.sigwait(TURN)
    # The last signal says that the last line is printed, not that the child has ended.
    return 1 if os.waitpid(child, 0)[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
