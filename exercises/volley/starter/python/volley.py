"""volley ROUNDS - a parent and its child print ping and pong strictly in turn, by SIGUSR1."""

import os
import sys

# import signal  # signal.pthread_sigmask, signal.sigwait; os.kill sends


def strike(word, number):
    """Print one line, now and not when the process ends."""
    print(word, number, flush=True)


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: volley ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    # Step 1: what becomes of a process that is sent SIGUSR1 and has said nothing about it? What must be done so that
    #         neither side is hit before it is ready, and where: before or after the fork?

    child = os.fork()
    if child == 0:
        # Step 2: the child. In each round: wait until the parent has had its turn, print, let it go on. Whose
        #         process id does it need for that?
        strike("pong", 1)
        os._exit(0)  # a child ends here; the rest of the program is the parent's

    # Step 3: the parent. In each round: print, let the child go on, wait for its answer.

    # Step 4: has the child ended when its last signal has come?

    print(f"volley: not written yet ({rounds} rounds)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
