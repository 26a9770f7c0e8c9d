import os
import sys
from socket import AF_UNIX, SOCK_DGRAM, socket

if len(sys.argv) != 3:
    print("usage: logger SOCKET TEXT", file=sys.stderr)
    sys.exit(2)
try:
    with socket(AF_UNIX, SOCK_DGRAM) as out:
        out.connect(sys.argv[1])
        out.send(os.fsencode(sys.argv[2]))
except OSError as error:
    print("logger:", error, file=sys.stderr)
    sys.exit(1)
