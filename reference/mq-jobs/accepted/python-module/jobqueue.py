"""A queue of jobs as a class, for submit and worker."""

import re
import sys

import posix_ipc


class Full(Exception):
    pass


class JobQueue:
    def __init__(self, name):
        try:
            self._queue = posix_ipc.MessageQueue(name, posix_ipc.O_CREX, max_messages=10, max_message_size=256)
        except posix_ipc.ExistentialError:
            self._queue = posix_ipc.MessageQueue(
                name, posix_ipc.O_CREAT, max_messages=10, max_message_size=256
            )

    def put(self, priority, text, *, timeout=None):
        try:
            self._queue.send(text.encode(errors="surrogateescape"), timeout=timeout, priority=priority)
        except posix_ipc.BusyError:
            raise Full from None

    def take(self, *, timeout=None):
        text, priority = self._queue.receive(timeout)
        return priority, text.split(b"\0", 1)[0].decode(errors="surrogateescape")

    def __iter__(self):
        """All that is there."""
        while True:
            try:
                yield self.take(timeout=0)
            except posix_ipc.BusyError:
                return

    def unlink(self):
        self._queue.unlink()


def number(text):
    if not re.fullmatch(r"[0-9]+", text):
        usage(f"{text!r} is not a decimal number")
    return int(text)


def usage(why):
    sys.stderr.write(f"{sys.argv[0]}: wrong usage: {why}\n")
    sys.exit(2)
