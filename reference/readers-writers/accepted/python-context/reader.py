import fcntl
import os
import sys

from held import held, until_told

if len(sys.argv) != 2:
    os.write(2, b"usage: reader FILE\n")
    sys.exit(2)
try:
    with held(sys.argv[1], fcntl.LOCK_SH) as fd:
        os.write(1, b"reading\n")
        until_told()
        size = os.fstat(fd).st_size
        os.write(1, os.pread(fd, size, 0))
except OSError as error:
    os.write(2, f"reader: {error}\n".encode())
    sys.exit(1)
