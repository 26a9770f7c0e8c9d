# Accepted: set_wakeup_fd. The interpreter's own handler writes the number of each signal into a pipe, in the order in
# which they are delivered; the program sleeps in read.
import fcntl
import os
import signal
import sys


def lives(pid):
    if pid == os.getpid():
        return False
    try:
        with open(f"/proc/{pid}/status") as status:
            state = next(row for row in status if row.startswith("State:")).split()[1]
    except (OSError, StopIteration):
        return False
    return state not in "ZX"


def locked(path, flags):
    """Open the file that bears the name, locked."""
    while True:
        fd = os.open(path, flags | os.O_RDWR, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(fd), os.stat(path)):
                return fd
        except FileNotFoundError:
            pass
        os.close(fd)


def claim(path):
    fd = locked(path, os.O_CREAT)
    try:
        text = os.read(fd, 100).decode("ascii", "replace").rstrip("\n")
        if text.isdecimal() and len(text) < 12 and int(text) > 0 and lives(int(text)):
            return False
        os.truncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        return True
    finally:
        os.close(fd)


def release(path):
    fd = locked(path, 0)
    os.unlink(path)
    os.close(fd)


def numbers(pipe):
    """The signals as they come; after SIGTERM or SIGINT only those that have come already."""
    while True:
        try:
            chunk = os.read(pipe, 4096)
        except BlockingIOError:
            return
        for number in chunk:
            if number in (signal.SIGTERM, signal.SIGINT):
                os.set_blocking(pipe, False)
            else:
                yield number


def main():
    if len(sys.argv) != 2:
        sys.stderr.write("usage: daemon NAME\n")
        return 2
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGCONT, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    path = f"{sys.argv[1]}.pid"
    try:
        if not claim(path):
            sys.stderr.write(f"{path} belongs to a live process\n")
            return 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1

    os.write(1, b"ready\n")
    reloads = 0
    for number in numbers(reader):
        if number == signal.SIGHUP:
            reloads += 1
            os.write(1, b"reload\n")
        elif number == signal.SIGUSR1:
            os.write(1, b"status %d\n" % reloads)
        else:
            os.write(1, b"resumed\n")
    os.write(1, b"bye\n")
    release(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
