import os
import select
import socket
import sys

if len(sys.argv) != 3:
    print("usage: window SOCKET NAME", file=sys.stderr)
    sys.exit(2)
display = socket.socket(socket.AF_UNIX)
try:
    display.connect(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
display.sendall(f"name {sys.argv[2]}\n".encode())
rest = b""
while True:
    ready, _, _ = select.select([0, display], [], [])
    for source in ready:
        if source == 0:
            data = os.read(0, 4096)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                display.sendall(b"draw " + line + b"\n")
        else:
            data = display.recv(4096)
            sys.stdout.write(data.decode())
            sys.stdout.flush()
        if not data:
            sys.exit(0)
