"""No part of a solution. waiter FIFO NUMBER - a server for one client, who has to wait

Prints the request, and answers it with NUMBER when a line comes on standard input.
"""

import os
import sys

fifo, number = sys.argv[1:]
os.mkfifo(fifo, 0o600)
request = b""
with open(fifo, "rb", buffering=0) as requests:
    while not request.endswith(b"\n"):
        request += requests.read(64)
print(request.decode(), end="", flush=True)
sys.stdin.readline()
client = os.open(f"{fifo}.{request.split()[0].decode()}", os.O_WRONLY)
os.write(client, number.encode() + b"\n")
os.unlink(fifo)
