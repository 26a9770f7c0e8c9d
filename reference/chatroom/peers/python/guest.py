"""guest PORT NAME - says what is typed to the room at PORT, and prints what the others say.

A connection has two halves. At end of input only the sending half is closed (shutdown): the room reads end of file, and
what it has to say still comes. The conversation is over when the room closes its half.
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


def talk(room):
    """Copy lines both ways until the room closes."""
    stdin = sys.stdin.fileno()
    typed, heard = Lines(), Lines()
    with selectors.DefaultSelector() as selector:
        selector.register(stdin, selectors.EVENT_READ)
        selector.register(room, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                data = os.read(key.fd, CHUNK)
                if key.fd == stdin:
                    for line in typed.take(data):
                        room.sendall(line + b"\n")  # all of it: send may take less
                    if not data:
                        selector.unregister(stdin)
                        room.shutdown(socket.SHUT_WR)
                else:
                    for line in heard.take(data):
                        print(os.fsdecode(line), flush=True)
                    if not data:
                        return


def main(arguments):
    if len(arguments) != 2 or not (arguments[0].isascii() and arguments[0].isdigit()) or int(arguments[0]) > 65535:
        print("usage: guest PORT NAME", file=sys.stderr)
        return 2
    port, name = arguments
    try:
        with socket.create_connection(("127.0.0.1", int(port))) as room:
            room.sendall(os.fsencode(name) + b"\n")
            talk(room)
    except OSError as error:
        print(f"guest: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
