"""A child does the work, its parent waits for SIGTERM; removing the queue tells the child."""

import os
import signal
import struct
import sys

from sysv_ipc import IPC_CREAT, Error, MessageQueue

REQUEST = struct.Struct("l200s")


def work(queue):
    while True:
        message, _ = queue.receive(type=1)
        customer, text = REQUEST.unpack(message)
        queue.send(text.upper(), type=customer)


def main(key):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    queue = MessageQueue(key, IPC_CREAT, 0o600)
    child = os.fork()
    if child == 0:
        try:
            work(queue)
        except Error:
            os._exit(0)
        finally:
            os._exit(1)
    signal.sigwait([signal.SIGTERM])
    queue.remove()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    try:
        (argument,) = sys.argv[1:]
        key = int(argument)
    except ValueError:
        print("usage: clerk KEY", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(key))
