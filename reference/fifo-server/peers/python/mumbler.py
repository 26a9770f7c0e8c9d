"""No part of a solution. mumbler FIFO LINE... - write lines into the server's FIFO, each in one write"""

import os
import sys

server = os.open(sys.argv[1], os.O_WRONLY)
for line in sys.argv[2:]:
    os.write(server, os.fsencode(line) + b"\n")
