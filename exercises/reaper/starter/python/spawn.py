"""spawn COUNT - starts children and reports each as it ends."""

import sys

# import os      # os.fork, os._exit, os.wait, os.waitpid
# import signal  # signal.pthread_sigmask, signal.sigwait


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: spawn COUNT", file=sys.stderr)
        return 2
    count = int(arguments[0])

    # Step 1: start COUNT children. Child I does nothing but end with I % 7; which call ends it, so that it does not
    #         start children itself? How will you know later which number a process id has?

    # Step 2: as they end, print `child I status S`, at once. How do you learn that somebody has ended, and how many
    #         have ended by then? If you use SIGCHLD: what if a child ends before you are ready for the signal?

    # Step 3: what does wait give you, and where in it is the exit status?

    # Step 4: when all are reaped, print `reaped COUNT`.

    print(f"spawn: not written yet ({count} children)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
