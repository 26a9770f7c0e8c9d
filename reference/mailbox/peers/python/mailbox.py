"""What ``post`` and ``fetch`` share: the lock, reading the mailbox, and replacing it.

A mailbox is a file that must survive that somebody is killed in the middle of changing it. Two ideas do that,
and both are needed:

The lock. Whoever changes the mailbox reads it, and then makes something of what he has read. Nobody else may come
in between, so all of it lies under one exclusive ``flock``. It is the kernel that keeps the lock: if its holder is
killed the lock is free again at once, which a file that says "locked" would not be.

The replacement. The mailbox itself is never written to. What it is to contain is written into a new file beside
it, and ``os.replace`` then puts that in its place. That is one step: whoever opens FILE gets all of the old one or
all of the new one. Killed before it: nothing has happened. Killed after it: all has.

Why is the lock a file of its own? Because a lock belongs to a file and not to a name. After the replacement the
name FILE means another file: who had waited for a lock on the old one would get it, next to somebody who has
locked the new one. FILE.lock is never replaced and never removed, so it is the same for everybody.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager


def _private(path: str, flags: int) -> int:
    """Open as ``open`` does, but make what is not there for nobody else: mode 0600."""
    return os.open(path, flags, 0o600)


@contextmanager
def locked(file: str) -> Iterator[None]:
    """Hold FILE.lock for the length of a ``with`` block, and wait for it if need be."""
    with open(f"{file}.lock", "ab", opener=_private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back, and so does the end of the process, whatever ends it


def read(file: str) -> bytes:
    """Return the whole mailbox, a message a line; one that does not exist is empty. Only under the lock."""
    try:
        with open(file, "rb") as mailbox:
            return mailbox.read()
    except FileNotFoundError:
        return b""


def replace(file: str, content: bytes) -> None:
    """Make the mailbox contain this, in one step. Only under the lock.

    Somebody who was killed may have left his FILE.new. It is worth nothing, and mode "wb" empties it; that cannot
    be a file somebody is writing now, for he would hold the lock.
    """
    with open(f"{file}.new", "wb", opener=_private) as new:
        new.write(content)
        new.flush()
        # Not for those who are killed (what a dead process has written, the others see) but for a machine that
        # fails: its disk must not get the new name before the new content.
        os.fsync(new.fileno())
    os.replace(f"{file}.new", file)
