import os
import selectors
import signal
import socket
import sys
from pathlib import Path


class Logd:
    def __init__(self, name: str, log: str) -> None:
        self.name = name
        self.log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        os.chmod(name, 0o600)
        self.socket.setblocking(False)
        self.count = 0

    def drain(self) -> None:
        while True:
            try:
                text = self.socket.recv(300_000)
            except BlockingIOError:
                return
            self.count += 1
            os.write(self.log, f"{self.count} ".encode() + b"\\n".join(text.split(b"\n")) + b"\n")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: logd SOCKET FILE", file=sys.stderr)
        return 2
    reading, writing = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        logd = Logd(*arguments)
    except OSError as error:
        print(f"logd: {error}", file=sys.stderr)
        return 1
    selector = selectors.DefaultSelector()
    selector.register(logd.socket, selectors.EVENT_READ)
    selector.register(reading, selectors.EVENT_READ)
    ended = False
    while not ended:
        ended = any(key.fd == reading for key, _ in selector.select())
        logd.drain()
    Path(logd.name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
