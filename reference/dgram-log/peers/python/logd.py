"""logd SOCKET FILE - append each message that comes to a Unix datagram socket to FILE, until SIGTERM

A datagram is a message with a beginning and an end: one send, one receive. There is nothing to put together and
nothing to take apart, and no connection that could be at its end: a message of 0 bytes is a message.
"""

import contextlib
import os
import select
import signal
import socket
import sys

BIGGEST = 1 << 18  # what does not fit is cut off; the kernel takes less than this from a sender


class Log:
    """Appends numbered lines to a file."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.number = 0

    def append(self, text: bytes) -> None:
        self.number += 1
        # One write, so that nobody who reads the file sees half a line; and it is there at once.
        os.write(self.file, b"%d %s\n" % (self.number, text.replace(b"\n", b"\\n")))


def serve(messages: socket.socket, woken: socket.socket, log: Log) -> None:
    """Log what comes, until there is something to read at `woken`."""
    waited = select.poll()
    waited.register(messages, select.POLLIN)
    waited.register(woken, select.POLLIN)
    while True:
        ready = [fd for fd, _ in waited.poll()]
        if messages.fileno() in ready:
            log.append(messages.recv(BIGGEST))
        if woken.fileno() in ready:
            return


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: logd SOCKET FILE", file=sys.stderr)
        return 2
    path, file = arguments
    # When a signal comes, Python's own handler in C writes a byte here at once, so poll cannot miss it, whenever it comes.
    # The handler in Python, which would run some time later, has nothing to do.
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        log = Log(file)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
            os.umask(0o177)  # the mode of the socket's file
            messages.bind(path)
            try:
                serve(messages, woken, log)
            finally:
                os.unlink(path)
            # Nobody begins to send any more. What has been sent is kept as long as we have the socket open: take it.
            messages.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    log.append(messages.recv(BIGGEST))
    except OSError as error:
        print(f"logd: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
