import fcntl
import os
import sys

from held import held, until_told

if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    os.write(2, b"usage: writer FILE TEXT\n")
    sys.exit(2)
text = os.fsencode(sys.argv[2]) + b"\n"
try:
    with held(sys.argv[1], fcntl.LOCK_EX) as fd:
        os.write(1, b"writing\n")
        until_told()
        os.pwrite(fd, text, 0)
        os.ftruncate(fd, len(text))
except OSError as error:
    os.write(2, f"writer: {error}\n".encode())
    sys.exit(1)
