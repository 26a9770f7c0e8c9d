"""Accepted: signal.set_wakeup_fd makes each SIGCHLD a byte in a socket; whatever the number of bytes, all that have
ended are asked for."""

import os
import select
import signal
import socket
import sys


class Nursery:
    def __init__(self):
        self.children = {}
        self.bell, self.clapper = socket.socketpair()
        self.bell.setblocking(False)
        self.clapper.setblocking(False)
        signal.set_wakeup_fd(self.clapper.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def start(self, number):
        pid = os.fork()
        if pid == 0:
            os._exit(number % 7)
        self.children[pid] = number

    def wait(self):
        select.select([self.bell], [], [])
        self.bell.recv(4096)

    def reap(self):
        for pid in list(self.children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                yield self.children.pop(pid), os.waitstatus_to_exitcode(status)


def main(text):
    nursery = Nursery()
    for number in range(1, int(text) + 1):
        nursery.start(number)
    while nursery.children:
        nursery.wait()
        for number, status in nursery.reap():
            print(f"child {number} status {status}", flush=True)
    print(f"reaped {text.lstrip('0') or 0}", flush=True)


if len(sys.argv) != 2 or set(sys.argv[1]) - set("0123456789") or not sys.argv[1]:
    print("usage: spawn COUNT", file=sys.stderr)
    sys.exit(2)
main(sys.argv[1])
