# Accepted: the queue never blocks; waiting is done in poll, which on Linux takes a queue's descriptor.
import itertools
import os
import select
import sys

import posix_ipc


def jobs(queue, wait):
    """Yield jobs: for ever, or until there is none."""
    queue.block = False
    arrived = select.epoll()
    arrived.register(queue.mqd, select.EPOLLIN)
    while True:
        try:
            yield queue.receive()
        except posix_ipc.BusyError:
            if not wait:
                return
            arrived.poll()


def main():
    match sys.argv[1:]:
        case ["--drain", name]:
            count = None
        case [name, digits] if digits and set(digits) <= set("0123456789"):
            count = int(digits)
        case _:
            print("usage: worker QUEUE COUNT | --drain QUEUE", file=sys.stderr)
            return 2
    queue = posix_ipc.MessageQueue(name, posix_ipc.O_CREAT, mode=0o600, max_messages=10, max_message_size=256)
    if count is None:
        queue.unlink()
    for text, priority in itertools.islice(jobs(queue, wait=count is not None), count):
        os.write(1, str(priority).encode() + b" " + text.rstrip(b"\0") + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
