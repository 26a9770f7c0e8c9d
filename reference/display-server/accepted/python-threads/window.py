"""A thread prints what comes from the display; the main thread sends what is typed."""

import os
import socket
import sys
import threading


def show(display):
    for line in display.makefile():
        print(line, end="", flush=True)
    os._exit(0)


if len(sys.argv) != 3:
    sys.stderr.write("usage: window SOCKET NAME\n")
    sys.exit(2)
display = socket.socket(socket.AF_UNIX)
try:
    display.connect(sys.argv[1])
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
display.sendall(b"name %s\n" % os.fsencode(sys.argv[2]))
threading.Thread(target=show, args=(display,), daemon=True).start()
for line in sys.stdin.buffer:
    display.sendall(b"draw " + line)
os._exit(0)
