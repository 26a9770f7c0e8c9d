"""select on both sources, and buffered lines."""

import os
import select
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print("usage: window SOCKET NAME", file=sys.stderr)
        return 2
    display = socket.socket(socket.AF_UNIX)
    if display.connect_ex(sys.argv[1]):
        print("window: nobody there", file=sys.stderr)
        return 1
    display.sendall(f"name {sys.argv[2]}\n".encode())
    typed = b""
    while True:
        ready, _, _ = select.select([sys.stdin, display], [], [])
        if display in ready:
            data = display.recv(4096)
            if not data:
                return 0
            os.write(1, data)
        if sys.stdin in ready:
            data = os.read(0, 4096)
            if not data:
                return 0
            typed += data
            while b"\n" in typed:
                line, typed = typed.split(b"\n", 1)
                display.sendall(b"draw " + line + b"\n")


sys.exit(main())
