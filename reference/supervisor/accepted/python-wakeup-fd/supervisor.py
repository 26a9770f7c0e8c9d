"""Accepted: signals become bytes in a socket (signal.set_wakeup_fd); the workers are started by os.posix_spawnp."""

import os
import select
import signal
import socket
import sys


class Bell:
    """Rings when a signal has come, before or after somebody listens."""

    def __init__(self, *numbers):
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, lambda number, frame: None)

    def wait(self):
        select.select([self.reader], [], [])
        return set(self.reader.recv(4096))


def status_of(wait_status):
    if os.WIFSIGNALED(wait_status):
        return 128 + os.WTERMSIG(wait_status)
    return os.WEXITSTATUS(wait_status)


def supervise(command, count, limit, living):
    def start():
        pid = os.posix_spawnp(command[0], command, os.environ)
        living.append(pid)
        return pid

    bell = Bell(signal.SIGCHLD, signal.SIGTERM)
    for _ in range(count):
        print(f"start {start()}", flush=True)
    while living:
        if signal.SIGTERM in bell.wait():
            return 0
        for pid in living[:]:
            ended, wait_status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            living.remove(pid)
            if wait_status == 0:
                continue
            if limit == 0:
                return 1
            limit -= 1
            print(f"restart {start()} after {status_of(wait_status)}", flush=True)
    return 0


def main():
    words = sys.argv[1:]
    if len(words) < 3 or not all(word.isascii() and word.isdigit() for word in words[:2]):
        print("usage: supervisor WORKERS LIMIT CMD [ARG...]", file=sys.stderr)
        return 2
    living = []
    try:
        return supervise(words[2:], int(words[0]), int(words[1]), living)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for pid in living:
            os.kill(pid, signal.SIGTERM)
        for pid in living:
            os.waitpid(pid, 0)


sys.exit(main())
