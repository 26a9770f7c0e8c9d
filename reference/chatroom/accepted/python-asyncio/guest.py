"""select on both sources; everything is passed on as it comes."""

import os
import select
import socket
import sys

if len(sys.argv) != 3:
    print("usage: guest PORT NAME", file=sys.stderr)
    sys.exit(2)
room = socket.socket()
if room.connect_ex(("127.0.0.1", int(sys.argv[1]))):
    print("guest: nobody there", file=sys.stderr)
    sys.exit(1)
room.sendall(sys.argv[2].encode() + b"\n")
sources = [sys.stdin, room]
while room in sources:
    for source in select.select(sources, [], [])[0]:
        data = os.read(source.fileno(), 4096)
        if not data:
            sources.remove(source)
        if source is room:
            os.write(1, data)
        elif data:
            room.sendall(data)
        else:
            room.shutdown(socket.SHUT_WR)
