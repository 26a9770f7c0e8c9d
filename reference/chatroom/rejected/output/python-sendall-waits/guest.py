import os
import select
import socket
import sys

if len(sys.argv) != 3:
    print("usage: guest PORT NAME", file=sys.stderr)
    sys.exit(2)
room = socket.socket()
try:
    room.connect(("127.0.0.1", int(sys.argv[1])))
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
room.sendall(f"{sys.argv[2]}\n".encode())
sources = [0, room]
while True:
    ready, _, _ = select.select(sources, [], [])
    for source in ready:
        if source == 0:
            data = os.read(0, 4096)
            room.sendall(data)
            if not data:
                room.shutdown(socket.SHUT_WR)
                sources.remove(0)
        else:
            data = room.recv(4096)
            if not data:
                sys.exit(0)
            sys.stdout.write(data.decode())
            sys.stdout.flush()
