# Wrong: the mailbox is emptied and written anew: killed in between, all messages are gone.
import fcntl
import os
import sys


def lock_box(path):
    fd = os.open(path + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def read_box(path):
    try:
        with open(path, "rb") as box:
            return box.readlines()
    except FileNotFoundError:
        return []


def write_box(path, lines):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "wb") as box:
        box.writelines(lines)
        box.flush()
        os.fsync(fd)


if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    sys.exit(print("usage: post FILE TEXT", file=sys.stderr) or 2)
path, text = sys.argv[1:]
lock = lock_box(path)
lines = read_box(path)
lines.append(os.fsencode(text) + b"\n")
write_box(path, lines)
os.close(lock)
