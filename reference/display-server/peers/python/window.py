"""window SOCKET NAME - sends each typed line to the display, and prints what comes from it.

Two sources, either of which may be silent for as long as it likes: a selector waits for both.
"""

import os
import selectors
import socket
import sys

CHUNK = 4096


class Lines:
    """Cuts what comes into lines."""

    def __init__(self):
        self.rest = b""

    def take(self, data):
        """Return the lines that are whole now."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        return lines


def talk(display):
    """Copy lines both ways until one side ends."""
    stdin = sys.stdin.fileno()
    typed, received = Lines(), Lines()
    with selectors.DefaultSelector() as selector:
        selector.register(stdin, selectors.EVENT_READ)
        selector.register(display, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                data = os.read(key.fd, CHUNK)
                if not data:
                    return
                if key.fd == stdin:
                    for line in typed.take(data):
                        display.sendall(b"draw " + line + b"\n")  # all of it: send may take less
                else:
                    for line in received.take(data):
                        print(os.fsdecode(line), flush=True)


def main(arguments):
    if len(arguments) != 2:
        print("usage: window SOCKET NAME", file=sys.stderr)
        return 2
    path, name = arguments
    try:
        with socket.socket(socket.AF_UNIX) as display:
            display.connect(path)
            display.sendall(b"name " + os.fsencode(name) + b"\n")
            talk(display)
    except OSError as error:
        print(f"window: {path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
