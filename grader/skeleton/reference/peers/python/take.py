"""take FIFO - print what comes through a FIFO.

open waits until somebody writes. A read returns nothing when the last writer has closed: that is the end.
"""

import os
import sys

if len(sys.argv) != 2:
    print("usage: take FIFO", file=sys.stderr)
    sys.exit(2)
try:
    fifo = os.open(sys.argv[1], os.O_RDONLY)
    while text := os.read(fifo, 4096):
        while text:
            text = text[os.write(1, text) :]
except OSError as error:
    sys.exit(f"take: {error}")
