"""spawn COUNT - starts children and reports each as it ends.

A process that has ended is not gone: the kernel keeps its exit status, and its process id, until its parent has asked
for them. Until then it is a zombie. The kernel sends the parent SIGCHLD when a child ends, but a signal that is
pending already is not made pending a second time: SIGCHLD says "at least one has ended since you last looked", and
never how many. So each SIGCHLD is answered by asking until nobody is left who has ended.

A program that has nothing else to wait for, as this one, could sleep in os.wait() as well and needs no SIGCHLD. But
most that start processes do have something else: a shell its terminal, a server its clients.
"""

import os
import signal
import sys

STATUSES = 7
ENDED = {signal.SIGCHLD}


def start(count):
    """Start the children. Return the number of each, by its process id."""
    numbers = {}
    for number in range(1, count + 1):
        child = os.fork()
        if child == 0:
            os._exit(number % STATUSES)  # at once: the rest of this program is the parent's
        numbers[child] = number
    return numbers


def ended():
    """Yield the process id and the status of all that have ended by now."""
    while True:
        try:
            child, wait_status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return  # nobody is left at all
        if child == 0:
            return  # the others still live
        # The number that wait gives has the exit status in some of its bits only.
        yield child, os.waitstatus_to_exitcode(wait_status)


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: spawn COUNT", file=sys.stderr)
        return 2
    count = int(arguments[0])

    # Before the first child exists: however early somebody ends, the signal stays pending until it is waited for.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDED)
    # Nobody is reaped before all are started. So each process id is in the table when it is looked up, and none can
    # belong to two children: the id of a zombie is not given away.
    numbers = start(count)
    while numbers:
        signal.sigwait(ENDED)
        for child, status in ended():
            print("child", numbers.pop(child), "status", status, flush=True)
    print("reaped", count, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
