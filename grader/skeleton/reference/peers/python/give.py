"""give FIFO TEXT - leave a line in a FIFO.

open waits until somebody reads. The line goes out with one write: up to PIPE_BUF bytes (4096 on Linux) then
stay together, whoever else writes at the same time.
"""

import os
import select
import sys

if len(sys.argv) != 3:
    print("usage: give FIFO TEXT", file=sys.stderr)
    sys.exit(2)
line = os.fsencode(sys.argv[2]) + b"\n"
if len(line) > select.PIPE_BUF:
    sys.exit("give: the text is too long to stay whole")
try:
    fifo = os.open(sys.argv[1], os.O_WRONLY)
    os.write(fifo, line)
    os.close(fifo)
except OSError as error:
    sys.exit(f"give: {error}")
