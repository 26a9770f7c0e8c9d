# Wrong: the server looks for a signal every second.
import os
import selectors
import signal
import sys


class Server:
    def __init__(self, path: str) -> None:
        self.path = path
        self.next = 0
        self.rest = b""

    def receive(self, fd: int) -> None:
        *lines, self.rest = (self.rest + os.read(fd, 4096)).split(b"\n")
        for line in lines:
            words = line.split(b" ")
            if len(words) != 2 or not all(word.isdigit() for word in words):
                print("server: bad request", line, file=sys.stderr, flush=True)
                continue
            pid, count = map(int, words)
            number, self.next = self.next, self.next + count
            try:
                # Who does not read yet has gone: our clients open first, then they ask.
                with open(os.open(f"{self.path}.{pid}", os.O_WRONLY | os.O_NONBLOCK), "w") as client:
                    print(number, file=client)
            except OSError as error:
                print("server:", error, file=sys.stderr, flush=True)


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: server FIFO", file=sys.stderr)
        return 2
    server = Server(sys.argv[1])
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        os.mkfifo(server.path, 0o600)
    except OSError as error:
        print("server:", error, file=sys.stderr)
        return 1
    fifo = os.open(server.path, os.O_RDWR)
    selector = selectors.DefaultSelector()
    selector.register(fifo, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select(1):
            if key.fd == woken:
                os.unlink(server.path)
                return 0
            server.receive(fifo)


sys.exit(main())
