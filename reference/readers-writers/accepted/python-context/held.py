"""Accepted: a context manager for the lock, shared by both programs; unbuffered reads and writes."""

import contextlib
import fcntl
import os


@contextlib.contextmanager
def held(path, kind):
    """Yield a descriptor of the file while the lock is held."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, kind)
        yield fd
    finally:
        os.close(fd)


def until_told():
    """Wait for a line, or the end of stdin."""
    while os.read(0, 1) not in (b"\n", b""):
        pass
