# Wrong: post gives the lock back between reading and writing, and takes it again.
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
    fd = os.open(path + ".tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "wb") as box:
        box.writelines(lines)
        box.flush()
        os.fsync(fd)
    os.rename(path + ".tmp", path)


if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    sys.exit(print("usage: post FILE TEXT", file=sys.stderr) or 2)
path, text = sys.argv[1:]
lock = lock_box(path)
lines = read_box(path)
os.close(lock)
lines.append(os.fsencode(text) + b"\n")
lock = lock_box(path)
write_box(path, lines)
os.close(lock)
